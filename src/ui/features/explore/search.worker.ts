/** Entry of a browser worker that runs what a search asks for, one thing after the other. */
import { checked, Explorer, futures, probe, shrinkScenario } from '../../../explore/index.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const SHRINK_BUDGET = 600;
const MOMENTS = 12;

let explorer: Explorer | null = null;
let last: Promise<void> = Promise.resolve();

const tell = (message: FromWorker): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  last = last
    .then(() => serve(data))
    .catch((error: unknown) => tell({ kind: 'failed', text: error instanceof Error ? error.message : String(error) }));
});

async function serve(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'open':
      explorer = await Explorer.open(message.request);
      return tell({ kind: 'ready' });
    case 'chunk': {
      if (explorer === null) return;
      // Each by itself: runs of a large testnet take long, and whoever waits sees them counted.
      for (let index = message.from; index < message.to; index++) {
        tell({ kind: 'report', report: await explorer.run(index), isLast: index + 1 === message.to });
      }
      return;
    }
    case 'shrink': {
      const onProgress = (done: number, best: Parameters<typeof probe>[0]): void =>
        tell({ kind: 'progress', done, total: SHRINK_BUDGET, best });
      const options = { check: message.check, budget: SHRINK_BUDGET, onProgress };
      return tell({ kind: 'shrunk', shrunk: await shrinkScenario(message.scenario, options) });
    }
    case 'futures': {
      const onProgress = (done: number, total: number): void => tell({ kind: 'progress', done, total, best: null });
      const options = { check: message.check, moments: MOMENTS, futuresPerMoment: message.perMoment, onProgress };
      return tell({ kind: 'moments', moments: await futures(message.scenario, options) });
    }
    case 'probe': {
      const { findings, height, timeMs } = await probe(checked(message.scenario));
      return tell({ kind: 'probed', findings, height, timeMs });
    }
  }
}
