/** The page's one comparison, on real workers; made when the panel is opened first. */
import { CompareDesk, type CompareWorker } from './desk.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const POOL_MAX = 4;

function spawn(): CompareWorker {
  const worker = new Worker(new URL('./compare.worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (message: ToWorker) => worker.postMessage(message),
    onMessage: (listener) => {
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => listener(data));
      worker.addEventListener('error', (event) => listener({ kind: 'failed', text: event.message }));
    },
    terminate: () => worker.terminate(),
  };
}

let desk: CompareDesk | null = null;

/** One core is left to the page and the run on screen. */
export function compareDesk(): CompareDesk {
  desk ??= new CompareDesk(spawn, Math.max(1, Math.min(POOL_MAX, navigator.hardwareConcurrency - 1)));
  return desk;
}
