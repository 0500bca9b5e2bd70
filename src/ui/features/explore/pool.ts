/** The page's one search, on real workers; made when the panel is opened first. */
import { createSearchDesk, type SearchDesk, type SearchWorker } from './desk.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const POOL_MAX = 8;

export function spawnSearchWorker(): SearchWorker {
  const worker = new Worker(new URL('./search.worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (message: ToWorker) => worker.postMessage(message),
    onMessage: (listener) => {
      worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => listener(data));
      worker.addEventListener('error', (event) => listener({ kind: 'failed', text: event.message }));
    },
    terminate: () => worker.terminate(),
  };
}

let desk: SearchDesk | null = null;

/** One core is left to the page and the run on screen. */
export function searchDesk(): SearchDesk {
  const poolSize = Math.max(1, Math.min(POOL_MAX, navigator.hardwareConcurrency - 1));
  desk ??= createSearchDesk(spawnSearchWorker, poolSize, () => performance.now());
  return desk;
}
