/**
 * The coordinator's queue: transactions that conflict with nothing begin together, one message a shard for all of them, and who comes
 * when the queue is full is told so at once. The size of batches follows the load (`sharding/backpressure`).
 */
import type { Micros } from '../../core/time.ts';
import type { NodeIndex } from '../../core/ids.ts';
import {
  type Batcher,
  type BatcherLimits,
  createBatcher,
  finishBatch,
  nextBatchMicros,
  offerTransaction,
  takeBatch,
} from '../../sharding/backpressure/batcher.ts';
import type { Schedulable } from '../../sharding/backpressure/waves.ts';
import type { ShardedConfig } from './config.ts';
import type { Outcome } from './messages.ts';
import type { Transaction } from './placement.ts';
import type { Ctx, Out, State } from './state.ts';

/** A transaction that waits for its batch. */
export interface Queued extends Schedulable {
  readonly transaction: Transaction;
}

/** Batches under way: how many of their transactions have not ended, and how many were aborted. */
export interface Queue {
  readonly batcher: Batcher<Queued>;
  readonly open: Map<number, { left: number; aborted: number }>;
  readonly batchOf: Map<number, number>;
  /** Transactions that were turned away since the last start. */
  refusedCount: number;
}

/** The queue starts to take transactions again when it has drained to three quarters. */
const RESUME_PERMILLE = 750;

export function createQueue(config: ShardedConfig): Queue {
  const limits: BatcherLimits = {
    queueCountMax: config.queueMax,
    queueResumeCount: Math.min(config.queueMax - 1, Math.floor((config.queueMax * RESUME_PERMILLE) / 1000)),
    batchSizeMin: 1,
    batchSizeMax: config.batchSizeMax,
    inFlightMax: config.batchesMax,
    lingerMicros: config.batchLingerMicros,
    latencyTargetMicros: config.latencyTargetMicros,
    abortedPermilleMax: 200,
  };
  return { batcher: createBatcher(limits), open: new Map(), batchOf: new Map(), refusedCount: 0 };
}

export const isBatching = ({ batchSizeMax }: ShardedConfig): boolean => batchSizeMax > 1;

/** Whether it waits for its batch. */
export function isQueued({ queue }: State, slot: number): boolean {
  return queue.batcher.queue.some(({ transaction }) => transaction.transaction.slot === slot);
}

/** Takes a transaction in, or says when to come back, µs from now. */
export function enqueue(state: State, transaction: Transaction, now: Micros, ctx: Ctx): Micros | null {
  const { queue } = state;
  if (!isBatching(ctx.config)) {
    if (state.coordinating.size < ctx.config.queueMax) return null;
    queue.refusedCount++;
    return ctx.config.prepareMicros;
  }
  const admission = offerTransaction(queue.batcher, queued(transaction), now);
  if (admission.kind === 'accepted') return null;
  queue.refusedCount++;
  return admission.retryAfterMicros;
}

/** The transactions that begin now, and a timer for those that wait for company. */
export function takeDue(state: State, now: Micros, out: Out): Transaction[] {
  const { batcher, open, batchOf } = state.queue;
  const due: Transaction[] = [];
  for (let batch = takeBatch(batcher, now); batch !== null; batch = takeBatch(batcher, now)) {
    open.set(batch.id, { left: batch.transactions.length, aborted: 0 });
    for (const { transaction } of batch.transactions) {
      batchOf.set(transaction.slot, batch.id);
      due.push(transaction);
    }
  }
  const next = nextBatchMicros(batcher);
  if (next !== null) out.setTimer({ kind: 'batch' }, Math.max(0, next - now));
  return due;
}

/** A transaction of a batch is decided: the last one makes room for the next batch. */
export function settle(state: State, slot: number, outcome: Outcome, now: Micros): void {
  const { batcher, open, batchOf } = state.queue;
  const id = batchOf.get(slot);
  const batch = id === undefined ? undefined : open.get(id);
  if (id === undefined || batch === undefined) return;
  batchOf.delete(slot);
  batch.left--;
  if (outcome === 'abort') batch.aborted++;
  if (batch.left > 0) return;
  open.delete(id);
  finishBatch(batcher, id, batch.aborted, now);
}

/** Accounts as the scheduler wants them: whatever is only passed on is read. */
function queued(transaction: Transaction): Queued {
  const changes = new Map<number, number>();
  for (const { from, to, amount } of transaction.signed.batch.transfers) {
    changes.set(from, (changes.get(from) ?? 0) - amount);
    changes.set(to, (changes.get(to) ?? 0) + amount);
  }
  const wants = [...changes].map(
    ([account, change]) => ({ account, mode: change === 0 ? 'shared' : 'exclusive' }) as const,
  );
  const shards: NodeIndex[] = [...transaction.shards].sort((a, b) => a - b);
  return { id: String(transaction.slot), wants, shards, transaction };
}
