/** Entry of a browser worker that hosts validators. */
import type { Endpoint } from 'comlink';
import { loadProtocol } from '../protocols/loaders.ts';
import { serveNodeWorker } from '../runtime/workers/node-worker.ts';

// Its name says what it is going to run: on its way while the conductor makes keys. What fails here fails again, and is told, there.
loadProtocol(self.name).catch(() => undefined);
serveNodeWorker(self as unknown as Endpoint);
