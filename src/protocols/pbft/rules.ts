/**
 * The safety of PBFT, alone: what a replica may sign and what it may believe. Everything else in this folder is about
 * progress. The argument is that of Castro & Liskov, OSDI '99, §4.5.1:
 *
 * 1. Two quorums share a correct replica, and a correct one votes for one digest per view and sequence number
 *    (`mayPrepare`); hence at most one digest can be prepared there.
 * 2. What somebody executed was prepared by a correct replica of every later quorum of VIEW-CHANGEs, unless that quorum holds
 *    a stable checkpoint above it; so each NEW-VIEW (`verifyNewView`) assigns the same digest to the number again.
 *
 * `mutant` weakens one rule where it stands, to prove that the checkers notice.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { maxFaulty, quorumSize } from '../../core/quorum.ts';
import { beginCensus, isRepeated, verifyAll } from '../common/proofs.ts';
import type { NodeContext, SignedRef } from '../protocol.ts';
import type { PbftConfig } from './config.ts';
import type { CheckpointId, Claim, Message, NewView, SignedChange } from './messages.ts';
import {
  changeMessage,
  checkpointMessage,
  highestClaims,
  nullRequest,
  prePrepareMessage,
  preparedVote,
  primaryOf,
  requestDigest,
} from './signing.ts';

export type Ctx = NodeContext<PbftConfig, Message>;

/** Distinct voters that make a certificate. Ref: §4 (2f+1 of 3f+1), generalised to any n in core/quorum.ts. */
export function quorumOf(validatorCount: number, mutant: string | null): number {
  // Two sets of 2f+1 among n = 6 (f = 1) can be disjoint, two of 2f among n = 4 too.
  if (mutant === 'quorum-2f+1-any-n') return 2 * maxFaulty(validatorCount) + 1;
  if (mutant === 'quorum-2f') return 2 * maxFaulty(validatorCount);
  return quorumSize(validatorCount);
}

/** Whether a sequence number lies between the watermarks: h < n ≤ H = h + window. Ref: §4.2, §4.3. */
export function isInWindow(sequence: number, low: number, window: number): boolean {
  return sequence > low && sequence <= low + window;
}

/**
 * Whether a vote for `digest` in `view` contradicts nothing this replica said: it is in that view, has not left it, and has
 * not accepted another digest for the same view and sequence number. Ref: §4.2, conditions on accepting a pre-prepare.
 */
export function mayPrepare(
  own: { readonly view: number; readonly isChanging: boolean; readonly voted: string | null },
  view: number,
  digest: string,
): boolean {
  return view === own.view && !own.isChanging && (own.voted === null || own.voted === digest);
}

/** *prepared*: the pre-prepare was accepted and, itself counted, a quorum voted for its digest in that view. Ref: §4.2. */
export function isPrepared(votes: readonly SignedRef[], quorum: number, isAccepted: boolean): boolean {
  return isAccepted && votes.length >= quorum;
}

/** *committed*: a quorum of COMMITs of one view. It proves itself, whatever view we are in. Ref: §4.2. */
export function isCommitted(votes: readonly SignedRef[], quorum: number): boolean {
  return votes.length >= quorum;
}

/** Why a proof proves nothing; notes in the trace. */
export const REFUSED = {
  foreign: 'certificate refused: a signer is no replica',
  repeated: 'certificate refused: a signer appears twice',
  few: 'certificate refused: fewer signers than a quorum',
  forged: "certificate refused: a signature is not its signer's",
  noPrimary: 'certificate refused: it does not begin with the pre-prepare of the primary',
  genesis: 'certificate refused: the genesis needs and has no proof',
  changes: 'new view refused: its view changes are no quorum of distinct replicas',
  change: 'new view refused: a view change is not signed by its sender',
  future: 'new view refused: a claim is not from an earlier view',
  stable: 'new view refused: not the latest stable checkpoint of its view changes',
  span: 'new view refused: it does not assign every number up to the highest claim',
  ambiguous: 'new view refused: two claims of the highest view disagree',
  value: 'new view refused: not the request of the highest prepared view',
  filler: 'new view refused: a number that nobody claims must get the null request',
  unsigned: 'new view refused: a pre-prepare is not signed by the new primary',
} as const;
export type Refusal = (typeof REFUSED)[keyof typeof REFUSED];

/** Null when they are a quorum of distinct replicas. Signatures are not looked at: they cost a thousand times more. */
export function checkSigners(signers: readonly { readonly signer: NodeIndex }[], ctx: Ctx): Refusal | null {
  if (signers.length < quorumOf(ctx.validatorCount, ctx.mutant)) return REFUSED.few;
  beginCensus();
  for (const { signer } of signers) {
    if (signer >= ctx.validatorCount) return REFUSED.foreign;
    if (isRepeated(signer) && ctx.mutant !== 'votes-not-distinct') return REFUSED.repeated;
  }
  return null;
}

/** Null when a quorum of distinct replicas signed exactly this vote; otherwise why it proves nothing. */
export function verifyQuorum(vote: Message, votes: readonly SignedRef[], ctx: Ctx): Refusal | null {
  const structure = checkSigners(votes, ctx);
  if (structure !== null || ctx.mutant === 'unverified') return structure;
  return verifyAll(ctx, vote, votes) ? null : REFUSED.forged;
}

