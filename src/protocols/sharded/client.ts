/**
 * A client of a sharded testnet: signs one transaction at a time, hands it to the shard that coordinates it, and asks again
 * until it hears what became of it. A share of its transactions crosses shards.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { transferId } from '../../ledger/ledger.ts';
import { isTransfer } from '../../ledger/parse.ts';
import type { Batch, Transfer } from '../../ledger/types.ts';
import type { ClientCommand } from '../client/client.ts';
import { arrivalMicros, isActive, type Share, shareOf } from '../client/workload.ts';
import type { Effects, Input, Machine, NodeContext, NodeKnowledge } from '../protocol.ts';
import { createHearsay, type Hearsay, hearMoved, isBelieved } from './belief.ts';
import type { ShardedConfig } from './config.ts';
import type { Message, Outcome, Reason, Refusal } from './messages.ts';
import { isMoving, type Whereabouts } from './moves.ts';
import { coordinatorAmong, shardOf, slotOf } from './placement.ts';
import { multicast } from './replicated/apply.ts';
import { isReplicated, membersOf, type ReplicaOut, stakesByShard } from './replicated/state.ts';
import { makeTransfers } from './workload.ts';

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
  /** Where shards have several validators: what too few of them have said. */
  readonly hearsay: Hearsay;
  /** Transfers that come again under another number, by it: their accounts were on the move. */
  readonly resting: Map<number, { readonly transfers: readonly Transfer[]; readonly tries: number }>;
  restCount: number;
  /** How often unanswered ones were tried before. */
  readonly tries: Map<number, number>;
  /** Where accounts are that have moved. */
  readonly known: Map<number, Whereabouts>;
  committed: number;
  aborted: number;
  /** Transactions that came again because of a move; that were turned away, overloaded; that were given up after many tries. */
  movedCount: number;
  overloadedCount: number;
  givenUpCount: number;
  readonly recent: {
    readonly transaction: number;
    readonly id: string;
    readonly at: Micros;
    outcome: Outcome | `refused: ${string}` | null;
    reason: Reason | null;
  }[];
}

type ClientTimer =
  | { readonly kind: 'make' }
  | { readonly kind: 'again' }
  /** The coordinator said when to come back. */
  | { readonly kind: 'back'; readonly transaction: number }
  | { readonly kind: 'rested'; readonly number: number };
type ClientContext = NodeContext<ShardedConfig, Message>;
type ClientEffects = Effects<Message, ClientTimer, never>;

const RECENT_MAX = 16;
/** Older ones are given up. */
const UNANSWERED_MAX = 256;
const RETRY_DOUBLINGS = 8;
/** How often transfers are tried again whose accounts were on the move. */
const TRIES_MAX = 64;
const TRY_DOUBLINGS = 8;

export const client: Machine<ShardedClientState, Message, ClientTimer, ClientCommand, never, ShardedConfig> = {
  create,
  /** Clients keep nothing across a crash, and no fault crashes them. */
  recover: create,
  step,
  timerKey: (timer) =>
    `${timer.kind} ${'transaction' in timer ? timer.transaction : 'number' in timer ? timer.number : ''}`,
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
    hearsay: createHearsay(),
    resting: new Map(),
    restCount: 0,
    tries: new Map(),
    known: new Map(),
    committed: 0,
    aborted: 0,
    movedCount: 0,
    overloadedCount: 0,
    givenUpCount: 0,
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
    return isTransfer(transfer) ? submit(state, [transfer], 0, now, out, ctx) : out.note('client: not a transfer');
  }
  if (input.kind === 'start') {
    state.startedAt = now;
    if (ctx.config.clientRetryMicros > 0) out.setTimer({ kind: 'again' }, ctx.config.clientRetryMicros);
  } else if (input.timer.kind === 'again') {
    return askAgain(state, now, out, ctx);
  } else if (input.timer.kind === 'back') {
    return comeBack(state, input.timer.transaction, out, ctx);
  } else if (input.timer.kind === 'rested') {
    return tryAgain(state, input.timer.number, now, out, ctx);
  } else {
    const transfers = makeTransfers(state.share, state.madeCount, (account) => whereIs(state, account, ctx), ctx);
    submit(state, transfers, 0, now, out, ctx);
    state.madeCount++;
  }
  if (!isActive(state.share)) return;
  const due = state.startedAt + arrivalMicros(state.share, ctx.random, state.madeCount);
  out.setTimer({ kind: 'make' }, Math.max(0, due - now));
}

