/**
 * The rules of the council, alone on a page to hold against the proof (Buchman, Kwon, Milosevic, *The latest gossip on BFT
 * consensus*, arXiv 1807.04938, algorithm 1; two votes a round, a lock between rounds):
 *
 * - 67 % of all shards decide: the smallest v with 100·v ≥ 67·n. For every n a testnet can have (at most 64) that is the smallest v
 *   with 3·v > 2·n (`core/quorum.ts`, `supermajority`): two such sets share more shards than a third, so that one of
 *   them does not lie. All shards of the map count: spare ones, and those that are down;
 * - a shard votes once a round, and, once locked, for what it is locked on, unless two thirds voted for something else in a later
 *   round (`mayVote`; lines 22–33);
 * - it confirms, and locks, what two thirds voted for in the round that it is in (`isBacked`; lines 36–43);
 * - what two thirds confirmed in one round is decided (line 49), each epoch once, one after the other (`isCurrent`).
 *
 * Who lags behind believes a decision that one more shard than can lie tells it. Mutant `council-half`: more than half decide.
 */
import { majority, oneCorrect, supermajority } from '../../../core/quorum.ts';
import type { Council, Tally } from './state.ts';

/** Shards whose votes decide among so many. */
export function councilQuorum(shardCount: number, mutant: string | null): number {
  return mutant === 'council-half' ? majority(shardCount) : supermajority(shardCount);
}

/** Alike claims of a decision that one who was not there may believe. */
export function claimsNeeded(shardCount: number): number {
  return oneCorrect(shardCount);
}

/** A message about an epoch that is over is refused; one of an epoch to come cannot be judged yet. */
export function isCurrent({ epoch }: Pick<Council, 'epoch'>, told: number): boolean {
  return told === epoch;
}

/** Shards that voted for it in a round. */
export function countOf(tally: Tally, round: number, digest: string): number {
  let count = 0;
  for (const other of tally.get(round)?.values() ?? []) if (other === digest) count++;
  return count;
}

export function isBacked(tally: Tally, round: number, digest: string, quorum: number): boolean {
  return countOf(tally, round, digest) >= quorum;
}

/**
 * Whether a shard may vote for a proposal of the round that it is in. Free, it votes for what it finds right; locked, for its own lock,
 * or for what two thirds voted for since. `isRight`: it would have chosen so itself; it need not where two thirds have.
 */
export function mayVote(
  { locked, votes }: Pick<Council, 'locked' | 'votes'>,
  proposal: { readonly digest: string; readonly validRound: number },
  quorum: number,
  isRight: boolean,
): boolean {
  const { digest, validRound } = proposal;
  const wasBacked = validRound >= 0 && isBacked(votes, validRound, digest, quorum);
  if (locked === null) return isRight || wasBacked;
  return locked.digest === digest || (wasBacked && locked.round <= validRound);
}
