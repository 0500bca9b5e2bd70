/**
 * Quorum arithmetic, here and nowhere else.
 *
 * With n nodes of which at most f = ⌊(n−1)/3⌋ are Byzantine, two quorums must share a correct node:
 * 2q − n > f, so the smallest safe quorum is q = ⌊(n+f)/2⌋ + 1. It is 2f+1 only when n = 3f+1.
 * Progress needs q ≤ n − f, which holds because n > 3f.
 */

/** The largest number of Byzantine nodes that n nodes tolerate. */
export function maxFaulty(nodeCount: number): number {
  return Math.floor((nodeCount - 1) / 3);
}

/** The smallest number of distinct votes of which any two sets share a correct node. */
export function quorumSize(nodeCount: number): number {
  return Math.floor((nodeCount + maxFaulty(nodeCount)) / 2) + 1;
}

/** One more than can be lying: among so many distinct nodes one is correct. */
export function oneCorrect(nodeCount: number): number {
  return maxFaulty(nodeCount) + 1;
}

/** As many as can be waited for: all but those that may be faulty. */
export function awaitable(nodeCount: number): number {
  return nodeCount - maxFaulty(nodeCount);
}

/**
 * The smallest number of matching votes that may decide in one round: q such that, whichever n − f nodes report afterwards and
 * whatever f of them say, a majority of those reports is for what was decided: q − 2f > (n − f) / 2. All n when n = 3f+1.
 */
export function fastQuorumSize(nodeCount: number): number {
  return Math.floor((nodeCount + 3 * maxFaulty(nodeCount)) / 2) + 1;
}

/** More than half of the whole cluster: the quorum of crash-fault protocols. */
export function majority(nodeCount: number): number {
  return Math.floor(nodeCount / 2) + 1;
}

/** The smallest voting power above two thirds of the whole. With a power of one each it is a count of nodes. */
export function supermajority(totalPower: number): number {
  return Math.floor((2 * totalPower) / 3) + 1;
}

/**
 * Among how many nodes faults are counted, and of which kind: the whole testnet; or each shard of several validators by itself,
 * which bears liars.
 */
export function faultDomain<Model extends 'byzantine' | 'crash'>(
  testnet: { readonly validatorCount: number; readonly validatorsPerShard?: number | null },
  faultModel: Model,
): { readonly size: number; readonly faultModel: Model | 'byzantine' } {
  const size = testnet.validatorsPerShard ?? 1;
  return size > 1 ? { size, faultModel: 'byzantine' } : { size: testnet.validatorCount, faultModel };
}
