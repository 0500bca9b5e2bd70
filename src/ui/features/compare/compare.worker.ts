/** Entry of a browser worker that makes the runs of a comparison, one after the other. */
import { measure } from '../../../explore/compare/index.ts';
import type { FromWorker, ToWorker } from './messages.ts';

const tell = (message: FromWorker): void => self.postMessage(message);

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  const { index, cell } = data;
  measure(cell, (share) => tell({ kind: 'progress', index, share })).then(
    (measured) => tell({ kind: 'measured', index, measured }),
    (error: unknown) => tell({ kind: 'failed', text: error instanceof Error ? error.message : String(error) }),
  );
});
