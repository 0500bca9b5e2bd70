/** Known good and known bad histories, and a brute-force search as a second opinion. */
import { describe, expect, it } from 'vitest';
import { chance, type Chance } from '../ltl/testing.ts';
import {
  accounts,
  type History,
  type LedgerOperation,
  type RegisterOperation,
  registers,
  type SequentialModel,
} from './history.ts';
import { checkLinearizable } from './linearizability.ts';

type Row = readonly [
  client: string,
  from: number,
  to: number | null,
  operation: RegisterOperation,
  result: number | null,
];
const rows = (...given: Row[]): History<RegisterOperation, number> =>
  given.map(([client, calledAt, returnedAt, operation, result]) => ({
    client,
    calledAt,
    returnedAt,
    operation,
    result,
  }));
const read = (key = 'x'): RegisterOperation => ({ kind: 'read', key });
const write = (value: number, key = 'x'): RegisterOperation => ({ kind: 'write', key, value });
const exchange = (expected: number, value: number): RegisterOperation => ({
  kind: 'exchange',
  key: 'x',
  expected,
  value,
});

describe('known histories of registers', () => {
  it.each([
    ['nothing', rows()],
    ['a read after a write', rows(['a', 0, 1, write(1), 0], ['b', 2, 3, read(), 1])],
    [
      'a read that overlaps a write sees either',
      rows(['a', 0, 9, write(1), 0], ['b', 1, 2, read(), 0], ['c', 3, 4, read(), 1]),
    ],
    ['touching operations overlap', rows(['a', 0, 5, write(1), 0], ['b', 5, 6, read(), 0])],
    ['a write that never returned may have happened', rows(['a', 0, null, write(1), null], ['b', 2, 3, read(), 1])],
    ['or not', rows(['a', 0, null, write(1), null], ['b', 2, 3, read(), 0])],
    ['keys apart', rows(['a', 0, 1, write(1), 0], ['b', 2, 3, read('y'), 0])],
    [
      'concurrent writes in either order',
      rows(['a', 0, 9, write(1), 0], ['b', 0, 9, write(2), 0], ['c', 1, 2, read(), 2], ['c', 3, 4, read(), 1]),
    ],
    ['one exchange wins', rows(['a', 0, 5, exchange(0, 1), 1], ['b', 0, 5, exchange(0, 2), 0], ['c', 6, 7, read(), 1])],
  ])('%s: linearizable', (_, history) => {
    expect(checkLinearizable(history, registers).verdict).toBe('linearizable');
  });

  it.each([
    ['a stale read', rows(['a', 0, 1, write(1), 0], ['b', 2, 3, read(), 0]), 'b: read x gave 0'],
    [
      'new, then old',
      rows(['a', 0, 9, write(1), 0], ['b', 1, 2, read(), 1], ['c', 3, 4, read(), 0]),
      'c: read x gave 0',
    ],
    ['a value from nowhere', rows(['a', 0, 1, write(1), 0], ['b', 0, 9, read(), 7]), 'read x gave 7'],
    ['two exchanges win', rows(['a', 0, 5, exchange(0, 1), 1], ['b', 0, 5, exchange(0, 2), 1]), 'exchange x from 0'],
    [
      'readers disagree on the order of writes',
      rows(['a', 0, 1, write(1), 0], ['b', 0, 1, write(2), 0], ['c', 2, 3, read(), 1], ['d', 4, 5, read(), 2]),
      'd: read x gave 2',
    ],
  ])('%s: not linearizable', (_, history, culprit) => {
    const found = checkLinearizable(history, registers);
    expect(found.verdict).toBe('not linearizable');
    expect('detail' in found ? found.detail : '').toContain(culprit);
  });
});

