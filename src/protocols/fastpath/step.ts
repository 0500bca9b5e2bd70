/** The machine: (state, input) → effects. The handlers, by message, are in the files named after their phase. */
import type { Micros } from '../../core/time.ts';
import { replayFuture } from '../common/chain/future.ts';
import {
  type Arrival,
  machineStep,
  type MessageHandlers,
  onMessageOf,
  type NoCommand,
  type TimerHandlers,
} from '../common/step.ts';
import { takeBatch } from '../common/submit.ts';
import type { Input } from '../protocol.ts';
import { armView, startHeight, viewMicros, wake } from './height.ts';
import type { HeightMessage, Message } from './messages.ts';
import { NOTE } from './notes.ts';
import { onProposal, onProposeTimer, sendVote } from './proposal.ts';
import type { Ctx } from './rules.ts';
import { currentRound, type Out, type State, type Timer } from './state.ts';
import { answerBehind, onFuture, onStatus, onStatusTimer, onSyncRequest, onSyncResponse, requestSync } from './sync.ts';
import { askForView, onViewChange, onViewTimer } from './view-change.ts';
import { onCommit, onFastTimer, onLateVote, onVote, sendCommit, tryDecide, tryPrepared } from './votes.ts';

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, NoCommand>, out: Out, ctx: Ctx): void {
  const { height } = state;
  take(state, input, out, ctx);
  if (state.height === height) return;
  replayFuture(state, (waiting) => onMessage(state, { ...waiting, now: input.now }, out, ctx));
}

/** For the height in progress. */
const CURRENT: MessageHandlers<State, HeightMessage, Out, Ctx> = {
  proposal: (state, { message, proof, now }, out, ctx) => onProposal(state, message, proof, now, out, ctx),
  vote: (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  commit: (state, { message, proof, now }, out, ctx) => onCommit(state, message, proof, now, out, ctx),
  'view-change': (state, { message, proof, now }, out, ctx) => onViewChange(state, message, proof, now, out, ctx),
};

/** For the height before: too late to count, not too late to convict. */
const PREVIOUS: MessageHandlers<State, HeightMessage, Out, Ctx> = {
  ...CURRENT,
  vote: (state, { message, proof }, out) => onLateVote(state, message, proof, out),
  commit: (state, { message, proof }, out) => onLateVote(state, message, proof, out),
  'view-change': (state, { from }, out) => answerBehind(state, from, out),
};

const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  submit(state, arrival, out, ctx) {
    if (takeBatch(state, arrival, out)) wake(state, arrival.now, out, ctx);
  },
  proposal: onHeightMessage,
  vote: onHeightMessage,
  commit: onHeightMessage,
  'view-change': onHeightMessage,
  status: (state, { from, message, now }, out, ctx) => onStatus(state, from, message, now, out, ctx),
  'sync-request': (state, { from, message }, out, ctx) => onSyncRequest(state, from, message, out, ctx),
  'sync-response': (state, { from, message, now }, out, ctx) => onSyncResponse(state, from, message, now, out, ctx),
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  propose: (state, { height }, now, out, ctx) => onProposeTimer(state, height, now, out, ctx),
  fast: (state, { height, view }, now, out, ctx) => onFastTimer(state, height, view, now, out, ctx),
  view: (state, { height, view }, now, out, ctx) => onViewTimer(state, height, view, now, out, ctx),
  status: (state, _, now, out, ctx) => onStatusTimer(state, now, out, ctx),
};

const take = machineStep({ onStart, onMessage, timers: TIMERS });

function onMessage(state: State, arrival: Arrival<Message>, out: Out, ctx: Ctx): void {
  if (arrival.message.type !== 'submit' && arrival.from >= state.validatorCount) return out.note(NOTE.notValidator);
  onMessageOf(MESSAGES, state, arrival, out, ctx);
}

/** What belongs to a height: for a later one it waits, of those before only the last matters. */
function onHeightMessage(state: State, arrival: Arrival<HeightMessage>, out: Out, ctx: Ctx): void {
  const { from, message } = arrival;
  const ahead = message.height - state.height;
  if (ahead > 0) return onFuture(state, arrival, out, ctx);
  if (ahead === 0) return onMessageOf(CURRENT, state, arrival, out, ctx);
  if (ahead === -1) return onMessageOf(PREVIOUS, state, arrival, out, ctx);
  if (message.type === 'view-change') answerBehind(state, from, out);
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
