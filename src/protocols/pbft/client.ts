/**
 * The client of PBFT: the common one makes and signs batches; this one sends each to the primary it believes in, counts the
 * replies, and takes a result when f+1 replicas give the same. Without that in time it asks everyone. Ref: §4.1.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import type { Batch } from '../../ledger/types.ts';
import { client as common, type ClientCommand, type ClientState, type ClientTimer } from '../client/client.ts';
import type { Effects, Input, Machine, NodeContext, NodeKnowledge, SignedRef } from '../protocol.ts';
import type { PbftConfig } from './config.ts';
import type { Message, Reply } from './messages.ts';
import { primaryOf } from './signing.ts';

/** Plain data. */
export interface PbftClientState {
  readonly base: ClientState;
  readonly validatorCount: number;
  /** The view that the last accepted result vouches for. */
  view: number;
  /** Requests without a result, by sequence of the batch, oldest first. */
  readonly outstanding: Map<number, Outstanding>;
  acceptedCount: number;
  retriedCount: number;
  /** Time from sending to accepting the last result, µs; null before the first. */
  lastLatencyMicros: Micros | null;
  /** The latest accepted results, oldest first, for the inspector. */
  recent: AcceptedResult[];
}

export interface Outstanding {
  readonly batch: Batch;
  readonly sentAt: Micros;
  retryAt: Micros;
  /** How often it was sent to everyone. */
  retries: number;
  /** The last reply of each replica. */
  readonly replies: Map<NodeIndex, Reply>;
}

export interface AcceptedResult {
  readonly batch: number;
  readonly sequence: number;
  readonly refused: number;
  readonly latencyMicros: Micros;
}

export type PbftClientTimer = ClientTimer | { readonly kind: 'retry' };
type Ctx = NodeContext<PbftConfig, Message>;
type Out = Effects<Message, PbftClientTimer, never>;

/** Requests that a client waits for at most; it gives up the oldest. */
const OUTSTANDING_MAX = 1024;
/** Doublings of the retry period. */
const RETRY_DOUBLINGS_MAX = 3;
const RECENT_MAX = 16;

export const NOTE = {
  accepted: 'client: accepted a result, f+1 replicas gave it',
  stranger: 'client: reply refused, not to us or not from a replica',
  retried: 'client: no result in time, asks every replica',
  givenUp: 'client: too many requests without a result, gave up the oldest',
} as const;

export const client: Machine<PbftClientState, Message, PbftClientTimer, ClientCommand, never, PbftConfig> = {
  create,
  /** Clients keep nothing across a crash, and no fault crashes them. */
  recover: create,
  step,
  timerKey: (timer) => timer.kind,
  observe: (_state, out) => void out.fill(-1),
  inspect,
};

function create(ctx: Ctx): PbftClientState {
  return {
    base: common.create(ctx as unknown as NodeContext<unknown, Batch>),
    validatorCount: ctx.validatorCount,
    view: 0,
    outstanding: new Map(),
    acceptedCount: 0,
    retriedCount: 0,
    lastLatencyMicros: null,
    recent: [],
  };
}

function step(state: PbftClientState, input: Input<Message, PbftClientTimer, ClientCommand>, out: Out, ctx: Ctx): void {
  if (input.kind === 'message') {
    if (input.message.type === 'reply') onReply(state, input.from, input.message, input.now, out);
    else out.note(NOTE.stranger);
  } else if (input.kind === 'timeout' && input.timer.kind === 'retry') {
    onRetryTimer(state, input.now, out, ctx);
  } else {
    const made = input as Input<Batch, ClientTimer, ClientCommand>;
    common.step(state.base, made, toPrimary(state, input.now, out, ctx), ctx as unknown as NodeContext<unknown, Batch>);
  }
}

/** The common client's effects, with its broadcast narrowed to the primary. */
function toPrimary(state: PbftClientState, now: Micros, out: Out, ctx: Ctx): Effects<Batch, ClientTimer, never> {
  return {
    send: (to, batch) => out.send(to, batch),
    broadcast: (batch) => sendRequest(state, batch, now, out, ctx),
    sign: (batch) => out.sign(batch),
    relay: (to, batch, proof) => out.relay(to, batch, proof),
    setTimer: (timer, after) => out.setTimer(timer, after),
    cancelTimer: (timer) => out.cancelTimer(timer),
    persist: (record) => out.persist(record),
    decide: (decision) => out.decide(decision),
    note: (rule) => out.note(rule),
    evidence: (against, what, first, second) => out.evidence(against, what, first, second),
  };
}

