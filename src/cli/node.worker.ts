/** Entry of a Node worker thread that hosts validators. */
import { parentPort } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { loadProtocol } from '../protocols/loaders.ts';
import { serveNodeWorker } from '../runtime/workers/node-worker.ts';

if (parentPort !== null) serveNodeWorker(nodeEndpoint(parentPort), loadProtocol);
