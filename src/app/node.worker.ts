/** Entry of a browser worker that hosts validators. */
import type { Endpoint } from 'comlink';
import { serveNodeWorker } from '../runtime/workers/node-worker.ts';

serveNodeWorker(self as unknown as Endpoint);
