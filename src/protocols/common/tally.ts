/** Votes of one phase in one view: distinct voters per digest. The first vote of a voter counts, a second never does. */
import type { NodeIndex } from '../../core/ids.ts';
import type { SignedRef } from '../protocol.ts';

/** Plain data. A validator votes once, so that there are at most as many `sets` as validators. */
export interface Tally {
  /** By node: position in `sets` of the digest it voted for, −1 when it has not voted. */
  readonly choice: number[];
  /** In order of first appearance. */
  readonly sets: VoteSet[];
  /** Voters whose equivocation was reported. */
  readonly caught: NodeIndex[];
}

export interface VoteSet {
  readonly digest: string;
  readonly votes: SignedRef[];
}

export type VoteOutcome = 'counted' | 'repeated' | 'conflicting';

export function createTally(nodeCount: number): Tally {
  return { choice: new Array<number>(nodeCount).fill(-1), sets: [], caught: [] };
}

/**
 * Counts a vote. `distinct` false (mutant `votes-not-distinct`) counts messages instead of voters.
 * O(number of digests voted for), which is 1 unless somebody equivocates.
 */
export function addVote(
  tally: Tally,
  voter: NodeIndex,
  digest: string,
  proof: SignedRef,
  distinct: boolean,
): VoteOutcome {
  const chosen = tally.choice[voter] as number;
  if (chosen >= 0) {
    if (tally.sets[chosen]?.digest !== digest) return 'conflicting';
    if (distinct) return 'repeated';
  }
  let position = 0;
  while (position < tally.sets.length && tally.sets[position]?.digest !== digest) position++;
  if (position === tally.sets.length) tally.sets.push({ digest, votes: [] });
  tally.choice[voter] = position;
  tally.sets[position]?.votes.push(proof);
  return 'counted';
}

/** The votes for a digest; empty when it has none. */
export function votesFor(tally: Tally, digest: string): readonly SignedRef[] {
  for (const set of tally.sets) if (set.digest === digest) return set.votes;
  return [];
}

/** What a node voted for, with its signature; null when it has not voted. */
export function voteOf(tally: Tally, voter: NodeIndex): { readonly digest: string; readonly proof: SignedRef } | null {
  const set = tally.sets[tally.choice[voter] ?? -1];
  const proof = set?.votes.find(({ signer }) => signer === voter);
  return set === undefined || proof === undefined ? null : { digest: set.digest, proof };
}
