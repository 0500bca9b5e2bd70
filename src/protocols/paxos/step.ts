/** The machine: (state, input) → effects. The handlers, by message, are in the files named after their role. */
import type { Micros } from '../../core/time.ts';
import { type Arrival, machineStep, type MessageHandlers, onMessageOf, type TimerHandlers } from '../common/step.ts';
import { takeBatch } from '../common/submit.ts';
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

const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  // It waits at every server for whoever proposes.
  submit: (state, arrival, out) => void takeBatch(state, arrival, out),
  prepare: (state, { from, message }, out, ctx) => onPrepare(state, from, message, out, ctx),
  promise: (state, { from, message, now }, out, ctx) => onPromise(state, from, message, now, out, ctx),
  accept: (state, { from, message }, out, ctx) => onAccept(state, from, message, out, ctx),
  accepted: (state, { from, message, now }, out, ctx) => onAccepted(state, from, message, now, out, ctx),
  refusal: (state, { message, now }, out, ctx) => onRefusal(state, message, now, out, ctx),
  heartbeat: (state, { from, message }, out, ctx) => onHeartbeat(state, from, message, out, ctx),
  'learn-request': (state, { from, message }, out, ctx) => onLearnRequest(state, from, message, out, ctx),
  learn(state, { message, now }, out, ctx) {
    onLearn(state, message, out, ctx);
    if (state.proposing !== null) tryLead(state, state.proposing, now, out, ctx);
  },
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  takeover: (state, _, now, out, ctx) => onTakeoverTimer(state, now, out, ctx),
  heartbeat: (state, { ballot }, _, out, ctx) => onHeartbeatTimer(state, ballot, out, ctx),
  propose: (state, { ballot }, now, out, ctx) => onProposeTimer(state, ballot, now, out, ctx),
};

/** Same state and input, same effects. Owns `state` and updates it in place. */
export const step = machineStep({ onStart, onMessage, timers: TIMERS });

function onStart(state: State, _now: Micros, out: Out, ctx: Ctx): void {
  if (state.promised > 0) out.note(NOTE.recovered);
  armTakeover(state, out, ctx);
}

function onMessage(state: State, arrival: Arrival<Message>, out: Out, ctx: Ctx): void {
  if (arrival.message.type !== 'submit' && arrival.from >= state.validatorCount) return out.note(NOTE.notServer);
  onMessageOf(MESSAGES, state, arrival, out, ctx);
}
