/**
 * Every protocol for those that list it or run one and need no other: its code is a file of its own, fetched when it is asked
 * for. Who compares protocols has them all in `registry.ts`, which holds the same ones.
 */
import type { AnyProtocol } from './protocol.ts';

/** As the page lists them: names and titles of their declarations. */
export const PROTOCOL_TITLES = [
  { name: 'svbft', title: 'Quantum SVBFT' },
  { name: 'pbft', title: 'PBFT' },
  { name: 'raft', title: 'Raft' },
  { name: 'paxos', title: 'Paxos' },
  { name: 'hotstuff', title: 'HotStuff' },
  { name: 'avalanche', title: 'Avalanche' },
  { name: 'tendermint', title: 'Tendermint' },
  { name: 'fastpath', title: 'Optimistic fast path' },
  { name: 'sharded', title: 'Sharded commit' },
] as const;

type Loaders = Readonly<Record<(typeof PROTOCOL_TITLES)[number]['name'], () => Promise<AnyProtocol>>>;

/** Spelled out, so that a bundler can follow them. */
const LOADERS: Loaders = {
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
  return Object.hasOwn(LOADERS, name) ? LOADERS[name as keyof Loaders]() : null;
}
