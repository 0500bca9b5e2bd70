/**
 * A client: makes transfers at its share of the workload, collects them, signs each batch once and sends it to all
 * validators. It hears nothing and keeps no ledger; what became of a transfer stands in the blocks.
 */
import { assertNever } from '../../core/assert.ts';
import type { Micros } from '../../core/time.ts';
import { transferId } from '../../ledger/ledger.ts';
import { isTransfer, MAX_BATCH_TRANSFERS, MAX_SEQUENCE } from '../../ledger/parse.ts';
import type { Batch, Transfer } from '../../ledger/types.ts';
import type { Effects, Input, Machine, NodeContext, NodeKnowledge } from '../protocol.ts';
import { arrivalMicros, isActive, ownAccountCount, type Share, shareOf, transferAt } from './workload.ts';

/** Plain data. */
export interface ClientState {
  /** Own node index. */
  readonly self: number;
  readonly share: Share;
  /** Collection time of a batch, µs, at least 1. */
  readonly batchMicros: Micros;
  /** Transfers in a batch at most. */
  readonly batchTransfersMax: number;
  /** Virtual time of `start`; arrivals count from here. */
  startedAt: Micros;
  /** Sequence of the next batch. */
  nextSequence: number;
  /** Transfers of the workload made so far: the number of the next one, and the counter of the random stream. */
  madeCount: number;
  /** Transfers submitted by hand. */
  submittedCount: number;
  /** The latest batches, oldest first, for the inspector. */
  recent: SentBatch[];
}

export interface SentBatch {
  readonly sequence: number;
  readonly at: Micros;
  readonly transferCount: number;
  /** Id of its first transfer; the last 4 hex digits count up. */
  readonly firstId: string;
  readonly byHand: boolean;
}

/** Sends what has been collected. One at a time is armed, for when the next batch is complete. */
export interface ClientTimer {
  readonly kind: 'batch';
}

/** A transfer submitted by hand: leaves at once, in a batch of its own. */
export interface ClientCommand extends Transfer {
  readonly kind: 'transfer';
}

type ClientContext = NodeContext<unknown, Batch>;
type ClientEffects = Effects<Batch, ClientTimer, never>;

const RECENT_MAX = 16;
const BATCH_TIMER: ClientTimer = { kind: 'batch' };

export const client: Machine<ClientState, Batch, ClientTimer, ClientCommand, never, unknown> = {
  create,
  /** Clients keep nothing across a crash, and no fault crashes them. */
  recover: create,
  step,
  timerKey: (timer) => timer.kind,
  /** A client takes no part in consensus: it has no role, epoch, height, phase, lock or mempool. */
  observe: (_state, out) => void out.fill(-1),
  inspect,
};

function create(ctx: ClientContext): ClientState {
  return {
    self: ctx.self,
    share: shareOf(ctx.workload, ctx.self - ctx.validatorCount, ctx.clientCount),
    batchMicros: Math.max(1, ctx.workload.batchMicros),
    batchTransfersMax: Math.min(MAX_BATCH_TRANSFERS, blockTransfersMax(ctx.config)),
    startedAt: 0,
    nextSequence: 0,
    madeCount: 0,
    submittedCount: 0,
    recent: [],
  };
}

function step(
  state: ClientState,
  input: Input<Batch, ClientTimer, ClientCommand>,
  out: ClientEffects,
  ctx: ClientContext,
): void {
  switch (input.kind) {
    case 'start':
      state.startedAt = input.now;
      armBatchTimer(state, input.now, out, ctx);
      break;
    case 'timeout':
      sendCollected(state, input.now, out, ctx);
      armBatchTimer(state, input.now, out, ctx);
      break;
    case 'command':
      submit(state, input.command, input.now, out);
      break;
    case 'message':
      out.note('client: takes no messages');
      break;
    default:
      assertNever(input);
  }
}

/** Signs and sends the transfers made by now, one batch at most; the rest, if any, is due at once. */
function sendCollected(state: ClientState, now: Micros, out: ClientEffects, ctx: ClientContext): void {
  if (isSpent(state)) return;
  const transfers: Transfer[] = [];
  const elapsed = now - state.startedAt;
  while (transfers.length < state.batchTransfersMax) {
    if (arrivalMicros(state.share, ctx.random, state.madeCount) > elapsed) break;
    transfers.push(transferAt(state.share, ctx.random, state.madeCount));
    state.madeCount++;
  }
  if (transfers.length > 0) sendBatch(state, transfers, now, false, out);
}

/** Arms the timer for when the next batch is complete. */
function armBatchTimer(state: ClientState, now: Micros, out: ClientEffects, ctx: ClientContext): void {
  if (!isActive(state.share) || isSpent(state)) return;
  const due = state.startedAt + nextBatchMicros(state, ctx);
  out.setTimer(BATCH_TIMER, Math.max(0, due - now));
}

/**
 * When the next batch is complete, µs since the start: at the end of the collection period of its first transfer, or
 * with its last transfer when it is full before. Periods without a transfer pass unnoticed. Periods are offset by client.
 */
function nextBatchMicros(state: ClientState, ctx: ClientContext): Micros {
  const { share, batchMicros, batchTransfersMax, madeCount } = state;
  const offset = Math.floor((share.position * batchMicros) / share.clientCount);
  const first = arrivalMicros(share, ctx.random, madeCount);
  const periodEnd = offset + Math.ceil((first - offset) / batchMicros) * batchMicros;
  return Math.min(periodEnd, arrivalMicros(share, ctx.random, madeCount + batchTransfersMax - 1));
}

function submit(state: ClientState, command: ClientCommand, now: Micros, out: ClientEffects): void {
  const { from, to, amount } = command;
  const transfer = { from, to, amount };
  if (!isTransfer(transfer)) {
    out.note('client: not a transfer');
  } else if (isSpent(state)) {
    out.note('client: sequence numbers used up');
  } else {
    state.submittedCount++;
    sendBatch(state, [transfer], now, true, out);
  }
}

/** All 2³² sequence numbers are used: the client falls silent rather than use one twice. */
function isSpent(state: ClientState): boolean {
  return state.nextSequence > MAX_SEQUENCE;
}

function sendBatch(
  state: ClientState,
  transfers: readonly Transfer[],
  now: Micros,
  byHand: boolean,
  out: ClientEffects,
): void {
  const batch: Batch = { type: 'submit', client: state.self, sequence: state.nextSequence, transfers };
  state.nextSequence++;
  const firstId = transferId(batch, 0);
  state.recent.push({ sequence: batch.sequence, at: now, transferCount: transfers.length, firstId, byHand });
  if (state.recent.length > RECENT_MAX) state.recent.shift();
  out.broadcast(batch);
}

function inspect(state: ClientState): NodeKnowledge {
  const { position, clientCount, accountCount } = state.share;
  const accounts = Array.from({ length: ownAccountCount(state.share) }, (_, i) => position + i * clientCount);
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
      accounts,
      accountCount,
      nextSequence: state.nextSequence,
      workloadTransfers: state.madeCount,
      submittedByHand: state.submittedCount,
    },
  };
}

/** Protocols that limit their blocks say so as `maxTransactionsPerBlock`: a larger batch could never be decided. */
function blockTransfersMax(config: unknown): number {
  if (typeof config !== 'object' || config === null || !('maxTransactionsPerBlock' in config))
    return MAX_BATCH_TRANSFERS;
  const limit = config.maxTransactionsPerBlock;
  return typeof limit === 'number' && Number.isSafeInteger(limit) && limit > 0 ? limit : MAX_BATCH_TRANSFERS;
}
