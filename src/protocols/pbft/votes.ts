/** PREPARE and COMMIT: the two quorums of a decision. Called for every vote, so nothing here allocates. Ref: §4.2. */
import type { Micros } from '../../core/time.ts';
import { addVote, votesFor } from '../common/tally.ts';
import type { SignedRef } from '../protocol.ts';
import { learn } from '../common/chain/catch-up.ts';
import { reportConflict } from './evidence.ts';
import { executeReady } from './execute.ts';
import type { Commit, Prepare, Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, isCommitted, isPrepared } from './rules.ts';
import { commitMessage, prepareMessage, primaryOf } from './signing.ts';
import { type Out, type Round, roundAt, type Slot, type State, slotAt } from './state.ts';

/** Its view shows where the sender is, its number how far its low watermark is at least. */
export function onVote(state: State, message: Vote, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const { sequence, view } = message;
  const { signer } = proof;
  if (view > (state.seenView[signer] as number)) state.seenView[signer] = view;
  const slot = slotAt(state, sequence);
  if (slot === null) {
    if (sequence <= state.stable.sequence) return;
    learn(state, signer, sequence - state.window);
    return out.note(NOTE.aboveWindow);
  }
  const round = roundAt(state, slot, view);
  if (round === null) return out.note(NOTE.viewTooFar);
  if (message.type === 'prepare') onPrepare(state, slot, round, message, proof, now, out, ctx);
  else onCommit(state, slot, round, message, proof, now, out, ctx);
}

function onPrepare(
  state: State,
  slot: Slot,
  round: Round,
  message: Prepare,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (proof.signer === primaryOf(round.view, state.validatorCount)) return out.note(NOTE.primaryPrepares);
  const outcome = addVote(round.prepares, proof.signer, message.digest, proof, ctx.mutant !== 'votes-not-distinct');
  if (outcome === 'conflicting') reportConflict(state, round.prepares, message, proof, out);
  if (outcome === 'counted') tryPrepared(state, slot, round, now, out, ctx);
}

function onCommit(
  state: State,
  slot: Slot,
  round: Round,
  message: Commit,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  const outcome = addVote(round.commits, proof.signer, message.digest, proof, ctx.mutant !== 'votes-not-distinct');
  if (outcome === 'conflicting') reportConflict(state, round.commits, message, proof, out);
  if (outcome === 'counted') tryCommitted(state, slot, round, message.digest, now, out, ctx);
}

/** Once prepared: keep the certificate, then say COMMIT. Only in the view we are in and have not left. Ref: §4.2. */
export function tryPrepared(state: State, slot: Slot, round: Round, now: Micros, out: Out, ctx: Ctx): void {
  if (round.view !== state.view || state.isChanging || slot.prepared?.view === round.view) return;
  const votes = votesFor(round.prepares, round.digest);
  const isAccepted = round.digest !== '' && round.voted === round.digest;
  if (!isPrepared(votes, state.quorum, isAccepted)) return;
  const { sequence } = slot;
  const { view, digest } = round;
  slot.prepared = { sequence, view, digest, votes: primaryFirst(votes, state.primary) };
  out.persist({ kind: 'prepared', claim: slot.prepared });
  sendCommit(state, slot, round, out, ctx);
  tryCommitted(state, slot, round, digest, now, out, ctx);
}

/** A prepared certificate begins with the pre-prepare. */
function primaryFirst(votes: readonly SignedRef[], primary: number): SignedRef[] {
  const sorted = votes.slice();
  const at = sorted.findIndex(({ signer }) => signer === primary);
  const [first] = sorted.splice(at, 1);
  if (first !== undefined) sorted.unshift(first);
  return sorted;
}

/** Our PREPARE for the accepted request; the vote is durable already. The primary's pre-prepare is its own. */
export function sendPrepare(state: State, slot: Slot, round: Round, out: Out, ctx: Ctx): void {
  round.voted = round.digest;
  if (state.primary === state.self) return;
  const proof = out.broadcast(prepareMessage(round.view, slot.sequence, round.digest));
  addVote(round.prepares, state.self, round.digest, proof, ctx.mutant !== 'votes-not-distinct');
}

/** Our COMMIT for what we prepared in the view in progress; the certificate is durable already. */
export function sendCommit(state: State, slot: Slot, round: Round, out: Out, ctx: Ctx): void {
  const proof = out.broadcast(commitMessage(round.view, slot.sequence, round.digest));
  addVote(round.commits, state.self, round.digest, proof, ctx.mutant !== 'votes-not-distinct');
}

/** Committed when a quorum of one view says so; executed as soon as everything before it is. */
export function tryCommitted(
  state: State,
  slot: Slot,
  round: Round,
  digest: string,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (slot.committed !== null) return;
  const votes = votesFor(round.commits, digest);
  if (!isCommitted(votes, state.quorum)) return;
  slot.committed = { view: round.view, digest, votes: votes.slice() };
  executeReady(state, now, out, ctx);
}
