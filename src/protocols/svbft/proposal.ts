/** PROPOSAL: made by the primary, checked by everyone, answered with PREPARE. Ref: PBFT §4.2 (pre-prepare). */
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
import { leaderOf } from './leader.ts';
import type { Proposal } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, mayPrepare } from './rules.ts';
import { digestOf, prepareMessage } from './signing.ts';
import {
  currentRound,
  heightOfRecord,
  isVoter,
  moveToView,
  type Out,
  type Round,
  roundAt,
  scheduledMembers,
  type State,
} from './state.ts';
import { checkProposal } from './validity.ts';
import { tryFinal, tryPrepared } from './votes.ts';

/** A new block on top of our last one, from our mempool, for the view in progress. */
export function freshBlock(state: State, ctx: Ctx): Block {
  const validators = scheduledMembers(state.height, ctx);
  const header = { height: state.height, parent: state.tip, proposer: state.self, epoch: state.view, validators };
  return buildBlock(state.ledger, state.pool, header, blockRules(ctx));
}

/** Our turn in view 0. Silent if we proposed before a crash, or if the view was left meanwhile. */
export function onProposeTimer(state: State, height: number, now: Micros, out: Out, ctx: Ctx): void {
  const isDue = height === state.height && state.view === 0 && state.phase === 'waiting' && state.leader === state.self;
  if (!isDue || !isVoter(state) || currentRound(state).proposal !== null) return;
  const block = freshBlock(state, ctx);
  propose(state, { type: 'proposal', height, view: 0, block, justification: null }, now, out, ctx);
}

/** Sends our own proposal for the view in progress, and our PREPARE for it. */
export function propose(state: State, proposal: Proposal, now: Micros, out: Out, ctx: Ctx): void {
  const proof = out.broadcast(proposal);
  accept(state, proposal, proof, now, out, ctx);
}

/** A proposal for the height in progress or the one before it; `proof.signer` sent it, whoever passed it on. */
export function onProposal(state: State, message: Proposal, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const isPrevious = message.height === state.height - 1;
  const round = isPrevious ? state.previous?.get(message.view) : roundAt(state, message.view);
  const members = isPrevious ? null : state.members;
  if (members !== null && leaderOf(ctx.config.leader, message.height, message.view, members) !== proof.signer) {
    return out.note(NOTE.notPrimary);
  }
  const first = round?.proposal ?? null;
  if (round != null && first?.proof.signer === proof.signer && reportProposals(state, round, message, proof, out)) {
    return out.note(NOTE.secondProposal);
  }
  if (isPrevious || first !== null) return;
  const refusal = checkProposal(state, message, ctx);
  if (refusal !== null) return out.note(refusal);
  if (message.view < state.view) return keep(state, round ?? null, message, proof, now, out, ctx);
  const own = { view: state.view, voted: currentRound(state).voted };
  if (!mayPrepare(own, message.view, digestOf(message))) return out.note(NOTE.mayNotPrepare);
  convictFromJustification(state, message, out);
  if (message.view > state.view) {
    out.persist({ kind: 'view', height: state.height, view: message.view });
    moveToView(state, message.view, ctx);
  }
  accept(state, message, proof, now, out, ctx);
}

/** A NEW-VIEW's certificate may hold a PREPARE that contradicts the one its signer sent us. */
function convictFromJustification(state: State, { height, justification }: Proposal, out: Out): void {
  const highest = justification === null ? null : highestPrepared(justification.changes);
  if (justification === null || highest === null) return;
  const vote = prepareMessage(height, highest.view, highest.digest);
  compareVotes(state, state.rounds.get(highest.view), vote, justification.certificate, out);
}

/** Too late to vote for it, but a quorum of COMMITs may be here already. */
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
  if (round === null || round.proposal !== null) return;
  round.proposal = { message, proof };
  round.digest = digestOf(message);
  tryFinal(state, round, round.digest, now, out, ctx);
}

/** Takes the proposal as the view's block; members say so with PREPARE. Ref: PBFT §4.2. */
function accept(state: State, proposal: Proposal, proof: SignedRef, now: Micros, out: Out, ctx: Ctx): void {
  const round = currentRound(state);
  round.proposal = { message: proposal, proof };
  round.digest = digestOf(proposal);
  state.phase = 'prepare';
  state.progressAt = now;
  out.persist({ kind: 'accepted', signed: round.proposal });
  discardOld(state.height, out, heightOfRecord);
  if (isVoter(state)) {
    if (state.isIdle) wakeForProposal(state, now, out, ctx);
    if (proposal.view > 0) armView(state, viewMicros(proposal.view, ctx), out);
    sendPrepare(state, out, ctx);
  }
  tryPrepared(state, now, out, ctx);
  tryFinal(state, round, round.digest, now, out, ctx);
}

/** Somebody else had something to propose. */
function wakeForProposal(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.isIdle = false;
  state.scheduledAt = Math.max(state.scheduledAt, now);
  armView(state, viewMicros(0, ctx), out);
}

/** Our PREPARE for the accepted proposal; the vote is durable already. */
export function sendPrepare(state: State, out: Out, ctx: Ctx): void {
  const round = currentRound(state);
  round.voted = round.digest;
  const proof = out.broadcast(prepareMessage(state.height, round.view, round.digest));
  addVote(round.prepares, state.self, round.digest, proof, ctx.mutant !== 'votes-not-distinct');
}
