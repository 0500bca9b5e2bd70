/** Why something was refused in a replicated shard: what the trace shows. */
export const NOTE = {
  alone: 'refused: said by a single node, not by a shard',
  notForUs: 'refused: said to another shard',
  notTheirs: 'refused: speaks for a shard that is not its own',
  replayed: 'refused: this number of the shard was taken (Sonnino et al. 2019: session identifiers)',
  twoFaced: 'refused: has said something else under this number',
  future: 'refused: a block from the future',
  past: 'refused: a block older than the last',
  empty: 'refused: a block without items',
  notDue: 'refused: this timer is not due',
  twice: 'refused: the same item twice',
  noQuorum: 'refused: words of a shard without a quorum of its validators',
  badProof: 'refused: words of a shard with a signature that is none',
  badClient: 'refused: a transaction that its client did not sign',
  badSubmit: 'refused: no transaction for this shard',
} as const;
