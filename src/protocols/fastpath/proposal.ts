/** PROPOSAL: made by the primary, checked by everyone, answered with VOTE; and what happens when there are two of them. */
import type { Micros } from '../../core/time.ts';
import { buildBlock } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { blockRules } from '../common/blocks.ts';
import { discardOld } from '../common/chain/forget.ts';
import { addVote } from '../common/tally.ts';
import { highestPrepared, viewMicros } from '../common/views.ts';
import type { SignedRef } from '../protocol.ts';
import { compareVotes, reportProposals } from './evidence.ts';
import { armView } from './height.ts';
import { primaryOf } from './leader.ts';
import type { Proposal } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, mayVote } from './rules.ts';
import { digestOf, voteMessage } from './signing.ts';
import {
  currentRound,
  heightOfRecord,
  moveToView,
  type Out,
  type Round,
  roundAt,
  type State,
  takeProposal,
} from './state.ts';
import { checkProposal } from './validity.ts';
import { leaveFast, showDissenters, tryDecide } from './votes.ts';

/** A new block on top of our last one, from our mempool, for the view in progress. */
export function freshBlock(state: State, ctx: Ctx): Block {
  const header = { height: state.height, parent: state.tip, proposer: state.self, epoch: state.view, validators: null };
  return buildBlock(state.ledger, state.pool, header, blockRules(ctx));
}

/** Our turn in view 0. Silent if we proposed before a crash, or if the view was left meanwhile. */
export function onProposeTimer(state: State, height: number, now: Micros, out: Out, ctx: Ctx): void {
  const isDue = height === state.height && state.view === 0 && state.phase === 'waiting';
  if (!isDue || state.primary !== state.self || currentRound(state).proposal !== null) return;
  const block = freshBlock(state, ctx);
  propose(state, { type: 'proposal', height, view: 0, block, justification: null }, now, out, ctx);
}

/** Sends our own proposal for the view in progress, and our VOTE for it. Ref: PBFT §4.2. */
export function propose(state: State, proposal: Proposal, now: Micros, out: Out, ctx: Ctx): void {
  const proof = out.broadcast(proposal);
  accept(state, proposal, proof, now, out, ctx);
}

/** A proposal for the height in progress or the one before it; `proof.signer` sent it, whoever passed it on. */
export function onProposal(state: State, message: Proposal, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const isPrevious = message.height === state.height - 1;
  const round = isPrevious ? state.previous?.get(message.view) : roundAt(state, message.view);
  if (primaryOf(message.height, message.view, state.validatorCount) !== proof.signer) return out.note(NOTE.notPrimary);
  const first = round?.proposal ?? null;
  if (round != null && reportProposals(state, round, message, proof, out)) {
    out.note(NOTE.secondProposal);
    return isPrevious ? undefined : endFastPath(state, now, out, ctx);
  }
  if (isPrevious || first !== null) return;
  const refusal = checkProposal(state, message, ctx);
  if (refusal !== null) return out.note(refusal);
  if (message.view < state.view) return keep(state, round ?? null, message, proof, now, out, ctx);
  const own = { view: state.view, voted: currentRound(state).voted };
  if (!mayVote(own, message.view, digestOf(message))) return out.note(NOTE.mayNotVote);
  convictFromJustification(state, message, out);
  if (message.view > state.view) {
    out.persist({ kind: 'view', height: state.height, view: message.view });
    moveToView(state, message.view);
  }
  accept(state, message, proof, now, out, ctx);
}

/** Both proposals are signed: at this height nobody waits for unanimity any more. Ref: SBFT §V-E. */
function endFastPath(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.isConflicted = true;
  leaveFast(state, NOTE.fastConflict, now, out, ctx);
}

/** A NEW-VIEW's certificate may hold a VOTE that contradicts the one its signer sent us. */
function convictFromJustification(state: State, { height, justification }: Proposal, out: Out): void {
  const highest = justification === null ? null : highestPrepared(justification.changes);
  if (justification === null || highest === null) return;
  const vote = voteMessage(height, highest.view, highest.digest);
  compareVotes(state, state.rounds.get(highest.view), vote, justification.certificate, out);
}

/** Too late to vote for it, but the votes that decide it may be here already. */
function keep(
  state: State,
  round: Round | null,
  message: Proposal,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  out.note(NOTE.oldProposal);
  if (round === null) return;
  round.proposal = { message, proof };
  round.digest = digestOf(message);
  tryDecide(state, round, round.digest, now, out, ctx);
}

/** Takes the proposal as the view's block, says so with VOTE, and waits for everybody to do the same. Ref: SBFT §V-C. */
function accept(state: State, proposal: Proposal, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const signed = { message: proposal, proof };
  out.persist({ kind: 'accepted', signed });
  discardOld(state.height, out, heightOfRecord);
  const round = takeProposal(state, signed, digestOf(proposal));
  state.phase = 'fast';
  state.progressAt = now;
  if (state.isIdle) wakeForProposal(state, now, out, ctx);
  if (proposal.view > 0) armView(state, viewMicros(proposal.view, ctx), out);
  sendVote(state, out, ctx);
  showDissenters(round, out);
  const { height, view } = state;
  if (tryDecide(state, round, round.digest, now, out, ctx)) return;
  if (state.isConflicted) leaveFast(state, NOTE.fastConflict, now, out, ctx);
  else if (ctx.config.fastMicros === 0) leaveFast(state, NOTE.fastTimedOut, now, out, ctx);
  else out.setTimer({ kind: 'fast', height, view }, ctx.config.fastMicros);
}

/** Somebody else had something to propose. */
function wakeForProposal(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.isIdle = false;
  state.scheduledAt = Math.max(state.scheduledAt, now);
  armView(state, viewMicros(0, ctx), out);
}

/** Our VOTE for the accepted proposal; it is durable already. */
export function sendVote(state: State, out: Out, ctx: Ctx): void {
  const round = currentRound(state);
  const proof = out.broadcast(voteMessage(state.height, round.view, round.digest));
  addVote(round.votes, state.self, round.digest, proof, ctx.mutant !== 'votes-not-distinct');
}
