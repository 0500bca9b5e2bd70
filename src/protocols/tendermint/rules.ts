/**
 * The safety predicates alone, a page to hold against the proof (arXiv 1807.04938, §4):
 *
 * 1. Two sets with more than two thirds of the power share a correct validator, and a correct one prevotes and precommits once
 *    a round; hence at most one block can get a polka in a round (Lemma 2).
 * 2. Who precommits a block is locked on it, and prevotes another one only when shown a polka for that one from the same or
 *    a later round (`mayPrevote`). A block is decided when more than two thirds precommitted it, so too few are left for
 *    a polka of another block in any later round (Lemma 3).
 *
 * `mutant` weakens one rule where it stands, to prove that the checkers notice.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { maxFaulty, oneCorrect, supermajority } from '../../core/quorum.ts';
import type { NodeContext, SignedRef } from '../protocol.ts';
import type { TendermintConfig } from './config.ts';
import { type Message, NO_ROUND } from './messages.ts';

export type Ctx = NodeContext<TendermintConfig, Message>;

/** "2f + 1": more than two thirds of the power. Ref: §2.2, n > 3f in units of voting power. */
export function quorumOf(totalPower: number, mutant: string | null): number {
  // With a total of 6, f is 1: two sets of 3 can be disjoint.
  if (mutant === 'quorum-2f+1-any-n') return 2 * maxFaulty(totalPower) + 1;
  return supermajority(totalPower);
}

/** "f + 1": among so much power there is a correct validator. */
export function correctPowerOf(totalPower: number): number {
  return oneCorrect(totalPower);
}

/** lockedValue and lockedRound: what it precommitted last; round −1 before the first. */
export interface Lock {
  readonly round: number;
  readonly digest: string;
}

/**
 * Whether to prevote a valid block: when not locked, when locked on it, or when it had a polka in `validRound`, not before the
 * lock. Ref: lines 23 and 29 (line 23 is line 29 with validRound −1).
 */
export function mayPrevote(lock: Lock, digest: string, validRound: number, mutant: string | null): boolean {
  if (mutant === 'tendermint-no-lock') return true;
  if (lock.round === NO_ROUND || lock.digest === digest) return true;
  return validRound !== NO_ROUND && lock.round <= validRound;
}

/** What a proposer must propose again; null: a new block. Ref: lines 15–18. */
export function valueToPropose<V>(valid: V | null, mutant: string | null): V | null {
  return mutant === 'tendermint-no-valid-value' ? null : valid;
}

/** Whether a vote of this round may still be cast: once a round and kind, nil included. Ref: lines 22–26, 36–46. */
export function mayVote(said: string | null): boolean {
  return said === null;
}

/** Why a certificate proves nothing; notes in the trace. */
export const REFUSED = {
  unknown: 'certificate refused: a signer is no validator',
  repeated: 'certificate refused: a signer appears twice',
  few: 'certificate refused: its signers do not have two thirds of the power',
  forged: "certificate refused: a signature is not its signer's",
} as const;
export type Refusal = (typeof REFUSED)[keyof typeof REFUSED];

/**
 * Null when distinct validators with more than two thirds of the power signed exactly this vote; otherwise why it proves nothing.
 * Weighing comes before checking signatures, which cost a thousand times more.
 */
export function verifyCertificate(
  vote: Message,
  votes: readonly SignedRef[],
  quorum: number,
  powers: readonly number[],
  ctx: Ctx,
): Refusal | null {
  const seen = new Set<NodeIndex>();
  let power = 0;
  for (const { signer } of votes) {
    const own = powers[signer];
    if (own === undefined) return REFUSED.unknown;
    if (seen.has(signer) && ctx.mutant !== 'votes-not-distinct') return REFUSED.repeated;
    seen.add(signer);
    power += own;
  }
  if (power < quorum) return REFUSED.few;
  if (ctx.mutant === 'unverified') return null;
  for (const { signer, signature } of votes) if (!ctx.verify(signer, vote, signature)) return REFUSED.forged;
  return null;
}
