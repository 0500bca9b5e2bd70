import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  copyLedger,
  createLedger,
  executeBatch,
  isExecuted,
  REPLAY_WINDOW,
  stateRoot,
  totalUnits,
  transferId,
  transferNameOf,
} from './ledger.ts';
import { ACCOUNTS, CLIENTS, signedBatch, signedBatches, VALIDATORS, WORKLOAD, wildTransfers } from './testing.ts';

const fresh = () => createLedger(WORKLOAD, CLIENTS);
const TOTAL = ACCOUNTS * WORKLOAD.initialBalance;

describe('execution', () => {
  it('moves units from an own account to any other', () => {
    const ledger = fresh();
    expect(executeBatch(ledger, signedBatch(1, 0, [{ from: 4, to: 2, amount: 250 }]).batch, VALIDATORS)).toEqual([
      'applied',
    ]);
    expect(ledger.balances).toEqual([250, 250, 500, 250, 0, 250, 250]);
  });

  it.each([
    ['more units than there are', { from: 0, to: 1, amount: 251 }],
    ["another client's account", { from: 1, to: 0, amount: 1 }],
    ['an unknown source', { from: 9, to: 0, amount: 1 }],
    ['an unknown target', { from: 0, to: 7, amount: 1 }],
    ['a negative account', { from: -3, to: 1, amount: 1 }],
    ['an account and itself', { from: 0, to: 0, amount: 1 }],
    ['nothing', { from: 0, to: 1, amount: 0 }],
    ['a negative amount', { from: 0, to: 1, amount: -1 }],
    ['a fraction', { from: 0, to: 1, amount: 0.5 }],
    ['no number', { from: 0, to: 1, amount: Number.NaN }],
  ])('refuses %s and changes no balance', (_, transfer) => {
    const ledger = fresh();
    expect(executeBatch(ledger, signedBatch(0, 0, [transfer]).batch, VALIDATORS)).toEqual(['refused']);
    expect(ledger.balances).toEqual(fresh().balances);
    expect(isExecuted(ledger, 0, 0)).toBe(true);
  });

  it('executes the transfers of a batch in order', () => {
    const ledger = fresh();
    const list = [
      { from: 0, to: 3, amount: 250 },
      { from: 0, to: 3, amount: 1 },
      { from: 3, to: 0, amount: 500 },
      { from: 0, to: 1, amount: 500 },
    ];
    expect(executeBatch(ledger, signedBatch(0, 0, list).batch, VALIDATORS)).toEqual([
      'applied',
      'refused',
      'applied',
      'applied',
    ]);
    expect(ledger.balances).toEqual([0, 750, 250, 0, 250, 250, 250]);
  });

  it.each([-1, CLIENTS])('refuses a batch of client position %i and marks nothing', (position) => {
    const ledger = fresh();
    expect(executeBatch(ledger, signedBatch(position, 0, [{ from: 0, to: 1, amount: 1 }]).batch, VALIDATORS)).toEqual([
      'refused',
    ]);
    expect(ledger).toEqual(fresh());
  });

  it('conserves units and never overdraws, whatever the transfers are', () => {
    const client = fc.nat({ max: CLIENTS - 1 });
    const lists = fc.array(fc.tuple(client, fc.array(wildTransfers, { maxLength: 12 })), { maxLength: 12 });
    let applied = 0;
    fc.assert(
      fc.property(lists, (batches) => {
        const ledger = fresh();
        for (const [sequence, [position, list]] of batches.entries()) {
          const outcomes = executeBatch(ledger, signedBatch(position, sequence, list).batch, VALIDATORS);
          applied += outcomes.filter((outcome) => outcome === 'applied').length;
        }
        expect(totalUnits(ledger)).toBe(TOTAL);
        for (const balance of ledger.balances) expect(Number.isSafeInteger(balance) && balance >= 0).toBe(true);
      }),
    );
    expect(applied).toBeGreaterThan(0);
  });

  it('changes nothing when a batch is replayed', () => {
    fc.assert(
      fc.property(fc.array(signedBatches, { maxLength: 20 }), (list) => {
        const ledger = fresh();
        for (const { batch } of list) executeBatch(ledger, batch, VALIDATORS);
        const before = copyLedger(ledger);
        for (const { batch } of list) {
          expect(new Set(executeBatch(ledger, batch, VALIDATORS))).toEqual(new Set(['refused']));
        }
        expect(ledger).toEqual(before);
      }),
    );
  });
});

