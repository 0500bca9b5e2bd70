/** The machine: (state, input) → effects. The handlers, by message, are in the files named after their part. */
import type { Micros } from '../../core/time.ts';
import { type Arrival, machineStep, type MessageHandlers, onMessageOf, type TimerHandlers } from '../common/step.ts';
import { takeBatch } from '../common/submit.ts';
import { onAppendRefusal, onAppendReply } from './answers.ts';
import {
  isDisturbance,
  onElectionTimer,
  onPreVote,
  onPreVoteReply,
  onRequestVote,
  onTimeoutNow,
  onVote,
} from './election.ts';
import { onAppend, onInstallSnapshot } from './follower.ts';
import { onHeartbeatTimer, onMembershipTimer, onProposeTimer, onQuorumTimer, tryPropose } from './leader.ts';
import type { Message } from './messages.ts';
import { NOTE } from './notes.ts';
import { onRead } from './reads.ts';
import { armElection, enterTerm } from './roles.ts';
import type { Ctx } from './rules.ts';
import type { Out, State, Timer } from './state.ts';
import { onTransferAbort, onTransferTimer } from './transfer.ts';

/** Those of a term that is later than ours begin it first, see `onMessage`. Ref: figure 2, rules for all servers. */
const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  submit(state, arrival, out, ctx) {
    // It waits here for whoever leads: every server has its copy.
    if (takeBatch(state, arrival, out) && state.leading !== null) {
      tryPropose(state, state.leading, arrival.now, out, ctx);
    }
  },
  read: (state, { from, message }, out, ctx) => onRead(state, from, message, out, ctx),
  'read-reply': () => undefined,
  redirect: () => undefined,
  'pre-vote': (state, { from, message, now }, out, ctx) => onPreVote(state, from, message, now, out, ctx),
  'pre-vote-reply': (state, { from, message, now }, out, ctx) => onPreVoteReply(state, from, message, now, out, ctx),
  'request-vote': (state, { from, message }, out, ctx) => onRequestVote(state, from, message, out, ctx),
  vote: (state, { from, message, now }, out, ctx) => onVote(state, from, message, now, out, ctx),
  'vote-refusal': () => undefined,
  append: (state, { from, message, now }, out, ctx) => onAppend(state, from, message, now, out, ctx),
  heartbeat: (state, { from, message, now }, out, ctx) => onAppend(state, from, message, now, out, ctx),
  'append-reply': (state, { from, message, now }, out, ctx) => onAppendReply(state, from, message, now, out, ctx),
  'append-refusal': (state, { from, message }, out, ctx) => onAppendRefusal(state, from, message, out, ctx),
  'install-snapshot': (state, { from, message, now }, out, ctx) => {
    onInstallSnapshot(state, from, message, now, out, ctx);
  },
  'timeout-now'(state, { from, message, now }, out, ctx) {
    if (message.term === state.term) onTimeoutNow(state, from, now, out, ctx);
  },
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  election: (state, _, now, out, ctx) => onElectionTimer(state, now, out, ctx),
  heartbeat: (state, { term }, _, out, ctx) => onHeartbeatTimer(state, term, out, ctx),
  propose: (state, { term }, now, out, ctx) => onProposeTimer(state, term, now, out, ctx),
  quorum: (state, { term }, _, out, ctx) => onQuorumTimer(state, term, out, ctx),
  membership: (state, { term }, now, out, ctx) => onMembershipTimer(state, term, now, out, ctx),
  transfer: (state, { to }, _, out, ctx) => onTransferTimer(state, to, out, ctx),
  'transfer-abort'(state, { term }, now, out, ctx) {
    if (onTransferAbort(state, term, out) && state.leading !== null) tryPropose(state, state.leading, now, out, ctx);
  },
};

/** Same state and input, same effects. Owns `state` and updates it in place. */
export const step = machineStep({ onStart, onMessage, timers: TIMERS });

function onStart(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.term > 0) out.note(NOTE.recovered);
  armElection(state, out, ctx);
  for (const { at, to } of ctx.config.leadershipTransfers) {
    if (at > now) out.setTimer({ kind: 'transfer', at, to }, at - now);
  }
}

function onMessage(state: State, arrival: Arrival<Message>, out: Out, ctx: Ctx): void {
  const { from, message, now } = arrival;
  if (message.type !== 'submit' && message.type !== 'read') {
    if (from >= state.validatorCount) return out.note(NOTE.notServer);
    if (message.type === 'request-vote' && isDisturbance(state, message, now, ctx)) return out.note(NOTE.hearsLeader);
    const term = termBegunBy(message);
    if (term > state.term) enterTerm(state, term, out, ctx);
  }
  onMessageOf(MESSAGES, state, arrival, out, ctx);
}

/** The term that a message belongs to; 0 for those that speak of none, or of one that nobody has begun: pre-votes. */
function termBegunBy(message: Message): number {
  switch (message.type) {
    case 'submit':
    case 'read':
    case 'read-reply':
    case 'redirect':
    case 'pre-vote':
      return 0;
    case 'pre-vote-reply':
      return message.isGranted ? 0 : message.term;
    default:
      return message.term;
  }
}
