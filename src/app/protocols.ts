/** Protocols as the header lists them; names and titles only, so that the page need not load their machines first. */
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
