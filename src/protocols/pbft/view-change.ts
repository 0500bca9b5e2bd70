/** VIEW-CHANGE: giving up on a primary, with everything that may have been decided under it. Ref: §4.4, §4.5.2. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { oneCorrect } from '../../core/quorum.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import type { SignedRef } from '../protocol.ts';
import { learn } from './ask.ts';
import { returnOrdered } from './execute.ts';
import type { PreparedClaim, ViewChange } from './messages.ts';
import { tryNewView } from './new-view.ts';
import { NOTE } from './notes.ts';
import { type Ctx, claimsForChange, isInWindow, verifyPrepared, verifyStable } from './rules.ts';
import { isHelperOf, isPrimary, moveToView, type Out, type State, slotsAscending } from './state.ts';
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
  state.changes.set(state.self, { message, proof: out.broadcast(message) });
}

/** The set P. Ref: §4.4. */
export function preparedAbove(state: State): PreparedClaim[] {
  const claims: PreparedClaim[] = [];
  for (const { sequence, prepared } of slotsAscending(state)) {
    if (prepared !== null && sequence > state.stable.sequence) claims.push(prepared);
  }
  return claims;
}

/** A VIEW-CHANGE of another replica. Kept if everything in it is proved and it is newer than its sender's last. */
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
    if (state.late.has(signer)) passNewViewOn(state, signer, out);
    state.late.add(signer);
    return out.note(NOTE.oldChange);
  }
  const last = state.changes.get(signer);
  if (signer === state.self || (last !== undefined && last.message.view >= view)) return out.note(NOTE.oldChange);
  const refusal = checkChange(state, message, ctx);
  if (refusal !== null) return out.note(refusal);
  learn(state, signer, message.stable.sequence);
  state.changes.set(signer, { message, proof });
  afterChange(state, now, out, ctx);
}

/** Who asks for a view that has begun missed its NEW-VIEW: it proves itself, whoever passes it on. */
export function passNewViewOn(state: State, peer: NodeIndex, out: Out): void {
  if (state.newView === null) return;
  if (isPrimary(state) || isHelperOf(state, peer)) out.relay(peer, state.newView.message, state.newView.proof);
}

/** Null when checkpoint and claims are proved. */
function checkChange(state: State, message: ViewChange, ctx: Ctx): string | null {
  const { view, stable, proof, prepared } = message;
  for (const claim of prepared) {
    if (claim.view >= view || !isInWindow(claim.sequence, stable.sequence, state.window)) return NOTE.badClaim;
  }
  if (!isKnownStable(state, message)) {
    const refusal = verifyStable(stable, GENESIS_HASH, proof, ctx);
    if (refusal !== null) return refusal;
  }
  for (const claim of prepared) {
    if (isKnownClaim(state, claim)) continue;
    const refusal = verifyPrepared(claim, claim.votes, ctx);
    if (refusal !== null) return refusal;
  }
  return null;
}

function isKnownStable(state: State, { stable }: ViewChange): boolean {
  const isSame = (other: ViewChange['stable']): boolean =>
    other.sequence === stable.sequence && other.digest === stable.digest;
  if (stable.sequence > 0 && isSame(state.stable)) return true;
  for (const { message } of state.changes.values()) if (stable.sequence > 0 && isSame(message.stable)) return true;
  return false;
}

/** A view has one prepared digest a number at most, so that one verified certificate vouches for every equal claim. */
function isKnownClaim(state: State, { sequence, view, digest }: PreparedClaim): boolean {
  const isSame = (other: PreparedClaim | null | undefined): boolean =>
    other != null && other.sequence === sequence && other.view === view && other.digest === digest;
  if (isSame(state.log.get(sequence)?.prepared)) return true;
  for (const { message } of state.changes.values()) {
    if (message.prepared.some(isSame)) return true;
  }
  return false;
}

/** What the VIEW-CHANGEs at hand ask for now. */
export function afterChange(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (let view = viewToJoin(state); view !== null; view = viewToJoin(state)) {
    out.note(NOTE.joined);
    enterChange(state, view, now, out, ctx);
  }
  if (!state.isChanging) return;
  let following = 0;
  for (const { message } of state.changes.values()) if (message.view >= state.view) following++;
  if (following >= state.quorum && !state.isTimed) armView(state, viewMicros(state.doublings, ctx), out);
  if (isPrimary(state)) tryNewView(state, now, out, ctx);
}

/** The lowest of the views above ours once f+1 others, hence a correct one, want one. Ref: §4.5.2, second rule. */
function viewToJoin(state: State): number | null {
  let count = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { message } of state.changes.values()) {
    if (message.view <= state.view) continue;
    count++;
    lowest = Math.min(lowest, message.view);
  }
  return count >= oneCorrect(state.validatorCount) ? lowest : null;
}
