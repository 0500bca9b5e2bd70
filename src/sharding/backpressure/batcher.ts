/**
 * Collects cross-shard transactions into batches: one message a shard instead of one a transaction. What conflicts waits its
 * turn, what does not runs side by side. The batch size follows the load: it grows by a little while commits are quick
 * and is halved when they are slow or abort (additive increase, multiplicative decrease; Chiu & Jain 1989). A full queue
 * says no at once instead of late.
 */
import { assert } from '../../core/assert.ts';
import type { Micros } from '../../core/time.ts';
import { type Schedulable, Usage } from './waves.ts';

export interface BatcherLimits {
  /** Transactions that may wait. At the limit new ones are refused until only `queueResumeCount` wait. */
  readonly queueCountMax: number;
  readonly queueResumeCount: number;
  readonly batchSizeMin: number;
  readonly batchSizeMax: number;
  /** Batches under way at a time. */
  readonly inFlightMax: number;
  /** The longest that a transaction waits for company while nothing else holds it up. */
  readonly lingerMicros: Micros;
  /** A commit that takes longer means overload. */
  readonly latencyTargetMicros: Micros;
  /** More aborted transactions than this means overload, permille of a batch. */
  readonly abortedPermilleMax: number;
}

export const BATCHER_LIMITS: BatcherLimits = {
  queueCountMax: 1024,
  queueResumeCount: 768,
  batchSizeMin: 1,
  batchSizeMax: 128,
  inFlightMax: 4,
  lingerMicros: 20_000,
  latencyTargetMicros: 2_000_000,
  abortedPermilleMax: 200,
};

/** Transactions by which a batch grows after a good one. */
const GROWTH = 2;

interface Waiting<T> {
  readonly transaction: T;
  readonly sinceMicros: Micros;
}

export interface Batch<T> {
  readonly id: number;
  readonly transactions: readonly T[];
  readonly startedMicros: Micros;
}

/** Plain data, as long as the transactions are. */
export interface Batcher<T extends Schedulable> {
  readonly limits: BatcherLimits;
  readonly queue: Waiting<T>[];
  readonly inFlight: Batch<T>[];
  batchSize: number;
  nextBatch: number;
  /** The queue was full and has not drained yet. */
  isRefusing: boolean;
  /** Smoothed time of a batch from start to finish, µs; null before the first one. For the advice to those refused. */
  batchMicros: Micros | null;
}

export type Admission =
  | { readonly kind: 'accepted' }
  /** `reason`: for people. `retryAfterMicros`: when there will probably be room. */
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMicros: Micros };

export function createBatcher<T extends Schedulable>(limits: BatcherLimits = BATCHER_LIMITS): Batcher<T> {
  const { batchSizeMin, batchSizeMax, queueResumeCount, queueCountMax } = limits;
  assert(batchSizeMin >= 1 && batchSizeMin <= batchSizeMax, 'batch sizes are positive and in order');
  assert(queueResumeCount >= 0 && queueResumeCount < queueCountMax, 'the queue resumes below its limit');
  return {
    limits,
    queue: [],
    inFlight: [],
    batchSize: batchSizeMin,
    nextBatch: 0,
    isRefusing: false,
    batchMicros: null,
  };
}

/** Takes a transaction in, or refuses it. One that waits or runs already is accepted again without being doubled. */
export function offerTransaction<T extends Schedulable>(batcher: Batcher<T>, transaction: T, now: Micros): Admission {
  if (isKnown(batcher, transaction.id)) return { kind: 'accepted' };
  const { queue, limits } = batcher;
  if (batcher.isRefusing && queue.length <= limits.queueResumeCount) batcher.isRefusing = false;
  if (queue.length >= limits.queueCountMax) batcher.isRefusing = true;
  if (!batcher.isRefusing) {
    queue.push({ transaction, sinceMicros: now });
    return { kind: 'accepted' };
  }
  const { queueCountMax, queueResumeCount } = limits;
  const reason = `overloaded: ${queue.length} of ${queueCountMax} transactions wait, new ones again at ${queueResumeCount}`;
  return { kind: 'refused', reason, retryAfterMicros: drainMicros(batcher) };
}

