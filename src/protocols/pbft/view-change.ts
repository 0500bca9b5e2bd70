/** VIEW-CHANGE: giving up on a primary, with everything that may have been decided under it. Ref: §4.4, §4.5.2. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import type { SignedRef } from '../protocol.ts';
import { learn } from '../common/chain/catch-up.ts';
import { returnOrdered } from './execute.ts';
import type { CheckpointId, PreparedClaim, ViewChange } from './messages.ts';
import { tryNewView } from './new-view.ts';
import { NOTE } from './notes.ts';
import { type Ctx, claimsForChange, isInWindow, type Refusal, verifyPrepared, verifyStable } from './rules.ts';
import { primaryOf } from './signing.ts';
import { isHelperOf } from '../common/relay.ts';
import { followerCount, viewToJoin } from '../common/views.ts';
import { isPrimary, moveToView, type Out, type State, slotsAscending } from './state.ts';
import { armView, doublingsFor, viewMicros } from './timing.ts';

/** The view's time is over: on to the next; or, while too few have followed us into this one, tell them again. */
export function onViewTimer(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  if (view !== state.view) return;
  if (state.isTimed) {
    out.note(NOTE.timedOut);
    enterChange(state, view + 1, now, out, ctx);
  } else {
    out.note(NOTE.repeatedChange);
    askForView(state, out, ctx);
  }
  afterChange(state, now, out, ctx);
}

/** Leaves the view in progress for `view`: from now on nothing is said in lower ones. */
function enterChange(state: State, view: number, now: Micros, out: Out, ctx: Ctx): void {
  state.doublings = doublingsFor(state, view);
  out.persist({ kind: 'view', view, doublings: state.doublings });
  leaveFor(state, view);
  state.changeCount++;
  state.progressAt = now;
  askForView(state, out, ctx);
}

/** The part of leaving a view that needs no effects: recovery does the same. */
export function leaveFor(state: State, view: number): void {
  moveToView(state, view);
  state.isChanging = true;
  state.hasProgress = false;
  returnOrdered(state);
}

/**
 * Our VIEW-CHANGE for the view in progress, with everything prepared above our checkpoint. The view's time runs once a quorum
 * wants it; until then the timer only repeats this message. Ref: §4.5.2, first rule.
 */
export function askForView(state: State, out: Out, ctx: Ctx): void {
  armView(state, viewMicros(0, ctx), out);
  state.isTimed = false;
  const message: ViewChange = {
    type: 'view-change',
    view: state.view,
    stable: state.stable,
    proof: state.stableProof,
    prepared: claimsForChange(preparedAbove(state), ctx.mutant),
  };
  const proof = out.broadcast(withoutProofs(message));
  state.changes.set(state.self, { message, proof });
  if (hasProofs(message) && !isPrimary(state)) out.relay(state.primary, message, proof);
}

/**
 * What everyone hears of a VIEW-CHANGE: its signature covers the claims, and only who makes the NEW-VIEW needs their proofs. With
 * 64 replicas and 16 numbers above the checkpoint they are 700 signatures.
 */
export function withoutProofs(message: ViewChange): ViewChange {
  return { ...message, proof: [], prepared: message.prepared.map((claim) => ({ ...claim, votes: [] })) };
}

/** Whether this is the copy for the primary of its view. */
function hasProofs({ proof, prepared }: ViewChange): boolean {
  return proof.length > 0 || prepared.some(({ votes }) => votes.length > 0);
}

/** Our VIEW-CHANGE again, for one who may have missed it. */
export function repeatChange(state: State, peer: NodeIndex, out: Out): void {
  const change = state.changes.get(state.self);
  if (change === undefined) return;
  out.relay(peer, peer === state.primary ? change.message : withoutProofs(change.message), change.proof);
}

/** The set P. Ref: §4.4. */
export function preparedAbove(state: State): PreparedClaim[] {
  const claims: PreparedClaim[] = [];
  for (const { sequence, prepared } of slotsAscending(state)) {
    if (prepared !== null && sequence > state.stable.sequence) claims.push(prepared);
  }
  return claims;
}

