/**
 * A client of a Raft cluster: submits batches like any other, and reads balances. It asks the server that it takes for the
 * leader, follows redirections, and tries the next server when no answer came. Ref: §8.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { type ClientCommand, type ClientState, type ClientTimer, client as submitter } from '../client/client.ts';
import type { Effects, Input, Machine, NodeContext } from '../protocol.ts';
import type { RaftConfig } from './config.ts';
import type { Message } from './messages.ts';

/** Plain data. */
export interface RaftClientState {
  /** The part that submits batches. */
  readonly submitter: ClientState;
  /** Whom it asks: the leader, for all it knows. */
  target: NodeIndex;
  /** The read under way; null when the last one was answered. */
  reading: { readonly id: number; readonly account: number; redirectCount: number } | null;
  /** Number of the last read. */
  lastRead: number;
  answeredCount: number;
  /** The latest answers, oldest first, for the inspector. */
  readonly recent: {
    readonly account: number;
    readonly balance: number;
    readonly index: number;
    readonly from: NodeIndex;
  }[];
}

type RaftClientTimer = ClientTimer | { readonly kind: 'read' };
type ClientContext = NodeContext<RaftConfig, Message>;
type ClientEffects = Effects<Message, RaftClientTimer, never>;

const RECENT_MAX = 16;
/** Redirections followed for one read before the client waits for its next turn. */
const REDIRECTS_MAX = 3;

export const client: Machine<RaftClientState, Message, RaftClientTimer, ClientCommand, never, RaftConfig> = {
  create,
  /** Clients keep nothing across a crash, and no fault crashes them. */
  recover: create,
  step,
  timerKey: (timer) => timer.kind,
  observe: (_state, out) => void out.fill(-1),
  inspect,
};

function create(ctx: ClientContext): RaftClientState {
  const target = (ctx.self - ctx.validatorCount) % ctx.validatorCount;
  return { submitter: submitter.create(ctx), target, reading: null, lastRead: 0, answeredCount: 0, recent: [] };
}

function step(
  state: RaftClientState,
  input: Input<Message, RaftClientTimer, ClientCommand>,
  out: ClientEffects,
  ctx: ClientContext,
): void {
  if (input.kind === 'message') return onMessage(state, input.from, input.message, out);
  if (input.kind === 'timeout' && input.timer.kind === 'read') return onReadTimer(state, out, ctx);
  if (input.kind === 'start' && ctx.config.readMicros > 0) out.setTimer({ kind: 'read' }, ctx.config.readMicros);
  submitter.step(state.submitter, input as Input<never, ClientTimer, ClientCommand>, out, ctx);
}

/** The next read; one that was not answered is given up, and so is the server that was asked. */
function onReadTimer(state: RaftClientState, out: ClientEffects, ctx: ClientContext): void {
  out.setTimer({ kind: 'read' }, ctx.config.readMicros);
  if (state.reading !== null) state.target = (state.target + 1) % ctx.validatorCount;
  state.lastRead++;
  const account = state.lastRead % ctx.workload.accountCount;
  state.reading = { id: state.lastRead, account, redirectCount: 0 };
  out.send(state.target, { type: 'read', id: state.lastRead, account });
}

function onMessage(state: RaftClientState, from: NodeIndex, message: Message, out: ClientEffects): void {
  const { reading } = state;
  if (message.type === 'read-reply') {
    if (reading === null || message.id !== reading.id) return;
    const { account, balance, index } = message;
    state.recent.push({ account, balance, index, from });
    if (state.recent.length > RECENT_MAX) state.recent.shift();
    state.answeredCount++;
    state.reading = null;
    state.target = from;
  } else if (message.type === 'redirect') {
    if (reading === null || message.id !== reading.id || message.leader === null || message.leader === from) return;
    if (reading.redirectCount >= REDIRECTS_MAX) return;
    reading.redirectCount++;
    state.target = message.leader;
    out.send(state.target, { type: 'read', id: reading.id, account: reading.account });
  } else {
    out.note('client: takes no such message');
  }
}

function inspect(state: RaftClientState) {
  const known = submitter.inspect(state.submitter);
  return {
    ...known,
    details: {
      ...known.details,
      takesForLeader: state.target,
      reads: state.lastRead,
      readsAnswered: state.answeredCount,
      latestReads: state.recent.map((read) => ({ ...read })),
    },
  };
}
