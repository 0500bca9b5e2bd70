/**
 * A client of a sharded testnet: signs one transaction at a time, hands it to the shard that coordinates it, and asks again
 * until it hears what became of it. A share of its transactions crosses shards.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { draw, scale } from '../../core/prng.ts';
import { oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { transferId } from '../../ledger/ledger.ts';
import { isTransfer } from '../../ledger/parse.ts';
import type { Batch, Transfer } from '../../ledger/types.ts';
import type { ClientCommand } from '../client/client.ts';
import { AMOUNT_MAX, arrivalMicros, isActive, ownAccountCount, type Share, shareOf } from '../client/workload.ts';
import type { Effects, Input, Machine, NodeContext, NodeKnowledge } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import type { Message, Outcome, Result } from './messages.ts';
import { coordinatorAmong, shardOf, slotOf } from './placement.ts';
import { multicast } from './replicated/apply.ts';
import { isReplicated, membersOf, type ReplicaOut, shardOfNode, shardSize } from './replicated/state.ts';

/** Plain data. */
export interface ShardedClientState {
  readonly self: NodeIndex;
  readonly share: Share;
  startedAt: Micros;
  nextSequence: number;
  /** Transactions of the workload made so far. */
  madeCount: number;
  /** What was not answered yet, by number, oldest first. */
  readonly unanswered: Map<number, { readonly batch: Batch; readonly to: NodeIndex; delay: Micros; due: Micros }>;
  /** Where shards have several validators: who said which outcome of what is unanswered. */
  readonly answers: Map<number, Readonly<Record<Outcome, NodeIndex[]>>>;
  committed: number;
  aborted: number;
  readonly recent: {
    readonly transaction: number;
    readonly id: string;
    readonly at: Micros;
    outcome: Outcome | null;
  }[];
}

type ClientTimer = { readonly kind: 'make' } | { readonly kind: 'again' };
type ClientContext = NodeContext<ShardedConfig, Message>;
type ClientEffects = Effects<Message, ClientTimer, never>;

const RECENT_MAX = 16;
/** Older ones are given up. */
const UNANSWERED_MAX = 256;
const RETRY_DOUBLINGS = 8;
/** Draws of one transaction: number i owns the counters from OWN_DRAWS + DRAWS · i on; arrivals draw below. */
const DRAWS = 64;
const OWN_DRAWS = 0x8000_0000;

export const client: Machine<ShardedClientState, Message, ClientTimer, ClientCommand, never, ShardedConfig> = {
  create,
  /** Clients keep nothing across a crash, and no fault crashes them. */
  recover: create,
  step,
  timerKey: (timer) => timer.kind,
  observe: (_state, out) => void out.fill(-1),
  inspect,
};

function create(ctx: ClientContext): ShardedClientState {
  return {
    self: ctx.self,
    share: shareOf(ctx.workload, ctx.self - ctx.validatorCount, ctx.clientCount),
    startedAt: 0,
    nextSequence: 0,
    madeCount: 0,
    unanswered: new Map(),
    answers: new Map(),
    committed: 0,
    aborted: 0,
    recent: [],
  };
}

function step(
  state: ShardedClientState,
  input: Input<Message, ClientTimer, ClientCommand>,
  out: ClientEffects,
  ctx: ClientContext,
): void {
  const { now } = input;
  if (input.kind === 'message') return onMessage(state, input.from, input.message, out, ctx);
  if (input.kind === 'command') {
    const { from, to, amount } = input.command;
    const transfer = { from, to, amount };
    return isTransfer(transfer) ? submit(state, [transfer], now, out, ctx) : out.note('client: not a transfer');
  }
  if (input.kind === 'start') {
    state.startedAt = now;
    if (ctx.config.clientRetryMicros > 0) out.setTimer({ kind: 'again' }, ctx.config.clientRetryMicros);
  } else if (input.timer.kind === 'again') {
    return askAgain(state, now, out, ctx);
  } else {
    submit(state, makeTransfers(state.share, state.madeCount, ctx), now, out, ctx);
    state.madeCount++;
  }
  if (!isActive(state.share)) return;
  const due = state.startedAt + arrivalMicros(state.share, ctx.random, state.madeCount);
  out.setTimer({ kind: 'make' }, Math.max(0, due - now));
}

function submit(
  state: ShardedClientState,
  transfers: readonly Transfer[],
  now: Micros,
  out: ClientEffects,
  ctx: ClientContext,
): void {
  const batch: Batch = { type: 'submit', client: state.self, sequence: state.nextSequence++, transfers };
  const places = transfers.flatMap(({ from, to: target }) => [shardOf(from, ctx), shardOf(target, ctx)]);
  const to = coordinatorAmong(places, ctx);
  const delay = ctx.config.clientRetryMicros;
  const transaction = slotOf(batch, ctx);
  state.unanswered.set(transaction, { batch, to, delay, due: now + delay });
  if (state.unanswered.size > UNANSWERED_MAX) state.unanswered.delete(state.unanswered.keys().next().value as number);
  state.recent.push({ transaction, id: transferId(batch, 0), at: now, outcome: null });
  if (state.recent.length > RECENT_MAX) state.recent.shift();
  tellShard(to, batch, out, ctx);
}

