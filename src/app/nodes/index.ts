/**
 * A worker for the nodes of each protocol. Each is one file with all that its nodes need from the start: with 64 workers, what
 * a worker must fetch besides costs more than anything in it. The names are spelled out, so that a bundler can follow them.
 */
export const NODE_WORKERS: Readonly<Record<string, () => Worker>> = {
  svbft: () => new Worker(new URL('./svbft.worker.ts', import.meta.url), { type: 'module' }),
  pbft: () => new Worker(new URL('./pbft.worker.ts', import.meta.url), { type: 'module' }),
  raft: () => new Worker(new URL('./raft.worker.ts', import.meta.url), { type: 'module' }),
  paxos: () => new Worker(new URL('./paxos.worker.ts', import.meta.url), { type: 'module' }),
  hotstuff: () => new Worker(new URL('./hotstuff.worker.ts', import.meta.url), { type: 'module' }),
  avalanche: () => new Worker(new URL('./avalanche.worker.ts', import.meta.url), { type: 'module' }),
  tendermint: () => new Worker(new URL('./tendermint.worker.ts', import.meta.url), { type: 'module' }),
  fastpath: () => new Worker(new URL('./fastpath.worker.ts', import.meta.url), { type: 'module' }),
  sharded: () => new Worker(new URL('./sharded.worker.ts', import.meta.url), { type: 'module' }),
};

/** @throws Error where no protocol has that name */
export function startNodeWorker(protocol: string): Worker {
  const start = Object.hasOwn(NODE_WORKERS, protocol) ? NODE_WORKERS[protocol] : undefined;
  if (start === undefined) throw new Error(`no worker hosts nodes of ${protocol}`);
  return start();
}
