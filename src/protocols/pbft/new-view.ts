/** NEW-VIEW: the new primary assigns again what may have been decided, and everyone checks that it had no choice. Ref: §4.4. */
import type { Micros } from '../../core/time.ts';
import { GENESIS_HASH } from '../../ledger/block.ts';
import { addVote } from '../common/tally.ts';
import type { SignedMessage, SignedRef } from '../protocol.ts';
import { fetchMissing, requestState } from './ask.ts';
import { moveWatermark } from './checkpoint.ts';
import { executeReady, markOrdered } from './execute.ts';
import type { Assignment, NewView, ViewChange } from './messages.ts';
import { NOTE } from './notes.ts';
import { acceptEarly } from './order.ts';
import { type Ctx, outcomeOf, verifyNewView } from './rules.ts';
import { claimOf, nullRequest, prePrepareMessage, primaryOf, requestDigest } from './signing.ts';
import { executedOf, moveToView, type Out, roundAt, type State, slotAt } from './state.ts';
import { awaitNext, doublingsFor, schedule } from './timing.ts';
import { sendPrepare, tryCommitted, tryPrepared } from './votes.ts';

/** The new primary's move, once a quorum asks for its view. */
export function tryNewView(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const signed = [...state.changes.values()].filter(({ message }) => message.view === state.view);
  if (signed.length < state.quorum) return;
  out.note(NOTE.newView);
  const message = newViewFrom(state.view, signed.slice(0, state.quorum), out);
  enter(state, { message, proof: out.broadcast(message) }, now, out, ctx);
}

/** V, the proof of its latest checkpoint, and O with one pre-prepare of ours for each number. Ref: §4.4. */
function newViewFrom(view: number, signed: readonly SignedMessage<ViewChange>[], out: Out): NewView {
  const { stable, choices } = outcomeOf(signed.map(({ message }) => message));
  const proof = signed.find(({ message }) => message.stable.sequence === stable.sequence)?.message.proof ?? [];
  const assignments: Assignment[] = choices.map(({ sequence, claim }) => {
    const digest = claim?.digest ?? requestDigest(nullRequest(view, sequence));
    // The claim of an outcome is one of those that came with their certificates.
    const votes = claim === null ? [] : ((claim as Partial<ViewChange['prepared'][number]>).votes ?? []);
    return { sequence, digest, proof: out.sign(prePrepareMessage(view, sequence, digest)), votes };
  });
  const changes = signed.map(({ message, proof: { signer, signature } }) => ({
    signer,
    signature,
    stable: message.stable,
    prepared: message.prepared.map(claimOf),
  }));
  return { type: 'new-view', view, changes, stable, proof, assignments };
}

/** A NEW-VIEW, from its primary or passed on by anyone. */
export function onNewView(state: State, message: NewView, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const { view } = message;
  if (primaryOf(view, state.validatorCount) !== proof.signer) return out.note(NOTE.notPrimary);
  if (view < state.view || (view === state.view && !state.isChanging)) return out.note(NOTE.oldNewView);
  const refusal = verifyNewView(message, GENESIS_HASH, ctx);
  if (refusal !== null) return out.note(refusal);
  enter(state, { message, proof }, now, out, ctx);
}

/** Enters the view: votes for everything assigned, then for what its primary sent ahead. Ref: §4.4, last paragraph. */
function enter(state: State, signed: SignedMessage<NewView>, now: Micros, out: Out, ctx: Ctx): void {
  const { view, assignments, stable } = signed.message;
  if (view > state.view) state.doublings = doublingsFor(state, view);
  out.persist({ kind: 'new-view', signed, doublings: state.doublings });
  install(state, signed);
  state.progressAt = now;
  state.scheduledAt = Math.max(state.scheduledAt, now);
  for (const { sequence, digest } of assignments) {
    const slot = state.log.get(sequence);
    const round = slot?.rounds.get(view);
    // Below our own checkpoint nothing was assigned: such a round only has votes of others.
    if (slot === undefined || round === undefined || round.digest !== digest) continue;
    sendPrepare(state, slot, round, out, ctx);
    tryPrepared(state, slot, round, now, out, ctx);
    tryCommitted(state, slot, round, round.digest, now, out, ctx);
  }
  awaitNext(state, out, ctx);
  acceptEarly(state, now, out, ctx);
  executeReady(state, now, out, ctx);
  fetchMissing(state, out);
  if (stable.sequence > executedOf(state)) requestState(state, signed.proof.signer, now, out, ctx);
  schedule(state, now, out, ctx);
}

/** The part of entering a view that needs no effects: recovery does the same. */
export function install(state: State, signed: SignedMessage<NewView>): void {
  const { view, stable, proof, assignments } = signed.message;
  if (view > state.view) state.hasProgress = false;
  moveToView(state, view);
  state.newView = signed;
  state.isChanging = false;
  if (stable.sequence > state.stable.sequence) moveWatermark(state, stable, proof);
  for (const [node, { message }] of state.changes) if (message.view <= view) state.changes.delete(node);
  state.nextSequence = Math.max(state.stable.sequence, executedOf(state), assignments.at(-1)?.sequence ?? 0) + 1;
  for (const assignment of assignments) assign(state, view, assignment);
}

/** An element of O becomes the pre-prepare of its number. Numbers at or below our own checkpoint are settled. */
function assign(state: State, view: number, { sequence, digest, proof, votes }: Assignment): void {
  const slot = sequence > state.stable.sequence ? slotAt(state, sequence) : null;
  const round = slot === null ? null : roundAt(state, slot, view);
  if (slot === null || round === null) return;
  round.digest = digest;
  round.voted = digest;
  addVote(round.prepares, proof.signer, digest, proof, true);
  if (votes.length === 0) slot.requests.set(digest, nullRequest(view, sequence));
  const request = slot.requests.get(digest);
  if (request !== undefined) markOrdered(state, request);
}
