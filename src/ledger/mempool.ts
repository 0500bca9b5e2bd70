/**
 * Batches that wait for a block. Bounded, first in first out per client, and fair: every client has its own equal share
 * of the room and its turn in every round, so that none can crowd out another.
 */
import { assert } from '../core/assert.ts';
import { listOf } from '../core/list.ts';
import { isExecuted } from './ledger.ts';
import { MAX_SEQUENCE } from './parse.ts';
import type { LedgerState, SignedBatch } from './types.ts';

export interface MempoolLimits {
  /** Batches over all clients. */
  readonly maxBatches: number;
  /** Transfers over all clients. */
  readonly maxTransfers: number;
  /** Transfers in one batch; at most what fits into a block, or it could never leave the mempool. */
  readonly maxBatchTransfers: number;
}

/** Plain data. `queues[p]`, for the client at position p: its batches by sequence, oldest arrival first. */
export interface Mempool {
  readonly limits: MempoolLimits;
  readonly validatorCount: number;
  readonly queues: MempoolQueue[];
}

export interface MempoolQueue {
  readonly batches: Map<number, SignedBatch>;
  transferCount: number;
}

/** Why a batch was not taken in. */
export const MEMPOOL_REFUSAL = {
  duplicate: 'duplicate',
  executed: 'already executed',
  full: 'full',
  tooLarge: 'too large',
  malformed: 'malformed',
} as const;
export type MempoolRefusal = (typeof MEMPOOL_REFUSAL)[keyof typeof MEMPOOL_REFUSAL];

/** An empty mempool. Limits are positive integers. */
export function createMempool(limits: MempoolLimits, validatorCount: number, clientCount: number): Mempool {
  const { maxBatches, maxTransfers, maxBatchTransfers } = limits;
  assert(maxBatches > 0 && maxTransfers > 0 && maxBatchTransfers > 0, 'mempool limits are positive');
  const queues = listOf(clientCount, () => ({ batches: new Map(), transferCount: 0 }));
  return { limits: { maxBatches, maxTransfers, maxBatchTransfers }, validatorCount, queues };
}

/** Takes a batch in; null, or why not. The first of a (client, sequence) stays. Its signature is the caller's to verify. */
export function addBatch(pool: Mempool, ledger: LedgerState, signed: SignedBatch): MempoolRefusal | null {
  const { client, sequence, transfers } = signed.batch;
  const queue = pool.queues[client - pool.validatorCount];
  if (queue === undefined || transfers.length === 0) return MEMPOOL_REFUSAL.malformed;
  if (!Number.isInteger(sequence) || sequence < 0 || sequence > MAX_SEQUENCE) return MEMPOOL_REFUSAL.malformed;
  if (isExecuted(ledger, client - pool.validatorCount, sequence)) return MEMPOOL_REFUSAL.executed;
  if (queue.batches.has(sequence)) return MEMPOOL_REFUSAL.duplicate;
  if (transfers.length > pool.limits.maxBatchTransfers) return MEMPOOL_REFUSAL.tooLarge;
  if (!hasRoom(pool, queue, transfers.length)) {
    dropExecuted(pool, ledger, client);
    if (!hasRoom(pool, queue, transfers.length)) return MEMPOOL_REFUSAL.full;
  }
  queue.batches.set(sequence, signed);
  queue.transferCount += transfers.length;
  return null;
}

/**
 * Batches for the next block, at most `maxTransfers` transfers: clients in turn from the `turn`-th on (any integer ≥ 0,
 * such as the height), one batch a round each, oldest first. A client whose next batch does not fit is done. Nothing
 * leaves the mempool except what was executed meanwhile.
 */
