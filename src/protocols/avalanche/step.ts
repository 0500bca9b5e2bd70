/** The machine: (state, input) → effects. The handlers are in the files named after their part. */
import type { Micros } from '../../core/time.ts';
import {
  type Arrival,
  fromValidators,
  machineStep,
  type MessageHandlers,
  type NoCommand,
  type TimerHandlers,
} from '../common/step.ts';
import { takeBatch } from '../common/submit.ts';
import type { Input } from '../protocol.ts';
import { takeIn } from './dag.ts';
import { armFetch, onFetch, onFetchTimer } from './exchange.ts';
import { armIssue, firstIssueMicros, onIssueTimer } from './issue.ts';
import type { Message, Vertex } from './messages.ts';
import { NOTE } from './notes.ts';
import { answerDeferred, onChit, onPollTimer, onQuery, POLL_TICK, startPoll } from './poll.ts';
import type { Ctx } from './rules.ts';
import type { Out, State, Timer } from './state.ts';

/** Same state and input, same effects. Owns `state` and updates it in place. */
export function step(state: State, input: Input<Message, Timer, NoCommand>, out: Out, ctx: Ctx): void {
  state.clock = Math.floor(input.now / POLL_TICK);
  take(state, input, out, ctx);
}

const MESSAGES: MessageHandlers<State, Message, Out, Ctx> = {
  submit: (state, arrival, out) => void takeBatch(state, arrival, out),
  vertex: onVertex,
  query(state, { from, message }, out, ctx) {
    onQuery(state, from, message, out, ctx);
    // A query tells a node without DAG that others are past its slot.
    startPoll(state, out, ctx);
  },
  chit: (state, { from, message }, out, ctx) => onChit(state, from, message, out, ctx),
  fetch: (state, { from, message }, out) => onFetch(state, from, message, out),
};

const TIMERS: TimerHandlers<State, Timer, Out, Ctx> = {
  issue(state, _, __, out, ctx) {
    onIssueTimer(state, out, ctx);
    startPoll(state, out, ctx);
  },
  poll: (state, { poll }, _, out, ctx) => onPollTimer(state, poll, out, ctx),
  fetch: (state, _, __, out, ctx) => onFetchTimer(state, out, ctx),
};

const onMessage = fromValidators<State, Message, Out, Ctx>(MESSAGES, NOTE.notValidator);
const take = machineStep<State, Message, Timer, Out, Ctx>({ onStart, onMessage, timers: TIMERS });

/** A node that returns has forgotten whom it answered: it answers nothing that was asked before, lest it answer twice. */
function onStart(state: State, _now: Micros, out: Out, ctx: Ctx): void {
  state.returnedAt = state.clock;
  if (state.issuedSlot > 0 || state.accepted.length > 0) out.note(NOTE.recovered);
  if (ctx.config.mode === 'avalanche') out.setTimer({ kind: 'issue' }, firstIssueMicros(ctx));
  else armIssue(state, out, ctx);
  armFetch(state, out, ctx);
  startPoll(state, out, ctx);
}

/** Straight from its issuer, or passed on under the issuer's signature: `from` is the issuer either way. */
function onVertex(state: State, { from, message: vertex, proof }: Arrival<Vertex>, out: Out, ctx: Ctx): void {
  if (vertex.issuer !== from) return out.note(NOTE.notIssuer);
  takeIn(state, vertex, proof, from, out, ctx);
  answerDeferred(state, out, ctx);
  startPoll(state, out, ctx);
}
