import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLedger, executeBatch, isExecuted } from './ledger.ts';
import {
  addBatch,
  createMempool,
  holdsBatch,
  MEMPOOL_REFUSAL,
  pendingBatches,
  removeBatches,
  selectBatches,
  sizeOf,
} from './mempool.ts';
import { CLIENTS, signedBatch, signedBatches, VALIDATORS, WORKLOAD } from './testing.ts';

const LIMITS = { maxBatches: 9, maxTransfers: 30, maxBatchTransfers: 5 };
const fresh = () => createMempool(LIMITS, VALIDATORS, CLIENTS);
const ledger = () => createLedger(WORKLOAD, CLIENTS);
const PAY = { from: 0, to: 1, amount: 1 };
const pays = (count: number) => Array.from({ length: count }, () => PAY);

describe('what is taken in', () => {
  it('is refused when it is there already, even in other words', () => {
    const pool = fresh();
    expect(addBatch(pool, ledger(), signedBatch(0, 3, pays(1)))).toBeNull();
    expect(addBatch(pool, ledger(), signedBatch(0, 3, pays(1)))).toBe(MEMPOOL_REFUSAL.duplicate);
    expect(addBatch(pool, ledger(), signedBatch(0, 3, pays(2)))).toBe(MEMPOOL_REFUSAL.duplicate);
    expect(addBatch(pool, ledger(), signedBatch(1, 3, pays(1)))).toBeNull();
    expect(sizeOf(pool)).toEqual({ batches: 2, transfers: 2 });
  });

  it('is refused when it was executed', () => {
    const state = ledger();
    executeBatch(state, signedBatch(0, 0, []).batch, VALIDATORS);
    expect(addBatch(fresh(), state, signedBatch(0, 0, pays(1)))).toBe(MEMPOOL_REFUSAL.executed);
  });

  it('is refused when it could never fit into a block', () => {
    expect(addBatch(fresh(), ledger(), signedBatch(0, 0, pays(5)))).toBeNull();
    expect(addBatch(fresh(), ledger(), signedBatch(0, 0, pays(6)))).toBe(MEMPOOL_REFUSAL.tooLarge);
  });

  it.each([
    ['has no transfers', signedBatch(0, 0, [])],
    ['comes from a validator', signedBatch(-1, 0, pays(1))],
    ['comes from nobody', signedBatch(CLIENTS, 0, pays(1))],
    ['has no sequence', signedBatch(0, -1, pays(1))],
    ['has a fraction for a sequence', signedBatch(0, 0.5, pays(1))],
  ])('is refused when it %s', (_, batch) => {
    const pool = fresh();
    expect(addBatch(pool, ledger(), batch)).toBe(MEMPOOL_REFUSAL.malformed);
    expect(pool).toEqual(fresh());
  });

  it('leaves the others their share when one client floods', () => {
    const pool = fresh();
    const answers = Array.from({ length: 20 }, (_, i) => addBatch(pool, ledger(), signedBatch(0, i, pays(1))));
    expect(answers.filter((answer) => answer === null)).toHaveLength(3);
    expect(answers[3]).toBe(MEMPOOL_REFUSAL.full);
    for (const position of [1, 2]) {
      for (let i = 0; i < 3; i++) expect(addBatch(pool, ledger(), signedBatch(position, i, pays(1)))).toBeNull();
    }
  });

  it('is bounded over all clients even when they are more than there is room for', () => {
    const limits = { maxBatches: 2, maxTransfers: 3, maxBatchTransfers: 3 };
    const byBatches = createMempool(limits, VALIDATORS, CLIENTS);
    expect([0, 1, 2].map((position) => addBatch(byBatches, ledger(), signedBatch(position, 0, pays(1))))).toEqual([
      null,
      null,
      MEMPOOL_REFUSAL.full,
    ]);
    const byTransfers = createMempool(limits, VALIDATORS, CLIENTS);
    expect(addBatch(byTransfers, ledger(), signedBatch(0, 0, pays(3)))).toBeNull();
    expect(addBatch(byTransfers, ledger(), signedBatch(1, 0, pays(1)))).toBe(MEMPOOL_REFUSAL.full);
  });

  it('makes room by forgetting what was executed meanwhile', () => {
    const pool = fresh();
    const state = ledger();
    for (let i = 0; i < 3; i++) addBatch(pool, state, signedBatch(0, i, pays(1)));
    expect(addBatch(pool, state, signedBatch(0, 3, pays(1)))).toBe(MEMPOOL_REFUSAL.full);
    executeBatch(state, signedBatch(0, 1, []).batch, VALIDATORS);
    expect(addBatch(pool, state, signedBatch(0, 3, pays(1)))).toBeNull();
    expect(pendingBatches(pool).map(({ batch }) => batch.sequence)).toEqual([0, 2, 3]);
  });

  it('never exceeds a limit, and the counts are those of the contents', () => {
    const reasons = new Set<string | null>();
    fc.assert(
      fc.property(fc.array(fc.tuple(signedBatches, fc.boolean()), { maxLength: 80 }), (steps) => {
        const pool = fresh();
        for (const [signed, removes] of steps) {
          if (removes) removeBatches(pool, [signed]);
          else reasons.add(addBatch(pool, ledger(), signed));
          const held = pendingBatches(pool);
          const transferCount = held.reduce((sum, { batch }) => sum + batch.transfers.length, 0);
          expect(sizeOf(pool)).toEqual({ batches: held.length, transfers: transferCount });
          expect(held.length).toBeLessThanOrEqual(LIMITS.maxBatches);
          expect(transferCount).toBeLessThanOrEqual(LIMITS.maxTransfers);
        }
      }),
    );
    expect(reasons).toContain(null);
    expect(reasons).toContain(MEMPOOL_REFUSAL.full);
    expect(reasons).toContain(MEMPOOL_REFUSAL.duplicate);
  });
});

