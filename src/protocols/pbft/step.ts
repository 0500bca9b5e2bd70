/** The machine: (state, input) → effects. The handlers, by message, are in the files named after their phase. */
import type { Micros } from '../../core/time.ts';
import { type Arrival, machineStep, type MessageHandlers, onMessageOf, type TimerHandlers } from '../common/step.ts';
import { ownStatus, requestState } from './ask.ts';
import { onCheckpoint } from './checkpoint.ts';
import type { Message } from './messages.ts';
import { onNewView } from './new-view.ts';
import { NOTE } from './notes.ts';
import { onPrePrepare, onProposeTimer, onRequest } from './order.ts';
import type { Ctx } from './rules.ts';
import { prePrepareMessage } from './signing.ts';
import { isPrimary, type Out, type State, slotsAscending, type Timer } from './state.ts';
import { onFetch, onFetched, onStateRequest, onStateResponse, onStatus, onStatusTimer } from './sync.ts';
import { awaitNext, schedule } from './timing.ts';
import { afterChange, askForView, onViewChange, onViewTimer } from './view-change.ts';
import { onVote, sendCommit, sendPrepare, tryCommitted, tryPrepared } from './votes.ts';

const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  submit: (state, { from, message, proof, now }, out, ctx) => onRequest(state, from, message, proof, now, out, ctx),
  'pre-prepare': (state, { message, proof, now }, out, ctx) => onPrePrepare(state, message, proof, now, out, ctx),
  prepare: (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  commit: (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  reply: (_state, _arrival, out) => out.note(NOTE.notClient),
  checkpoint: (state, { message, proof, now }, out, ctx) => onCheckpoint(state, message, proof, now, out, ctx),
  'view-change': (state, { message, proof, now }, out, ctx) => onViewChange(state, message, proof, now, out, ctx),
  'new-view': (state, { message, proof, now }, out, ctx) => onNewView(state, message, proof, now, out, ctx),
  status: (state, { from, message, now }, out, ctx) => onStatus(state, from, message, now, out, ctx),
  'state-request': (state, { from, message }, out, ctx) => onStateRequest(state, from, message, out, ctx),
  'state-response': (state, { from, message, now }, out, ctx) => onStateResponse(state, from, message, now, out, ctx),
  fetch: (state, { from, message }, out) => onFetch(state, from, message, out),
  fetched: (state, { message, now }, out, ctx) => onFetched(state, message, now, out, ctx),
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  propose: (state, _, now, out, ctx) => onProposeTimer(state, now, out, ctx),
  view: (state, { view }, now, out, ctx) => onViewTimer(state, view, now, out, ctx),
  status: (state, _, now, out, ctx) => onStatusTimer(state, now, out, ctx),
};

/** Same state and input, same effects. Owns `state` and updates it in place. */
export const step = machineStep({ onStart, onMessage, timers: TIMERS });

function onMessage(state: State, arrival: Arrival<Message>, out: Out, ctx: Ctx): void {
  if (arrival.message.type !== 'submit' && arrival.from >= state.validatorCount) return out.note(NOTE.notReplica);
  onMessageOf(MESSAGES, state, arrival, out, ctx);
}

/** Begins, or begins again after a crash: then it repeats what it said and asks a neighbour what it missed. */
function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.progressAt = now;
  state.scheduledAt = now;
  out.setTimer({ kind: 'status' }, ctx.config.statusMicros);
  if (now > 0) {
    out.note(NOTE.recovered);
    out.broadcast(ownStatus(state));
    requestState(state, (state.self + 1) % state.validatorCount, now, out, ctx);
    if (state.isChanging) {
      askForView(state, out, ctx);
      return afterChange(state, now, out, ctx);
    }
    repeatOwnVotes(state, now, out, ctx);
  }
  awaitNext(state, out, ctx);
  schedule(state, now, out, ctx);
}

/** What it said in its view for numbers that are not executed: others may have missed it, and its own tallies are empty. */
function repeatOwnVotes(state: State, now: Micros, out: Out, ctx: Ctx): void {
  for (const slot of slotsAscending(state)) {
    const round = slot.rounds.get(state.view);
    if (round === undefined || round.voted === null) continue;
    const request = slot.requests.get(round.digest);
    if (isPrimary(state) && request?.view === state.view) {
      out.broadcast(prePrepareMessage(state.view, slot.sequence, round.digest, request));
    }
    sendPrepare(state, slot, round, out, ctx);
    if (slot.prepared?.view !== state.view) {
      tryPrepared(state, slot, round, now, out, ctx);
    } else {
      sendCommit(state, slot, round, out, ctx);
      tryCommitted(state, slot, round, round.digest, now, out, ctx);
    }
  }
}
