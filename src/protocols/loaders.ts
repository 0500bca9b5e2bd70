/**
 * Every protocol for those that run one and need no other: its code is a file of its own, fetched when it is asked for. Who lists
 * and compares protocols has them all in `registry.ts`, which holds the same ones.
 */
import type { AnyProtocol } from './protocol.ts';

/** Spelled out, so that a bundler can follow them. */
export const LOADERS: Readonly<Record<string, () => Promise<AnyProtocol>>> = {
  svbft: async () => (await import('./svbft/index.ts')).svbft,
  pbft: async () => (await import('./pbft/index.ts')).pbft,
  raft: async () => (await import('./raft/index.ts')).raft,
  paxos: async () => (await import('./paxos/index.ts')).paxos,
  hotstuff: async () => (await import('./hotstuff/index.ts')).hotstuff,
  avalanche: async () => (await import('./avalanche/index.ts')).avalanche,
  tendermint: async () => (await import('./tendermint/index.ts')).tendermint,
  fastpath: async () => (await import('./fastpath/index.ts')).fastpath,
  sharded: async () => (await import('./sharded/index.ts')).sharded,
};

/** The protocol of that name; null where there is none. Rejects where its file cannot be had. */
export async function loadProtocol(name: string): Promise<AnyProtocol | null> {
  const load = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
  return load === undefined ? null : load();
}