describe('executed set', () => {
  it('depends on what was executed, not on the order', () => {
    const order = fc
      .uniqueArray(fc.nat({ max: 40 }), { maxLength: 30 })
      .chain((sequences) =>
        fc.tuple(fc.constant(sequences), fc.shuffledSubarray(sequences, { minLength: sequences.length })),
      );
    fc.assert(
      fc.property(order, ([first, second]) => {
        const one = fresh();
        const other = fresh();
        for (const sequence of first) executeBatch(one, signedBatch(0, sequence, []).batch, VALIDATORS);
        for (const sequence of second) executeBatch(other, signedBatch(0, sequence, []).batch, VALIDATORS);
        expect(one).toEqual(other);
        for (let i = 0; i <= 41; i++) expect(isExecuted(one, 0, i)).toBe(first.includes(i));
        expect(isExecuted(one, 1, 0)).toBe(false);
      }),
    );
  });

  it('keeps no more than the window: the oldest gap closes and what it missed expires', () => {
    const ledger = fresh();
    for (let i = 1; i <= REPLAY_WINDOW; i++) executeBatch(ledger, signedBatch(0, i, []).batch, VALIDATORS);
    expect(isExecuted(ledger, 0, 0)).toBe(false);
    executeBatch(ledger, signedBatch(0, REPLAY_WINDOW + 2, []).batch, VALIDATORS);
    expect(ledger.executed[0]).toEqual({ floor: REPLAY_WINDOW + 1, above: [REPLAY_WINDOW + 2] });
    const late = signedBatch(0, 0, [{ from: 0, to: 1, amount: 1 }]);
    expect(executeBatch(ledger, late.batch, VALIDATORS)).toEqual(['refused']);
    expect(ledger.balances).toEqual(fresh().balances);
  });
});

describe('state root', () => {
  it('is equal exactly for equal states', () => {
    fc.assert(
      fc.property(fc.array(signedBatches, { maxLength: 8 }), fc.array(signedBatches, { maxLength: 8 }), (a, b) => {
        const one = fresh();
        const other = fresh();
        for (const { batch } of a) executeBatch(one, batch, VALIDATORS);
        for (const { batch } of b) executeBatch(other, batch, VALIDATORS);
        expect(stateRoot(copyLedger(one))).toBe(stateRoot(one));
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(stateRoot(one) === stateRoot(other)).toBe(isSame);
      }),
    );
  });

  it('tells one unit and one executed batch apart', () => {
    const roots = new Set([stateRoot(fresh())]);
    const moved = fresh();
    moved.balances[0] = 249;
    moved.balances[1] = 251;
    roots.add(stateRoot(moved));
    const swapped = fresh();
    swapped.balances[0] = 251;
    swapped.balances[1] = 249;
    roots.add(stateRoot(swapped));
    const marked = fresh();
    executeBatch(marked, signedBatch(0, 0, []).batch, VALIDATORS);
    roots.add(stateRoot(marked));
    const markedOther = fresh();
    executeBatch(markedOther, signedBatch(1, 0, []).batch, VALIDATORS);
    roots.add(stateRoot(markedOther));
    roots.add(stateRoot(createLedger(WORKLOAD, CLIENTS + 1)));
    expect(roots.size).toBe(6);
  });

  it('holds for balances up to 2^53 − 1', () => {
    const large = createLedger({ accountCount: 1, initialBalance: Number.MAX_SAFE_INTEGER }, 1);
    const less = createLedger({ accountCount: 1, initialBalance: Number.MAX_SAFE_INTEGER - 1 }, 1);
    expect(stateRoot(large)).toMatch(/^[0-9a-f]{64}$/);
    expect(stateRoot(large)).not.toBe(stateRoot(less));
  });
});

describe('transaction id', () => {
  it('names client, sequence and position, and only them', () => {
    const name = fc.record({
      client: fc.nat({ max: 0xffff }),
      sequence: fc.nat({ max: 0xffff_ffff }),
      position: fc.nat({ max: 0xffff }),
    });
    fc.assert(
      fc.property(name, (named) => {
        const id = transferId(named, named.position);
        expect(id).toMatch(/^[0-9a-f]{16}$/);
        expect(transferNameOf(id)).toEqual(named);
      }),
    );
  });

  it.each(['', 'c0', '000000000000000', '00000000000000000', '000400000000000G'])('%j is none', (text) => {
    expect(transferNameOf(text)).toBeNull();
  });
});
