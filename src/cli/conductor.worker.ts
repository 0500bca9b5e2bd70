/** Entry of the Node worker thread that conducts. */
import { parentPort } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { serveConductor } from '../runtime/workers/conductor-worker.ts';
import { simObservers } from './tally.ts';

if (parentPort !== null) serveConductor(nodeEndpoint(parentPort), simObservers);
