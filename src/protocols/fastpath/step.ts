/** The machine: (state, input) → effects. One exhaustive switch; the handlers are in the files named after their phase. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { addBatch, sizeOf } from '../../ledger/mempool.ts';
import type { Batch } from '../../ledger/types.ts';
import type { Input, SignedRef } from '../protocol.ts';
import { armView, startHeight, viewMicros, wake } from './height.ts';
import type { Message } from './messages.ts';
import { NOTE } from './notes.ts';
import { onProposal, onProposeTimer, sendVote } from './proposal.ts';
import type { Ctx } from './rules.ts';
import { currentRound, type Out, type State, type Timer } from './state.ts';
import { answerBehind, onFuture, onStatus, onStatusTimer, onSyncRequest, onSyncResponse, requestSync } from './sync.ts';
import { askForView, onViewChange, onViewTimer } from './view-change.ts';
import { onCommit, onFastTimer, onLateVote, onVote, sendCommit, tryDecide, tryPrepared } from './votes.ts';

/** It takes no commands: transactions come from clients, as messages. */
export type Command = never;

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, Command>, out: Out, ctx: Ctx): void {
  const { height } = state;
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
  if (state.height !== height) replayFuture(state, input.now, out, ctx);
}

/** What waited for this height is heard now; what is for the one after waits on. */
function replayFuture(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (let height = -1; height !== state.height; ) {
    height = state.height;
    const waiting = state.future;
    state.future = [];
    for (const { from, message, proof } of waiting) onMessage(state, from, message, proof, now, out, ctx);
  }
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
  if (message.type === 'submit') return onSubmit(state, from, message, proof, now, out, ctx);
  if (from >= state.validatorCount) return out.note(NOTE.notValidator);
  switch (message.type) {
    case 'status':
      return onStatus(state, from, message, now, out, ctx);
    case 'sync-request':
      return onSyncRequest(state, from, message, out, ctx);
    case 'sync-response':
      return onSyncResponse(state, from, message, now, out, ctx);
    default:
  }
  if (message.height > state.height) return onFuture(state, { from, message, proof }, message.height, now, out, ctx);
  const isPast = message.height < state.height;
  const isPrevious = message.height === state.height - 1;
  switch (message.type) {
    case 'proposal':
      return isPast && !isPrevious ? undefined : onProposal(state, message, proof, now, out, ctx);
    case 'vote':
      if (isPast) return isPrevious ? onLateVote(state, message, proof, out) : undefined;
      return onVote(state, message, proof, now, out, ctx);
    case 'commit':
      if (isPast) return isPrevious ? onLateVote(state, message, proof, out) : undefined;
      return onCommit(state, message, proof, now, out, ctx);
    case 'view-change':
      return isPast ? answerBehind(state, from, out) : onViewChange(state, message, proof, now, out, ctx);
    default:
      return assertNever(message);
  }
}

function onTimeout(state: State, timer: Timer, now: Micros, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'propose':
      return onProposeTimer(state, timer.height, now, out, ctx);
    case 'fast':
      return onFastTimer(state, timer.height, timer.view, now, out, ctx);
    case 'view':
      return onViewTimer(state, timer.height, timer.view, now, out, ctx);
    case 'status':
      return onStatusTimer(state, now, out, ctx);
    default:
      return assertNever(timer);
  }
}

/** A client's batch; its signature is the message's own. */
function onSubmit(
  state: State,
  from: NodeIndex,
  batch: Batch,
  proof: SignedRef,
  now: Micros,
  out: Out,
  ctx: Ctx,
): void {
  if (batch.client !== from) return out.note(NOTE.notClient);
  const refusal = addBatch(state.pool, state.ledger, { batch, signature: proof.signature });
  if (refusal !== null) return out.note(`batch refused: ${refusal}`);
  state.waiting = sizeOf(state.pool).batches;
  wake(state, now, out, ctx);
}

/** Begins, or begins again after a crash: then it repeats what it said in its view and asks a neighbour what it missed. */
function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.progressAt = now;
  state.scheduledAt = now;
  out.setTimer({ kind: 'status' }, ctx.config.statusMicros);
  if (now > 0) requestSync(state, (state.self + 1) % state.validatorCount, now, out, ctx);
  const round = currentRound(state);
  if (state.view === 0 && round.proposal === null) return startHeight(state, now, out, ctx);
  out.note(NOTE.recovered);
  if (state.phase === 'changing') return askForView(state, out, ctx);
  armView(state, viewMicros(state.view, ctx), out);
  if (round.proposal !== null && state.primary === state.self) out.broadcast(round.proposal.message);
  sendVote(state, out, ctx);
  if (state.phase === 'commit') sendCommit(state, out, ctx);
  if (!tryDecide(state, round, round.digest, now, out, ctx)) tryPrepared(state, now, out, ctx);
}
