/** The machine: (state, input) → effects. One exhaustive switch; the handlers are in the files named after their role. */
import { assertNever } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { addBatch, sizeOf } from '../../ledger/mempool.ts';
import type { Batch } from '../../ledger/types.ts';
import type { Input, SignedRef } from '../protocol.ts';
import { onAccept, onHeartbeat, onPrepare } from './acceptor.ts';
import { armTakeover } from './leadership.ts';
import { onLearn, onLearnRequest } from './learner.ts';
import type { Message } from './messages.ts';
import { NOTE } from './notes.ts';
import {
  onAccepted,
  onHeartbeatTimer,
  onPromise,
  onProposeTimer,
  onRefusal,
  onTakeoverTimer,
  tryLead,
} from './proposer.ts';
import type { Ctx } from './rules.ts';
import type { Out, State, Timer } from './state.ts';

/** Paxos takes no commands: transfers come from clients, as messages. */
export type Command = never;

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, Command>, out: Out, ctx: Ctx): void {
  switch (input.kind) {
    case 'start':
      if (state.promised > 0) out.note(NOTE.recovered);
      return armTakeover(state, out, ctx);
    case 'message':
      return onMessage(state, input.from, input.message, input.proof, input.now, out, ctx);
    case 'timeout':
      return onTimeout(state, input.timer, input.now, out, ctx);
    case 'command':
      return assertNever(input.command);
    default:
      return assertNever(input);
  }
}

function onTimeout(state: State, timer: Timer, now: Micros, out: Out, ctx: Ctx): void {
  switch (timer.kind) {
    case 'takeover':
      return onTakeoverTimer(state, now, out, ctx);
    case 'heartbeat':
      return onHeartbeatTimer(state, timer.ballot, out, ctx);
    case 'propose':
      return onProposeTimer(state, timer.ballot, now, out, ctx);
    default:
      return assertNever(timer);
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
  if (message.type === 'submit') return onSubmit(state, from, message, proof, out);
  if (from >= state.validatorCount) return out.note(NOTE.notServer);
  switch (message.type) {
    case 'prepare':
      return onPrepare(state, from, message, out, ctx);
    case 'promise':
      return onPromise(state, from, message, now, out, ctx);
    case 'accept':
      return onAccept(state, from, message, out, ctx);
    case 'accepted':
      return onAccepted(state, from, message, now, out, ctx);
    case 'refusal':
      return onRefusal(state, message, now, out, ctx);
    case 'heartbeat':
      return onHeartbeat(state, from, message, out, ctx);
    case 'learn-request':
      return onLearnRequest(state, from, message, out, ctx);
    case 'learn':
      onLearn(state, message, out, ctx);
      if (state.proposing !== null) tryLead(state, state.proposing, now, out, ctx);
      return;
    default:
      return assertNever(message);
  }
}

/** A client's batch; its signature is the message's own. It waits at every server for whoever proposes. */
function onSubmit(state: State, from: NodeIndex, batch: Batch, proof: SignedRef, out: Out): void {
  if (batch.client !== from) return out.note(NOTE.notClient);
  const refusal = addBatch(state.pool, state.ledger, { batch, signature: proof.signature });
  if (refusal !== null) return out.note(`batch refused: ${refusal}`);
  state.waiting = sizeOf(state.pool).batches;
}