function onMessage(
  state: ShardedClientState,
  from: NodeIndex,
  message: Message,
  out: ClientEffects,
  ctx: ClientContext,
): void {
  if (message.type !== 'result') return out.note('client: takes no such message');
  const { slot, outcome } = message;
  if (!isBelieved(state, from, message, ctx) || !state.unanswered.delete(slot)) return;
  state.answers.delete(slot);
  if (outcome === 'commit') state.committed++;
  else state.aborted++;
  const listed = state.recent.find(({ transaction }) => transaction === slot);
  if (listed !== undefined) listed.outcome = outcome;
}

/** To all validators of the shard: its leader may be down, and the others must know what it withholds. */
function tellShard(shard: number, batch: Batch, out: ClientEffects, ctx: ClientContext): void {
  multicast(out as unknown as ReplicaOut, membersOf(shard, ctx), batch);
}

/** A shard of several validators is believed once one more than can lie among them say the same. */
function isBelieved(
  state: ShardedClientState,
  from: NodeIndex,
  { slot, outcome }: Result,
  ctx: ClientContext,
): boolean {
  if (!isReplicated(ctx)) return true;
  const asked = state.unanswered.get(slot);
  if (asked === undefined || shardOfNode(from, ctx) !== asked.to) return false;
  const answers = state.answers.get(slot) ?? { commit: [], abort: [] };
  state.answers.set(slot, answers);
  if (!answers[outcome].includes(from)) answers[outcome].push(from);
  return answers[outcome].length >= oneCorrect(shardSize(ctx));
}

function askAgain(state: ShardedClientState, now: Micros, out: ClientEffects, ctx: ClientContext): void {
  const { config } = ctx;
  out.setTimer({ kind: 'again' }, config.clientRetryMicros);
  for (const entry of state.unanswered.values()) {
    if (entry.due > now) continue;
    entry.delay = Math.min(2 * entry.delay, RETRY_DOUBLINGS * config.clientRetryMicros);
    entry.due = now + entry.delay;
    tellShard(entry.to, entry.batch, out, ctx);
  }
}

/** The transfers of transaction `number`: 1 to `transfersMax`, from own accounts; crossing shards or staying, as the share says. */
function makeTransfers(share: Share, number: number, ctx: ClientContext): Transfer[] {
  let counter = OWN_DRAWS + number * DRAWS;
  const next = (bound: number): number => scale(draw(ctx.random, counter++), bound);
  const crosses = next(1_000_000) < (ctx.workload.crossShardPpm ?? 0);
  const count = 1 + next(ctx.config.transfersMax);
  const spot = ctx.workload.hotspot;
  const isHot = (): boolean => spot !== undefined && next(1_000_000) < spot.ppm;
  // At least one: a client that owns no hot account pays from its first.
  const hotOwn = Math.max(1, Math.ceil(((spot?.accountCount ?? 0) - share.position) / share.clientCount));
  const own = (): number => share.position + share.clientCount * next(isHot() ? hotOwn : ownAccountCount(share));
  const any = (): number => next(isHot() ? (spot?.accountCount ?? 1) : share.accountCount);
  const first = own();
  const home = shardOf(first, ctx);
  const transfers: Transfer[] = [];
  for (let i = 0; i < count; i++) {
    const start = i === 0 ? first : own();
    const stays = (account: number): boolean => shardOf(account, ctx) === home;
    const from = i === 0 || crosses ? start : (seek(start, share.clientCount, share.accountCount, stays) ?? first);
    const wanted = (account: number): boolean => account !== from && stays(account) !== crosses;
    const to = seek(any(), 1, share.accountCount, wanted) ?? (from + 1) % share.accountCount;
    transfers.push({ from, to, amount: 1 + next(AMOUNT_MAX) });
  }
  return transfers;
}

/** The first account from `start` on, in steps and round the end, that is wanted; null where there is none. */
function seek(start: number, by: number, count: number, wanted: (account: number) => boolean): number | null {
  for (let account = start; account < count; account += by) if (wanted(account)) return account;
  for (let account = start % by; account < start; account += by) if (wanted(account)) return account;
  return null;
}

function inspect(state: ShardedClientState): NodeKnowledge {
  return {
    role: 'client',
    epoch: 0,
    height: 0,
    phase: isActive(state.share) ? 'submitting' : 'idle',
    lock: null,
    certificates: [],
    log: state.recent.map((sent) => ({ ...sent })),
    ledgerRoot: null,
    balances: [],
    mempoolSize: 0,
    details: {
      nextSequence: state.nextSequence,
      workloadTransactions: state.madeCount,
      committed: state.committed,
      aborted: state.aborted,
      unanswered: [...state.unanswered.keys()],
    },
  };
}