/**
 * The next batch, or null when none is due: the oldest transactions that conflict neither with each other, nor with
 * those under way, nor with one that stays behind, so that conflicting transactions keep their order. Due when it is
 * full or its oldest member waited long enough, and not too many are under way.
 */
export function takeBatch<T extends Schedulable>(batcher: Batcher<T>, now: Micros): Batch<T> | null {
  const { queue, inFlight, limits } = batcher;
  if (inFlight.length >= limits.inFlightMax) return null;
  const chosen = chooseIndependent(batcher);
  const [first] = chosen;
  if (first === undefined) return null;
  if (chosen.length < batcher.batchSize && now < first.sinceMicros + limits.lingerMicros) return null;
  const taken = new Set(chosen);
  const rest = queue.filter((waiting) => !taken.has(waiting));
  queue.splice(0, queue.length, ...rest);
  const transactions = chosen.map(({ transaction }) => transaction);
  const batch: Batch<T> = { id: batcher.nextBatch++, transactions, startedMicros: now };
  inFlight.push(batch);
  return batch;
}

/** When `takeBatch` has to be asked again though nothing happened, µs; null when only an event can help. */
export function nextBatchMicros<T extends Schedulable>(batcher: Batcher<T>): Micros | null {
  if (batcher.inFlight.length >= batcher.limits.inFlightMax) return null;
  const [first] = chooseIndependent(batcher);
  return first === undefined ? null : first.sinceMicros + batcher.limits.lingerMicros;
}

/** A batch is decided. Adapts the size of the next ones; an unknown or repeated id changes nothing. */
export function finishBatch<T extends Schedulable>(
  batcher: Batcher<T>,
  id: number,
  abortedCount: number,
  now: Micros,
): void {
  const at = batcher.inFlight.findIndex((batch) => batch.id === id);
  const [batch] = at === -1 ? [] : batcher.inFlight.splice(at, 1);
  if (batch === undefined) return;
  const { limits } = batcher;
  const micros = now - batch.startedMicros;
  // An exponential average with weight 1/8, as RFC 6298 §2 uses for round trips, in whole µs.
  batcher.batchMicros = batcher.batchMicros === null ? micros : Math.floor((7 * batcher.batchMicros + micros) / 8);
  const isOverloaded =
    micros > limits.latencyTargetMicros || 1000 * abortedCount > limits.abortedPermilleMax * batch.transactions.length;
  if (isOverloaded) {
    batcher.batchSize = Math.max(limits.batchSizeMin, Math.floor(batcher.batchSize / 2));
  } else if (batch.transactions.length >= batcher.batchSize) {
    // Only a full batch shows that a larger one could be carried.
    batcher.batchSize = Math.min(limits.batchSizeMax, batcher.batchSize + GROWTH);
  }
}

/** The oldest waiting transactions that can run now, at most a batch of them. */
function chooseIndependent<T extends Schedulable>(batcher: Batcher<T>): Waiting<T>[] {
  const usage = new Usage();
  for (const { transactions } of batcher.inFlight) for (const transaction of transactions) usage.add(transaction);
  const chosen: Waiting<T>[] = [];
  for (const waiting of batcher.queue) {
    if (chosen.length === batcher.batchSize) break;
    if (usage.isFreeFor(waiting.transaction)) chosen.push(waiting);
    // Whether it goes or stays: who conflicts with it comes after it.
    usage.add(waiting.transaction);
  }
  return chosen;
}

function isKnown<T extends Schedulable>({ queue, inFlight }: Batcher<T>, id: string): boolean {
  const isIt = (transaction: T): boolean => transaction.id === id;
  return queue.some(({ transaction }) => isIt(transaction)) || inFlight.some((batch) => batch.transactions.some(isIt));
}

/** About how long until the queue has drained to where new ones are taken. */
function drainMicros<T extends Schedulable>({ queue, limits, batchSize, batchMicros }: Batcher<T>): Micros {
  const batches = Math.ceil((queue.length - limits.queueResumeCount) / (batchSize * limits.inFlightMax));
  return Math.max(1, batches) * (batchMicros ?? limits.latencyTargetMicros);
}
