/** The machine: (state, input) → effects. The handlers, by message, are in the files named after their phase. */
import type { Micros } from '../../core/time.ts';
import { byHeight, heightStep } from '../common/chain/heights.ts';
import { answerBehind, onFuture, onStatus, onStatusTimer, onSyncRequest, requestSync } from '../common/chain/status.ts';
import { fromValidators, type MessageHandlers, type TimerHandlers } from '../common/step.ts';
import { takeBatch } from '../common/submit.ts';
import { viewMicros } from '../common/views.ts';
import { armView, startHeight, wake } from './height.ts';
import type { HeightMessage, Message } from './messages.ts';
import { NOTE } from './notes.ts';
import { onProposal, onProposeTimer, sendVote } from './proposal.ts';
import type { Ctx } from './rules.ts';
import { currentRound, type Out, type State, type Timer } from './state.ts';
import { onSyncResponse, repeatTo } from './sync.ts';
import { askForView, onViewChange, onViewTimer } from './view-change.ts';
import { onCommit, onFastTimer, onLateVote, onVote, sendCommit, tryDecide, tryPrepared } from './votes.ts';

/** For the height in progress. */
const current: MessageHandlers<State, HeightMessage, Out, Ctx> = {
  proposal: (state, { message, proof, now }, out, ctx) => onProposal(state, message, proof, now, out, ctx),
  vote: (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  commit: (state, { message, proof, now }, out, ctx) => onCommit(state, message, proof, now, out, ctx),
  'view-change': (state, { message, proof, now }, out, ctx) => onViewChange(state, message, proof, now, out, ctx),
};

/** For the height before: too late to count, not too late to convict. */
const previous: MessageHandlers<State, HeightMessage, Out, Ctx> = {
  ...current,
  vote: (state, { message, proof }, out) => onLateVote(state, message, proof, out),
  commit: (state, { message, proof }, out) => onLateVote(state, message, proof, out),
  'view-change': (state, { from }, out) => answerBehind(state, from, out),
};

const onHeightMessage = byHeight<State, HeightMessage, Out, Ctx>({
  current,
  previous,
  onFuture: (state, arrival, out, ctx) => onFuture(state, arrival, state.validatorCount, out, ctx),
  onOld(state, { from, message }, out) {
    if (message.type === 'view-change') answerBehind(state, from, out);
  },
});

const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  submit(state, arrival, out, ctx) {
    if (takeBatch(state, arrival, out)) wake(state, arrival.now, out, ctx);
  },
  proposal: onHeightMessage,
  vote: onHeightMessage,
  commit: onHeightMessage,
  'view-change': onHeightMessage,
  status: (state, arrival, out, ctx) => onStatus(state, arrival, repeatTo, out, ctx),
  'sync-request': onSyncRequest,
  'sync-response': (state, { from, message, now }, out, ctx) => onSyncResponse(state, from, message, now, out, ctx),
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  propose: (state, { height }, now, out, ctx) => onProposeTimer(state, height, now, out, ctx),
  fast: (state, { height, view }, now, out, ctx) => onFastTimer(state, height, view, now, out, ctx),
  view: (state, { height, view }, now, out, ctx) => onViewTimer(state, height, view, now, out, ctx),
  status: (state, _, now, out, ctx) => onStatusTimer(state, now, out, ctx),
};

const onMessage = fromValidators<State, Message, Out, Ctx>(MESSAGES, NOTE.notValidator);

/** Same state and input, same effects. Owns `state` and updates it in place. */
export const step = heightStep<State, Message, HeightMessage, Timer, Out, Ctx>({ onStart, onMessage, timers: TIMERS });

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
