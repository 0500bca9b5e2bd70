/** Entry of the browser worker that conducts. */
import type { Endpoint } from 'comlink';
import { serveConductor } from '../runtime/workers/conductor-worker.ts';
import { runObservers } from '../session/observers.ts';

serveConductor(self as unknown as Endpoint, runObservers);
