import type { Endpoint } from 'comlink';
// Every run but a modelled one signs; most with this: in the worker's own file, not fetched 64 times beside it.
import '@openforge-sh/liboqs/dist/ml-dsa-65.min.js';
import type { AnyProtocol } from '../../protocols/protocol.ts';
import { serveNodeWorker } from '../../runtime/workers/node-worker.ts';

/** Makes this browser worker one that hosts nodes of a protocol. */
export function serveNodes(protocol: AnyProtocol): void {
  serveNodeWorker(self as unknown as Endpoint, async () => protocol);
}
