/** StartRound and what a validator says in a round. Ref: Algorithm 1, lines 11–21. */
import type { Micros } from '../../core/time.ts';
import { buildBlock } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { blockRules } from '../common/blocks.ts';
import { timeoutOf } from './config.ts';
import { NO_ROUND, type Proposal, type Vote } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, valueToPropose } from './rules.ts';
import { digestOf, precommitMessage, prevoteMessage } from './signing.ts';
import { precommitsHeard } from './heard.ts';
import { currentRound, moveToRound, type Out, proposerAt, type State } from './state.ts';
import { addVote } from './tally.ts';

/** StartRound(round): proposes, or waits for the proposal. Ref: lines 11–21. */
export function startRound(state: State, round: number, now: Micros, out: Out, ctx: Ctx): void {
  state.isIdle = false;
  moveToRound(state, round);
  if (round > 0) {
    state.changeCount++;
    out.persist({ kind: 'round', height: state.height, round, left: precommitsHeard(state, round - 1) });
  }
  if (proposerAt(state, round) === state.self) return propose(state, now, out, ctx);
  waitForProposal(state, out, ctx);
}

/** timeoutPropose of the round in progress. Ref: line 21. */
export function waitForProposal(state: State, out: Out, ctx: Ctx): void {
  const { height, round } = state;
  out.setTimer({ kind: 'propose', height, round }, timeoutOf(ctx.config.propose, round, ctx.mutant));
}

/** The valid value where there is one, else a new block. Ref: lines 14–19. */
export function propose(state: State, now: Micros, out: Out, ctx: Ctx): void {
  const { height, round } = state;
  const valid = valueToPropose(state.valid, ctx.mutant);
  const block = valid === null ? freshBlock(state, ctx) : valid.signed.message.block;
  const message: Proposal = { type: 'proposal', height, round, validRound: valid?.round ?? NO_ROUND, block };
  out.note(valid === null ? NOTE.fresh : NOTE.again);
  const proof = out.broadcast(message);
  out.persist({ kind: 'proposed', signed: { message, proof } });
  state.saidAt = now;
  const own = currentRound(state);
  own.proposal = { message, proof };
  own.digest = digestOf(message);
  own.isValid = true;
}

/** getValue(): a new block on top of our last one, from our mempool. */
function freshBlock(state: State, ctx: Ctx): Block {
  const { height, tip, self, round } = state;
  return buildBlock(
    state.ledger,
    state.pool,
    { height, parent: tip, proposer: self, epoch: round, validators: null },
    blockRules(ctx),
  );
}

/** PREVOTE of the round in progress, for a block or nil; moves to the step prevote. Ref: lines 24–27. */
export function prevote(state: State, digest: string, now: Micros, out: Out, ctx: Ctx): void {
  state.step = 'prevote';
  currentRound(state).prevoted = digest;
  out.persist({ kind: 'prevote', height: state.height, round: state.round, digest });
  say(state, prevoteMessage(state.height, state.round, digest), now, out, ctx);
}

/** PRECOMMIT of the round in progress, for a block or nil; moves to the step precommit. Ref: lines 40–41, 45–46. */
export function precommit(state: State, digest: string, now: Micros, out: Out, ctx: Ctx): void {
  state.step = 'precommit';
  currentRound(state).precommitted = digest;
  out.persist({ kind: 'precommit', height: state.height, round: state.round, digest });
  say(state, precommitMessage(state.height, state.round, digest), now, out, ctx);
}

/** Sends a vote of ours and counts it. */
export function say(state: State, vote: Vote, now: Micros, out: Out, ctx: Ctx): void {
  const own = currentRound(state);
  const tally = vote.type === 'prevote' ? own.prevotes : own.precommits;
  const proof = out.broadcast(vote);
  state.saidAt = now;
  addVote(tally, proof, vote.digest, state.powers[state.self] as number, ctx.mutant !== 'votes-not-distinct');
}
