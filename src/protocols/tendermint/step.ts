/** The machine: (state, input) → effects. The `upon` rules of the paper are in upon.ts, the rest by message. */
import type { Micros } from '../../core/time.ts';
import { heightStep } from '../common/chain/heights.ts';
import { type Arrival, type MessageHandlers, onMessageOf, type TimerHandlers } from '../common/step.ts';
import { takeBatch } from '../common/submit.ts';
import { requestSync } from './ask.ts';
import { beat, onHeartbeat, onHeartbeatTimer } from './gossip.ts';
import { startHeight, wake } from './height.ts';
import type { Message, RoundMessage } from './messages.ts';
import { NOTE } from './notes.ts';
import { propose, say, startRound, waitForProposal } from './round.ts';
import type { Ctx } from './rules.ts';
import { precommitMessage, prevoteMessage } from './signing.ts';
import { currentRound, type Out, proposerAt, type State, type Timer } from './state.ts';
import { onFuture, onSyncRequest, onSyncResponse } from './sync.ts';
import { hear, onStepTimer, run } from './upon.ts';
import { onLateVote, onPolka, onProposal, onVote } from './votes.ts';

/** For the height in progress. */
const CURRENT: MessageHandlers<State, RoundMessage, Out, Ctx> = {
  proposal: (state, { message, proof, now }, out, ctx) => onProposal(state, message, proof, now, out, ctx),
  prevote: (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  precommit: (state, { message, proof, now }, out, ctx) => onVote(state, message, proof, now, out, ctx),
  polka: (state, { message, now }, out, ctx) => onPolka(state, message, now, out, ctx),
};

/** For the height before: too late to count, not too late to convict. */
const PREVIOUS: MessageHandlers<State, RoundMessage, Out, Ctx> = {
  ...CURRENT,
  prevote: (state, { message, proof }, out) => onLateVote(state, message, proof, out),
  precommit: (state, { message, proof }, out) => onLateVote(state, message, proof, out),
  polka: () => undefined,
};

const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  submit(state, arrival, out, ctx) {
    if (takeBatch(state, arrival, out)) wake(state, arrival.now, out, ctx);
  },
  proposal: onRoundMessage,
  prevote: onRoundMessage,
  precommit: onRoundMessage,
  polka: onRoundMessage,
  heartbeat: (state, { from, message, now }, out, ctx) => onHeartbeat(state, from, message, now, out, ctx),
  'sync-request': (state, { from, message }, out, ctx) => onSyncRequest(state, from, message, out, ctx),
  'sync-response': (state, { from, message, now }, out, ctx) => onSyncResponse(state, from, message, now, out, ctx),
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  height(state, { height }, now, out, ctx) {
    if (height !== state.height || state.step !== 'new-round') return;
    startRound(state, 0, now, out, ctx);
    run(state, now, out, ctx);
  },
  propose: onStepTimer,
  prevote: onStepTimer,
  precommit: onStepTimer,
  heartbeat: (state, _, now, out, ctx) => onHeartbeatTimer(state, now, out, ctx),
};

/** Same state and input, same effects. Owns `state` and updates it in place. */
export const step = heightStep<State, Message, RoundMessage, Timer, Out, Ctx>({ onStart, onMessage, timers: TIMERS });

function onMessage(state: State, arrival: Arrival<Message>, out: Out, ctx: Ctx): void {
  const { from, message, now } = arrival;
  if (message.type !== 'submit') {
    if (from >= state.validatorCount) return out.note(NOTE.notValidator);
    state.heardAt[from] = now;
  }
  onMessageOf(MESSAGES, state, arrival, out, ctx);
}

/** What belongs to a height and round: for a later height it waits, of those before only the last matters. */
function onRoundMessage(state: State, arrival: Arrival<RoundMessage>, out: Out, ctx: Ctx): void {
  const { message, proof, now } = arrival;
  const { height } = message;
  if (height > state.height) return onFuture(state, arrival, out, ctx);
  if (height === state.height - 1) return onMessageOf(PREVIOUS, state, arrival, out, ctx);
  if (height < state.height) return;
  // A polka is about what others said; what it makes of us follows from its votes. Ref: line 55.
  if (message.type !== 'polka') hear(state, proof.signer, message.round, now, out, ctx);
  if (state.height === height) onMessageOf(CURRENT, state, arrival, out, ctx);
}

/** Begins, or begins again after a crash: then it repeats what it said in its round and asks for what it missed. */
function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.progressAt = now;
  state.scheduledAt = now;
  state.saidAt = now;
  state.heardAt.fill(now);
  out.setTimer({ kind: 'heartbeat' }, ctx.config.heartbeatMicros);
  if (now > 0) {
    requestSync(state, (state.self + 1) % state.validatorCount, now, out, ctx);
    beat(state, now, out);
  }
  if (state.step === 'new-round') return startHeight(state, now, out, ctx);
  out.note(NOTE.restarted);
  const { height, round } = state;
  const { proposal, prevoted, precommitted } = currentRound(state);
  if (proposal !== null && proposal.proof.signer === state.self) out.broadcast(proposal.message);
  if (prevoted !== null) say(state, prevoteMessage(height, round, prevoted), now, out, ctx);
  if (precommitted !== null) say(state, precommitMessage(height, round, precommitted), now, out, ctx);
  if (state.step === 'propose') {
    if (proposal === null && proposerAt(state, round) === state.self) propose(state, now, out, ctx);
    else if (proposal === null) waitForProposal(state, out, ctx);
  }
  run(state, now, out, ctx);
}