export function selectBatches(pool: Mempool, ledger: LedgerState, maxTransfers: number, turn: number): SignedBatch[] {
  const selected: SignedBatch[] = [];
  let room = maxTransfers;
  let waiting = pool.queues.map((_, i) => waitingBatches(pool, ledger, (turn + i) % pool.queues.length));
  while (waiting.length > 0) {
    const stillWaiting: typeof waiting = [];
    for (const queue of waiting) {
      const next = queue.next();
      if (next.done === true || next.value.batch.transfers.length > room) continue;
      selected.push(next.value);
      room -= next.value.batch.transfers.length;
      stillWaiting.push(queue);
    }
    waiting = stillWaiting;
  }
  return selected;
}

/** Forgets these batches, whichever signature they carry: they were decided. */
export function removeBatches(pool: Mempool, batches: readonly SignedBatch[]): void {
  for (const { batch } of batches) removeBatch(pool, batch.client - pool.validatorCount, batch.sequence);
}

/** Whether the mempool holds exactly this batch under exactly this signature, hence verified it before. */
export function holdsBatch(pool: Mempool, signed: SignedBatch): boolean {
  const { client, sequence } = signed.batch;
  const held = pool.queues[client - pool.validatorCount]?.batches.get(sequence);
  return held !== undefined && (held === signed || isSameBatch(held, signed));
}

/** How many batches and transfers wait. */
export function sizeOf(pool: Mempool): { readonly batches: number; readonly transfers: number } {
  let batches = 0;
  let transfers = 0;
  for (const queue of pool.queues) {
    batches += queue.batches.size;
    transfers += queue.transferCount;
  }
  return { batches, transfers };
}

/** Everything that waits, by client and arrival. */
export function pendingBatches(pool: Mempool): SignedBatch[] {
  return pool.queues.flatMap((queue) => [...queue.batches.values()]);
}

/** Within the client's equal share and within the whole. A client with nothing waiting may always try one batch. */
function hasRoom(pool: Mempool, queue: MempoolQueue, moreTransfers: number): boolean {
  const { maxBatches, maxTransfers } = pool.limits;
  const clientCount = pool.queues.length;
  const isFirst = queue.batches.size === 0;
  if (!isFirst && queue.batches.size >= Math.floor(maxBatches / clientCount)) return false;
  if (!isFirst && queue.transferCount + moreTransfers > Math.floor(maxTransfers / clientCount)) return false;
  const size = sizeOf(pool);
  return size.batches < maxBatches && size.transfers + moreTransfers <= maxTransfers;
}

function* waitingBatches(
  pool: Mempool,
  ledger: LedgerState,
  clientPosition: number,
): Generator<SignedBatch, undefined> {
  const queue = pool.queues[clientPosition];
  if (queue === undefined) return;
  for (const [sequence, signed] of queue.batches) {
    if (isExecuted(ledger, clientPosition, sequence)) removeBatch(pool, clientPosition, sequence);
    else yield signed;
  }
}

function dropExecuted(pool: Mempool, ledger: LedgerState, client: number): void {
  const position = client - pool.validatorCount;
  for (const sequence of pool.queues[position]?.batches.keys() ?? []) {
    if (isExecuted(ledger, position, sequence)) removeBatch(pool, position, sequence);
  }
}

function removeBatch(pool: Mempool, clientPosition: number, sequence: number): void {
  const queue = pool.queues[clientPosition];
  const held = queue?.batches.get(sequence);
  if (queue === undefined || held === undefined) return;
  queue.batches.delete(sequence);
  queue.transferCount -= held.batch.transfers.length;
}

function isSameBatch(a: SignedBatch, b: SignedBatch): boolean {
  if (a === b || (a.signature === b.signature && a.batch === b.batch)) return true;
  if (a.signature.length !== b.signature.length || a.batch.transfers.length !== b.batch.transfers.length) return false;
  if (a.signature.some((byte, i) => byte !== b.signature[i])) return false;
  return a.batch.transfers.every((transfer, i) => {
    const other = b.batch.transfers[i];
    return transfer.from === other?.from && transfer.to === other.to && transfer.amount === other.amount;
  });
}
