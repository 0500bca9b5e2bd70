/**
 * Votes of one kind in one round, weighed by voting power. Per block every voter counts once. A liar's second vote counts for its
 * second block too, as the paper counts messages per block: otherwise what one validator saw could not convince another.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { SignedRef } from '../protocol.ts';

/** Plain data. At most as many `sets` as voters: a second vote opens none. */
export interface PowerTally {
  /** By node: position in `sets` of its first vote, −1 when it has not voted. */
  readonly first: number[];
  readonly sets: PowerSet[];
  /** Power of all that voted, whatever for. */
  heard: number;
  /** Voters whose equivocation was reported. */
  readonly caught: NodeIndex[];
}

export interface PowerSet {
  /** '' for nil. */
  readonly digest: string;
  power: number;
  readonly votes: SignedRef[];
}

export type VoteOutcome = 'counted' | 'repeated' | 'conflicting';

export function createTally(nodeCount: number): PowerTally {
  return { first: new Array<number>(nodeCount).fill(-1), sets: [], heard: 0, caught: [] };
}

/** Counts a vote; `distinct` false (mutant `votes-not-distinct`) counts messages instead of voters. */
export function addVote(
  tally: PowerTally,
  proof: SignedRef,
  digest: string,
  power: number,
  distinct: boolean,
): VoteOutcome {
  const voter = proof.signer;
  const before = tally.sets[tally.first[voter] as number];
  if (before !== undefined && before.digest !== digest) {
    const other = setOf(tally, digest);
    if (other !== null && !holdsVoter(other, voter)) enter(other, proof, power);
    return 'conflicting';
  }
  if (before !== undefined && distinct) return 'repeated';
  const set = openSet(tally, digest);
  if (before === undefined) tally.first[voter] = tally.sets.indexOf(set);
  enter(set, proof, power);
  tally.heard += power;
  return 'counted';
}

/** The votes for a digest, opened if there is none yet: a proved certificate may put a liar's second vote first. */
export function openSet(tally: PowerTally, digest: string): PowerSet {
  const known = setOf(tally, digest);
  if (known !== null) return known;
  const set: PowerSet = { digest, power: 0, votes: [] };
  tally.sets.push(set);
  return set;
}

export function setOf(tally: PowerTally, digest: string): PowerSet | null {
  for (const set of tally.sets) if (set.digest === digest) return set;
  return null;
}

/** Power behind a digest. */
export function powerFor(tally: PowerTally, digest: string): number {
  return setOf(tally, digest)?.power ?? 0;
}

/** What a node voted for first, with its signature; null when it has not voted. */
export function voteOf(
  tally: PowerTally,
  voter: NodeIndex,
): { readonly digest: string; readonly proof: SignedRef } | null {
  const set = tally.sets[tally.first[voter] ?? -1];
  const proof = set?.votes.find(({ signer }) => signer === voter);
  return set === undefined || proof === undefined ? null : { digest: set.digest, proof };
}

function enter(set: PowerSet, proof: SignedRef, power: number): void {
  set.power += power;
  set.votes.push(proof);
}

function holdsVoter(set: PowerSet, voter: NodeIndex): boolean {
  return set.votes.some(({ signer }) => signer === voter);
}
