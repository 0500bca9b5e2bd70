/** Node's worker threads as the platform that executors spawn workers on. */
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Platform, WorkerHandle } from '../runtime/workers/executor.ts';

/** `entries`: files of the bundled worker entries. */
export function nodePlatform(entries: { readonly conductor: string | URL; readonly node: string | URL }): Platform {
  return {
    spawnConductor: () => spawn(entries.conductor),
    spawnNode: () => spawn(entries.node),
    channelName: () => `testnet-${randomUUID()}`,
  };
}

function spawn(entry: string | URL): WorkerHandle {
  const worker = new Worker(entry);
  return {
    endpoint: nodeEndpoint(worker),
    terminate: () => void worker.terminate(),
    onError: (listener) => void worker.on('error', (error) => listener(String(error))),
  };
}