/** A VIEW-CHANGE of another replica, newer than its sender's last. Whoever leads its view keeps it only if all of it is proved. */
export function onViewChange(
  state: State,
  message: ViewChange,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const { signer } = proof;
  const { view } = message;
  const isOver = view < state.view || (view === state.view && !state.isChanging);
  if (isOver) {
    if (!hasProofs(message)) {
      if (state.late.has(signer)) passNewViewOn(state, signer, out);
      state.late.add(signer);
    }
    return out.note(NOTE.oldChange);
  }
  const last = state.changes.get(signer);
  if (signer === state.self || (last !== undefined && last.message.view >= view)) return out.note(NOTE.oldChange);
  const isSane = message.prepared.every(
    (claim) => claim.view < view && isInWindow(claim.sequence, message.stable.sequence, state.window),
  );
  if (!isSane) return out.note(NOTE.badClaim);
  const isOurs = primaryOf(view, state.validatorCount) === state.self;
  const kept = isOurs ? proved(state, message, ctx) : withoutProofs(message);
  if (typeof kept === 'string') return out.note(kept);
  learn(state, signer, message.stable.sequence);
  state.changes.set(signer, { message: kept, proof });
  afterChange(state, now, out, ctx);
}

/** Who asks for a view that has begun missed its NEW-VIEW: it proves itself, whoever passes it on. */
export function passNewViewOn(state: State, peer: NodeIndex, out: Out): void {
  if (state.newView === null || state.newView.proof.signer === peer) return;
  if (isPrimary(state) || isHelperOf(state, peer)) out.relay(peer, state.newView.message, state.newView.proof);
}

/**
 * The message with proofs that are known to hold, or why it proves nothing. A view has one prepared digest a number at most, so
 * that one verified certificate vouches for every equal claim, and stands in for whatever came with it: a liar must not get an
 * unread certificate into our NEW-VIEW.
 */
function proved(state: State, message: ViewChange, ctx: Ctx): ViewChange | Refusal {
  const { stable } = message;
  const proof = knownProof(state, stable) ?? message.proof;
  const unproved = proof === message.proof ? verifyStable(stable, GENESIS_HASH, proof, ctx) : null;
  if (unproved !== null) return unproved;
  const prepared: PreparedClaim[] = [];
  for (const claim of message.prepared) {
    const votes = knownVotes(state, claim);
    const refusal = votes === null ? verifyPrepared(claim, claim.votes, ctx) : null;
    if (refusal !== null) return refusal;
    prepared.push(votes === null ? claim : { ...claim, votes });
  }
  return { ...message, proof, prepared };
}

function knownProof(state: State, { sequence, digest }: CheckpointId): readonly SignedRef[] | null {
  if (sequence === 0) return null;
  if (state.stable.sequence === sequence && state.stable.digest === digest) return state.stableProof;
  for (const { message } of state.changes.values()) {
    const isSame = message.stable.sequence === sequence && message.stable.digest === digest;
    if (isSame && message.proof.length > 0) return message.proof;
  }
  return null;
}

function knownVotes(state: State, { sequence, view, digest }: PreparedClaim): readonly SignedRef[] | null {
  const isSame = (other: PreparedClaim): boolean =>
    other.sequence === sequence && other.view === view && other.digest === digest && other.votes.length > 0;
  const own = state.log.get(sequence)?.prepared ?? null;
  if (own !== null && isSame(own)) return own.votes;
  for (const { message } of state.changes.values()) {
    const found = message.prepared.find(isSame);
    if (found !== undefined) return found.votes;
  }
  return null;
}

/** What the VIEW-CHANGEs at hand ask for now. */
export function afterChange(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const next = (): number | null => viewToJoin(state, state.validatorCount);
  for (let view = next(); view !== null; view = next()) {
    out.note(NOTE.joined);
    enterChange(state, view, now, out, ctx);
  }
  if (!state.isChanging) return;
  const following = followerCount(state);
  if (following >= state.quorum && !state.isTimed) armView(state, viewMicros(state.doublings, ctx), out);
  if (isPrimary(state)) tryNewView(state, now, out, ctx);
}
