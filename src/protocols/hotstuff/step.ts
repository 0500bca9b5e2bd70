/** The machine: (state, input) → effects. One exhaustive switch; the handlers are in the files named after their part. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { addBatch, sizeOf } from '../../ledger/mempool.ts';
import type { Batch } from '../../ledger/types.ts';
import type { Input, SignedRef } from '../protocol.ts';
import type { Message } from './messages.ts';
import { NOTE } from './notes.ts';
import { onNewView, onViewTimer, sayWish } from './pacemaker.ts';
import { considerProposal, onProposal, onProposeTimer, prepareToPropose } from './proposal.ts';
import type { Ctx } from './rules.ts';
import { currentRound, FIRST_VIEW, isChained, type Out, type State, type Timer } from './state.ts';
import { requestSync } from './ask.ts';
import { onSyncRequest, onSyncResponse, onSyncTimer } from './sync.ts';
import { isBlockMissing } from './tree.ts';
import { tellLeader, viewMicros } from './view.ts';
import { onPhase, onVote } from './votes.ts';

/** HotStuff takes no commands: transactions come from clients, as messages. */
export type Command = never;

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, Command>, out: Out, ctx: Ctx): void {
  switch (input.kind) {
    case 'start':
      onStart(state, input.now, out, ctx);
      break;
    case 'message':
      onMessage(state, input.from, input.message, input.proof, input.now, out, ctx);
      break;
    case 'timeout':
      onTimeout(state, input.timer, input.now, out, ctx);
      break;
    case 'command':
      return assertNever(input.command);
    default:
      return assertNever(input);
  }
  goOn(state, input.now, out, ctx);
}

/** What the step made possible: a block has arrived or a view has begun, so vote or propose. A vote may begin the next view. */
function goOn(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (let view = 0; view !== state.view; ) {
    view = state.view;
    considerProposal(state, currentRound(state), now, out, ctx);
  }
  prepareToPropose(state, now, out);
}

function onMessage(
  state: State,
  from: NodeIndex,
  message: Message,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (message.type === 'submit') return onSubmit(state, from, message, proof, out);
  if (from >= state.validatorCount) return out.note(NOTE.notValidator);
  switch (message.type) {
    case 'proposal':
      return onProposal(state, message, proof, now, out, ctx);
    case 'vote':
    case 'pre-commit-vote':
    case 'commit-vote':
      return onVote(state, message, proof, now, out, ctx);
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return onPhase(state, from, message, now, out, ctx);
    case 'new-view':
      return onNewView(state, message, proof, now, out, ctx);
    case 'sync-request':
      return onSyncRequest(state, from, message, out, ctx);
    case 'sync-response':
      return onSyncResponse(state, from, message, now, out, ctx);
    default:
      return assertNever(message);
  }
}

function onTimeout(state: State, timer: Timer, now: Micros, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'propose':
      return onProposeTimer(state, timer.view, now, out, ctx);
    case 'view':
      return onViewTimer(state, timer.view, now, out, ctx);
    case 'sync':
      return onSyncTimer(state, now, out, ctx);
    default:
      return assertNever(timer);
  }
}

/** A client's batch; its signature is the message's own. */
function onSubmit(state: State, from: NodeIndex, batch: Batch, proof: SignedRef, out: Out): void {
  if (batch.client !== from) return out.note(NOTE.notClient);
  const refusal = addBatch(state.pool, state.ledger, { batch, signature: proof.signature });
  if (refusal !== null) return out.note(`batch refused: ${refusal}`);
  state.waiting = sizeOf(state.pool).batches;
}

/** Begins, or begins again after a crash: then it says again what it wants and asks for what it misses. */
function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.proposeAt = now;
  state.wishes[state.self] = state.wish;
  out.setTimer({ kind: 'view', view: state.view }, viewMicros(state.timeouts, ctx.config));
  const isFresh = state.view === FIRST_VIEW && state.wish === FIRST_VIEW && state.lastVote === null;
  if (!isFresh || now > 0) {
    out.note(NOTE.recovered);
    sayWish(state, now, out, ctx);
    if (isBlockMissing(state)) requestSync(state, state.self, now, out, ctx);
  } else if (!isChained(state)) {
    tellLeader(state, out);
  }
}