function submit(
  state: ShardedClientState,
  transfers: readonly Transfer[],
  tries: number,
  now: Micros,
  out: ClientEffects,
  ctx: ClientContext,
): void {
  const places = transfers.flatMap(({ from, to: target }) => [whereIs(state, from, ctx), whereIs(state, target, ctx)]);
  const to = coordinatorAmong(places, { ...ctx, stakes: stakesByShard(ctx) });
  const named = isReplicated(ctx) && isMoving(ctx) ? { shard: to } : {};
  const batch: Batch = { type: 'submit', client: state.self, sequence: state.nextSequence++, transfers, ...named };
  const delay = ctx.config.clientRetryMicros;
  const transaction = slotOf(batch, ctx);
  state.unanswered.set(transaction, { batch, to, delay, due: now + delay });
  if (state.unanswered.size > UNANSWERED_MAX) {
    const [oldest = 0] = state.unanswered.keys();
    state.unanswered.delete(oldest);
    state.hearsay.answers.delete(oldest);
  }
  state.recent.push({ transaction, id: transferId(batch, 0), at: now, outcome: null, reason: null });
  if (tries > 0) state.tries.set(transaction, tries);
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
  if (message.type === 'account-moved') return hearMoved(state.hearsay, state.known, from, message, ctx);
  if (message.type === 'refusal') return onRefusal(state, message, out);
  if (message.type !== 'result') return out.note('client: takes no such message');
  const { slot, outcome, reason } = message;
  const asked = state.unanswered.get(slot);
  if (asked === undefined || !isBelieved(state.hearsay, from, message, asked.to, ctx)) return;
  state.unanswered.delete(slot);
  state.hearsay.answers.delete(slot);
  out.cancelTimer({ kind: 'back', transaction: slot });
  const tries = state.tries.get(slot) ?? 0;
  state.tries.delete(slot);
  const listed = state.recent.find(({ transaction }) => transaction === slot);
  if (listed !== undefined) Object.assign(listed, { outcome, reason });
  if (outcome === 'commit') state.committed++;
  else if (reason === 'moved') rest(state, asked.batch.transfers, tries, out, ctx);
  else state.aborted++;
}

/** An account was on the move: the same transfers come again under another number. The old one is over, everywhere. */
function rest(
  state: ShardedClientState,
  transfers: readonly Transfer[],
  tries: number,
  out: ClientEffects,
  { config }: ClientContext,
): void {
  if (tries >= TRIES_MAX) {
    state.givenUpCount++;
    return out.note('client: gives up, its accounts are always on the move');
  }
  state.movedCount++;
  const number = state.restCount++;
  state.resting.set(number, { transfers, tries: tries + 1 });
  let after = config.retryMicros;
  for (let doubled = 0; doubled < Math.min(tries, TRY_DOUBLINGS) && after < config.retryMaxMicros; doubled++)
    after *= 2;
  out.setTimer({ kind: 'rested', number }, Math.min(after, config.retryMaxMicros));
}

function tryAgain(
  state: ShardedClientState,
  number: number,
  now: Micros,
  out: ClientEffects,
  ctx: ClientContext,
): void {
  const rested = state.resting.get(number);
  if (rested === undefined) return;
  state.resting.delete(number);
  submit(state, rested.transfers, rested.tries, now, out, ctx);
}

/** The coordinator has too much to do: nothing has begun, and the same transaction may come again. */
function onRefusal(state: ShardedClientState, { slot, reason, retryAfterMicros }: Refusal, out: ClientEffects): void {
  if (!state.unanswered.has(slot)) return;
  state.overloadedCount++;
  out.note('client: refused: overloaded');
  const listed = state.recent.find(({ transaction }) => transaction === slot);
  if (listed !== undefined) listed.outcome = `refused: ${reason}`;
  out.setTimer({ kind: 'back', transaction: slot }, retryAfterMicros);
}

function comeBack(state: ShardedClientState, transaction: number, out: ClientEffects, ctx: ClientContext): void {
  const entry = state.unanswered.get(transaction);
  if (entry !== undefined) tellShard(entry.to, entry.batch, out, ctx);
}

function whereIs({ known }: ShardedClientState, account: number, ctx: ClientContext): NodeIndex {
  return known.get(account)?.shard ?? shardOf(account, ctx);
}

/** To all validators of the shard: its leader may be down, and the others must know what it withholds. */
function tellShard(shard: number, batch: Batch, out: ClientEffects, ctx: ClientContext): void {
  multicast(out as unknown as ReplicaOut, membersOf(shard, ctx), batch);
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
      resting: state.resting.size,
      triedAgainAfterMoves: state.movedCount,
      turnedAway: state.overloadedCount,
      givenUp: state.givenUpCount,
    },
  };
}