/** Null when the votes prove the claim: the primary's pre-prepare and PREPAREs of others, a quorum in all. Ref: §4.2. */
export function verifyPrepared(claim: Claim, votes: readonly SignedRef[], ctx: Ctx): Refusal | null {
  const structure = checkSigners(votes, ctx);
  if (structure !== null) return structure;
  if (votes[0]?.signer !== primaryOf(claim.view, ctx.validatorCount)) return REFUSED.noPrimary;
  if (ctx.mutant === 'unverified') return null;
  for (const [position, { signer, signature }] of votes.entries()) {
    if (!ctx.verify(signer, preparedVote(claim, position), signature)) return REFUSED.forged;
  }
  return null;
}

/** Null when the checkpoint is the genesis or a quorum signed it. Ref: §4.3. */
export function verifyStable(
  stable: CheckpointId,
  genesis: string,
  proof: readonly SignedRef[],
  ctx: Ctx,
): Refusal | null {
  if (stable.sequence > 0) return verifyQuorum(checkpointMessage(stable), proof, ctx);
  return stable.digest === genesis && proof.length === 0 ? null : REFUSED.genesis;
}

/** What a set V of view changes makes of a new view: everything the new primary may not choose. Ref: §4.4. */
export interface Outcome {
  /** The latest stable checkpoint in V; its sequence is min-s. */
  readonly stable: CheckpointId;
  /** One entry for each number in (min-s, max-s], ascending: the highest claim, or null for the null request. */
  readonly choices: readonly { readonly sequence: number; readonly claim: Claim | null }[];
}

/** The computation of O. Ref: §4.4, items 1 and 2. */
export function outcomeOf(changes: readonly Pick<SignedChange, 'stable' | 'prepared'>[]): Outcome {
  let stable = changes[0]?.stable ?? { sequence: 0, digest: '' };
  for (const change of changes) if (change.stable.sequence > stable.sequence) stable = change.stable;
  const highest = highestClaims(changes, stable.sequence);
  const last = Math.max(stable.sequence, ...highest.keys());
  const choices: { sequence: number; claim: Claim | null }[] = [];
  for (let sequence = stable.sequence + 1; sequence <= last; sequence++) {
    choices.push({ sequence, claim: highest.get(sequence) ?? null });
  }
  return { stable, choices };
}

/** Null when every replica that saw these view changes would have made this NEW-VIEW. The cheap rules first. Ref: §4.4. */
export function verifyNewView(message: NewView, genesis: string, ctx: Ctx): Refusal | null {
  const { view, changes } = message;
  if (checkSigners(changes, ctx) !== null) return REFUSED.changes;
  if (changes.some(({ prepared }) => prepared.some((claim) => claim.view >= view))) return REFUSED.future;
  const value = checkOutcome(message, outcomeOf(changes));
  if (value !== null || ctx.mutant === 'unverified') return value;
  return verifyNewViewSignatures(message, genesis, ctx);
}

function checkOutcome({ view, changes, stable, assignments }: NewView, outcome: Outcome): Refusal | null {
  if (stable.sequence !== outcome.stable.sequence || stable.digest !== outcome.stable.digest) return REFUSED.stable;
  if (assignments.length !== outcome.choices.length) return REFUSED.span;
  for (const [i, { sequence, claim }] of outcome.choices.entries()) {
    const assigned = assignments[i];
    if (assigned?.sequence !== sequence) return REFUSED.span;
    if (claim === null) {
      const isNull = assigned.digest === requestDigest(nullRequest(view, sequence)) && assigned.votes.length === 0;
      if (!isNull) return REFUSED.filler;
    } else if (assigned.digest !== claim.digest) {
      return REFUSED.value;
    } else if (isDisputed(claim, changes)) {
      return REFUSED.ambiguous;
    }
  }
  return null;
}

/** Whether another claim of the same number and view names another digest: one of them is a lie. */
function isDisputed(claim: Claim, changes: readonly SignedChange[]): boolean {
  return changes.some(({ prepared }) =>
    prepared.some(
      (other) => other.sequence === claim.sequence && other.view === claim.view && other.digest !== claim.digest,
    ),
  );
}

function verifyNewViewSignatures(message: NewView, genesis: string, ctx: Ctx): Refusal | null {
  const { view, changes, stable, proof, assignments } = message;
  for (const change of changes) {
    if (!ctx.verify(change.signer, changeMessage(view, change), change.signature)) return REFUSED.change;
  }
  const unproved = verifyStable(stable, genesis, proof, ctx);
  if (unproved !== null) return unproved;
  const highest = highestClaims(changes, stable.sequence);
  const primary = primaryOf(view, ctx.validatorCount);
  for (const { sequence, digest, proof: signed, votes } of assignments) {
    const isOwn =
      signed.signer === primary && ctx.verify(primary, prePrepareMessage(view, sequence, digest), signed.signature);
    if (!isOwn) return REFUSED.unsigned;
    const claim = highest.get(sequence);
    const refusal = claim === undefined ? null : verifyPrepared(claim, votes, ctx);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** What a replica puts into its VIEW-CHANGE: everything it prepared above its checkpoint. Ref: §4.4, the set P. */
export function claimsForChange<P>(prepared: readonly P[], mutant: string | null): readonly P[] {
  return mutant === 'svbft-vc-forgets' ? [] : prepared;
}