describe('a ledger', () => {
  const transfer = (from: number, to: number, amount: number): LedgerOperation => ({
    kind: 'transfer',
    from,
    to,
    amount,
  });
  const balance = (account: number): LedgerOperation => ({ kind: 'balance', account });
  const op = (calledAt: number, returnedAt: number, operation: LedgerOperation, result: number) => ({
    client: 'c0',
    calledAt,
    returnedAt,
    operation,
    result,
  });
  const model = accounts(3, 10);

  it('explains what an order explains', () => {
    const fine = [op(0, 9, transfer(0, 1, 10), 1), op(0, 9, transfer(0, 2, 10), 0), op(1, 2, balance(1), 20)];
    expect(checkLinearizable(fine, model).verdict).toBe('linearizable');
  });

  it('convicts a double spend and money that is seen nowhere', () => {
    const twice = [op(0, 9, transfer(0, 1, 10), 1), op(0, 9, transfer(0, 2, 10), 1)];
    expect(checkLinearizable(twice, model).verdict).toBe('not linearizable');
    const torn = [op(0, 1, transfer(0, 1, 4), 1), op(2, 3, balance(0), 6), op(4, 5, balance(1), 10)];
    expect(checkLinearizable(torn, model)).toMatchObject({ culprit: { operation: balance(1) } });
  });
});

/** Every order that respects real time, tried one by one. */
function byBruteForce<S, O, R>(history: History<O, R>, model: SequentialModel<S, O, R>): boolean {
  const tryAll = (left: History<O, R>, state: S): boolean => {
    if (left.every(({ returnedAt }) => returnedAt === null)) return true;
    const deadline = Math.min(...left.map(({ returnedAt }) => returnedAt ?? Number.POSITIVE_INFINITY));
    return left.some((one, i) => {
      if (one.calledAt > deadline) return false;
      const next = model.apply(state, one.operation);
      const fits = one.returnedAt === null || (one.result !== null && model.sameResult(next.result, one.result));
      return fits && tryAll([...left.slice(0, i), ...left.slice(i + 1)], next.state);
    });
  };
  return tryAll(history, model.initial);
}

function randomHistory(draw: Chance): History<RegisterOperation, number> {
  return Array.from({ length: 2 + draw(5) }, (_, i) => {
    const calledAt = draw(10);
    const kind = draw(5);
    const operation = kind < 2 ? read() : kind < 4 ? write(draw(3)) : exchange(draw(3), draw(3));
    const returnedAt = draw(8) === 0 ? null : calledAt + draw(6);
    const result = operation.kind === 'read' ? draw(3) : operation.kind === 'exchange' ? draw(2) : 0;
    return { client: `c${i}`, calledAt, returnedAt, operation, result };
  });
}

describe('against brute force', () => {
  it('5,000 random histories', () => {
    const counts = { linearizable: 0, 'not linearizable': 0, unknown: 0 };
    for (let seed = 1; seed <= 5000; seed++) {
      const history = randomHistory(chance(seed));
      const { verdict } = checkLinearizable(history, registers);
      const expected = byBruteForce(history, registers) ? 'linearizable' : 'not linearizable';
      expect(verdict, `seed ${seed}`).toBe(expected);
      counts[verdict]++;
    }
    expect(Math.min(counts.linearizable, counts['not linearizable'])).toBeGreaterThan(1000);
  });

  it('gives up at its bound instead of going on, and is quick where little overlaps', () => {
    const tangle = rows(...Array.from({ length: 24 }, (_, i): Row => [`c${i}`, 0, 100, write(i), 0]), [
      'r',
      101,
      102,
      read(),
      99,
    ]);
    const found = checkLinearizable(tangle, registers, { situationsMax: 2000 });
    expect(found).toMatchObject({ verdict: 'unknown', detail: expect.stringContaining('given up') });
    const long = rows(
      ...Array.from(
        { length: 3000 },
        (_, i): Row => [`c${i % 3}`, 2 * i, 2 * i + 3, i % 2 ? read() : write(i), i - (i % 2 ? 1 : i)],
      ),
    ).map((one) => ({ ...one, result: one.operation.kind === 'write' ? 0 : one.result }));
    expect(checkLinearizable(long, registers).verdict).toBe('linearizable');
  });
});
