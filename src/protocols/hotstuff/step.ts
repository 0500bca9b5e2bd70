/** The machine: (state, input) → effects. The handlers, by message, are in the files named after their part. */
import type { Micros } from '../../core/time.ts';
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

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, NoCommand>, out: Out, ctx: Ctx): void {
  take(state, input, out, ctx);
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

const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  submit: (state, arrival, out) => void takeBatch(state, arrival, out),
  'new-view': (state, { message, proof, now }, out, ctx) => onNewView(state, message, proof, now, out, ctx),
  proposal: (state, { message, proof, now }, out, ctx) => onProposal(state, message, proof, now, out, ctx),
  vote: (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  'pre-commit': (state, { from, message, now }, out, ctx) => onPhase(state, from, message, now, out, ctx),
  'pre-commit-vote': (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  commit: (state, { from, message, now }, out, ctx) => onPhase(state, from, message, now, out, ctx),
  'commit-vote': (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  decide: (state, { from, message, now }, out, ctx) => onPhase(state, from, message, now, out, ctx),
  'sync-request': (state, { from, message }, out, ctx) => onSyncRequest(state, from, message, out, ctx),
  'sync-response': (state, { from, message, now }, out, ctx) => onSyncResponse(state, from, message, now, out, ctx),
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  propose: (state, { view }, now, out, ctx) => onProposeTimer(state, view, now, out, ctx),
  view: (state, { view }, now, out, ctx) => onViewTimer(state, view, now, out, ctx),
  sync: (state, _, now, out, ctx) => onSyncTimer(state, now, out, ctx),
};

const take = machineStep({ onStart, onMessage, timers: TIMERS });

function onMessage(state: State, arrival: Arrival<Message>, out: Out, ctx: Ctx): void {
  if (arrival.message.type !== 'submit' && arrival.from >= state.validatorCount) return out.note(NOTE.notValidator);
  onMessageOf(MESSAGES, state, arrival, out, ctx);
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