describe('selection', () => {
  const filled = () => {
    const pool = fresh();
    for (const sequence of [5, 1, 3]) addBatch(pool, ledger(), signedBatch(0, sequence, pays(2)));
    for (const sequence of [0, 1]) addBatch(pool, ledger(), signedBatch(1, sequence, pays(3)));
    addBatch(pool, ledger(), signedBatch(2, 0, pays(5)));
    return pool;
  };
  const names = (list: ReturnType<typeof selectBatches>) =>
    list.map(({ batch }) => `c${batch.client - VALIDATORS}-${batch.sequence}`);

  it('gives each client one batch a round, oldest arrival first', () => {
    expect(names(selectBatches(filled(), ledger(), 100, 0))).toEqual(['c0-5', 'c1-0', 'c2-0', 'c0-1', 'c1-1', 'c0-3']);
  });

  it('begins with another client each turn', () => {
    expect(names(selectBatches(filled(), ledger(), 100, 1)).slice(0, 3)).toEqual(['c1-0', 'c2-0', 'c0-5']);
    expect(names(selectBatches(filled(), ledger(), 100, 5)).slice(0, 3)).toEqual(['c2-0', 'c0-5', 'c1-0']);
  });

  it('keeps to the limit of transfers without overtaking within a client', () => {
    expect(names(selectBatches(filled(), ledger(), 9, 0))).toEqual(['c0-5', 'c1-0', 'c0-1', 'c0-3']);
    expect(selectBatches(filled(), ledger(), 1, 0)).toEqual([]);
  });

  it('leaves everything in place and drops only what was executed', () => {
    const pool = filled();
    const state = ledger();
    selectBatches(pool, state, 100, 0);
    expect(pool).toEqual(filled());
    executeBatch(state, signedBatch(0, 5, []).batch, VALIDATORS);
    expect(names(selectBatches(pool, state, 100, 0))).not.toContain('c0-5');
    expect(sizeOf(pool)).toEqual({ batches: 5, transfers: 15 });
  });

  it('is within the limit, without repetition, in order and never executed', () => {
    const executed = fc.uniqueArray(fc.nat({ max: 12 }));
    fc.assert(
      fc.property(fc.array(signedBatches), executed, fc.nat({ max: 40 }), fc.nat(), (list, done, limit, turn) => {
        const state = ledger();
        const pool = createMempool({ maxBatches: 99, maxTransfers: 999, maxBatchTransfers: 9 }, VALIDATORS, CLIENTS);
        for (const signed of list) addBatch(pool, state, signed);
        for (const sequence of done) executeBatch(state, signedBatch(0, sequence, []).batch, VALIDATORS);
        const selected = selectBatches(pool, state, limit, turn);
        const waiting = pendingBatches(pool);
        expect(selected.reduce((sum, { batch }) => sum + batch.transfers.length, 0)).toBeLessThanOrEqual(limit);
        expect(new Set(names(selected)).size).toBe(selected.length);
        for (const { batch } of selected) {
          expect(isExecuted(state, batch.client - VALIDATORS, batch.sequence)).toBe(false);
        }
        for (let position = 0; position < CLIENTS; position++) {
          const isOwn = ({ batch }: (typeof list)[number]) => batch.client === VALIDATORS + position;
          const mine = selected.filter(isOwn);
          expect(mine).toEqual(waiting.filter(isOwn).slice(0, mine.length));
        }
      }),
    );
  });
});

describe('holding', () => {
  it('is of exactly this batch under exactly this signature', () => {
    const pool = fresh();
    const signed = signedBatch(0, 0, pays(2));
    addBatch(pool, ledger(), signed);
    expect(holdsBatch(pool, signed)).toBe(true);
    expect(holdsBatch(pool, structuredClone(signed))).toBe(true);
    expect(holdsBatch(pool, { ...signed, signature: Uint8Array.of(9, 9, 9) })).toBe(false);
    expect(holdsBatch(pool, { ...signed, signature: signed.signature.slice(1) })).toBe(false);
    expect(holdsBatch(pool, { ...signed, batch: { ...signed.batch, transfers: [PAY, { ...PAY, amount: 2 }] } })).toBe(
      false,
    );
    expect(holdsBatch(pool, signedBatch(0, 1, pays(2)))).toBe(false);
    expect(holdsBatch(pool, signedBatch(7, 0, pays(2)))).toBe(false);
  });

  it('survives a structured clone', () => {
    const pool = fresh();
    addBatch(pool, ledger(), signedBatch(0, 0, pays(2)));
    expect(structuredClone(pool)).toEqual(pool);
  });
});