function sendRequest(state: PbftClientState, batch: Batch, now: Micros, out: Out, ctx: Ctx): SignedRef {
  const proof = out.send(primaryOf(state.view, state.validatorCount), batch);
  const retryAt = now + ctx.config.retryMicros;
  state.outstanding.set(batch.sequence, { batch, sentAt: now, retryAt, retries: 0, replies: new Map() });
  if (state.outstanding.size > OUTSTANDING_MAX) {
    for (const oldest of state.outstanding.keys()) {
      state.outstanding.delete(oldest);
      break;
    }
    out.note(NOTE.givenUp);
  }
  armRetry(state, now, out);
  return proof;
}

/** Arms the timer for the first request that is due to be sent again. */
function armRetry(state: PbftClientState, now: Micros, out: Out): void {
  let due = Number.POSITIVE_INFINITY;
  for (const { retryAt } of state.outstanding.values()) due = Math.min(due, retryAt);
  if (due === Number.POSITIVE_INFINITY) out.cancelTimer({ kind: 'retry' });
  else out.setTimer({ kind: 'retry' }, Math.max(0, due - now));
}

/** Sends what is due to everyone: a faulty primary cannot hide a request that all replicas wait for. Ref: §4.1. */
function onRetryTimer(state: PbftClientState, now: Micros, out: Out, ctx: Ctx): void {
  for (const pending of state.outstanding.values()) {
    if (pending.retryAt > now) continue;
    pending.retries++;
    state.retriedCount++;
    pending.retryAt = now + ctx.config.retryMicros * (1 << Math.min(pending.retries, RETRY_DOUBLINGS_MAX));
    out.note(NOTE.retried);
    out.broadcast(pending.batch);
  }
  armRetry(state, now, out);
}

function onReply(state: PbftClientState, from: NodeIndex, reply: Reply, now: Micros, out: Out): void {
  if (from >= state.validatorCount || reply.client !== state.base.self) return out.note(NOTE.stranger);
  const pending = state.outstanding.get(reply.batch);
  if (pending === undefined) return;
  pending.replies.set(from, reply);
  const matching = matchingReplies(pending, reply);
  if (matching.length < oneCorrect(state.validatorCount)) return;
  out.note(NOTE.accepted);
  // One of them is correct, so that the lowest view among them is one that some correct replica reached.
  state.view = Math.max(state.view, Math.min(...matching.map(({ view }) => view)));
  state.acceptedCount++;
  state.lastLatencyMicros = now - pending.sentAt;
  state.outstanding.delete(reply.batch);
  const { batch, sequence, refused } = reply;
  state.recent.push({ batch, sequence, refused: refused.length, latencyMicros: state.lastLatencyMicros });
  if (state.recent.length > RECENT_MAX) state.recent.shift();
  armRetry(state, now, out);
}

/** Replies with the same result, views aside. Ref: §4.1 (timestamp and result). */
export function matchingReplies({ replies }: Pick<Outstanding, 'replies'>, reply: Reply): Reply[] {
  const result = reply.refused.join();
  return [...replies.values()].filter((other) => other.sequence === reply.sequence && other.refused.join() === result);
}

function inspect(state: PbftClientState): NodeKnowledge {
  const base = common.inspect(state.base);
  return {
    ...base,
    epoch: state.view,
    certificates: state.recent.map((result) => ({ ...result })),
    details: {
      ...base.details,
      believedPrimary: primaryOf(state.view, state.validatorCount),
      outstanding: [...state.outstanding].map(([batch, { sentAt, retries, replies }]) => ({
        batch,
        sentAt,
        retries,
        replies: replies.size,
      })),
      acceptedResults: state.acceptedCount,
      sentToEveryone: state.retriedCount,
      lastLatencyMicros: state.lastLatencyMicros,
    },
  };
}
