import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conflicts } from '../locks/table.ts';
import {
  BATCHER_LIMITS,
  type Batch,
  type Batcher,
  createBatcher,
  finishBatch,
  nextBatchMicros,
  offerTransaction,
  takeBatch,
} from './batcher.ts';
import { byShard, type Schedulable, wavesOf } from './waves.ts';

const wantLists = fc.uniqueArray(
  fc.record({ account: fc.nat({ max: 7 }), mode: fc.constantFrom('shared' as const, 'exclusive' as const) }),
  { minLength: 1, maxLength: 3, selector: ({ account }) => account },
);
const transactionLists = fc.array(wantLists, { minLength: 1, maxLength: 40 }).map((lists) =>
  lists.map(
    (wants, i): Schedulable => ({
      id: `t${i}`,
      wants,
      shards: [...new Set(wants.map(({ account }) => account % 3))].sort((a, b) => a - b),
    }),
  ),
);

const collide = (a: Schedulable, b: Schedulable): boolean =>
  a.wants.some((x) => b.wants.some((y) => x.account === y.account && conflicts(x.mode, y.mode)));

/** Every two of a list, in their order. */
const pairsOf = <T>(list: readonly T[]): [T, T][] =>
  list.flatMap((one, i) => list.slice(i + 1).map((other): [T, T] => [one, other]));

const writer = (id: number, account = id): Schedulable => ({
  id: `t${id}`,
  wants: [{ account, mode: 'exclusive' }],
  shards: [account % 3],
});

describe('waves', () => {
  it('independent within, in order between, and no more than the longest chain', () => {
    let parallel = 0;
    fc.assert(
      fc.property(transactionLists, (transactions) => {
        const waves = wavesOf(transactions);
        expect(waves.flat().length).toBe(transactions.length);
        const waveOf = new Map(waves.flatMap((members, wave) => members.map(({ id }) => [id, wave] as const)));
        const depth: number[] = [];
        transactions.forEach((one, i) => {
          const before = transactions.slice(0, i).flatMap((other, j) => (collide(one, other) ? [depth[j] ?? 0] : []));
          depth[i] = Math.max(-1, ...before) + 1;
          expect(waveOf.get(one.id)).toBe(depth[i]);
        });
        if (waves.length < transactions.length) parallel++;
      }),
    );
    expect(parallel).toBeGreaterThan(20);
  });

  it('one message a shard, holding the transactions that touch it', () => {
    fc.assert(
      fc.property(transactionLists, (transactions) => {
        const messages = byShard(transactions);
        expect(messages.map(({ shard }) => shard)).toEqual(
          [0, 1, 2].filter((shard) => transactions.some(({ shards }) => shards.includes(shard))),
        );
        for (const { shard, transactions: members } of messages) {
          expect(members).toEqual(transactions.filter(({ shards }) => shards.includes(shard)));
        }
      }),
    );
  });
});

describe('batches', () => {
  it('whatever arrives and finishes when: independent at every moment, conflicts in order, each once', () => {
    const script = fc.record({
      transactions: transactionLists,
      choices: fc.array(fc.nat({ max: 5 }), { minLength: 4, maxLength: 20 }),
      size: fc.integer({ min: 1, max: 6 }),
    });
    let most = 0;
    fc.assert(
      fc.property(script, ({ transactions, choices, size }) => {
        const batcher = createBatcher<Schedulable>({
          ...BATCHER_LIMITS,
          batchSizeMin: size,
          batchSizeMax: size,
          lingerMicros: 0,
          inFlightMax: 3,
        });
        const started: Schedulable[] = [];
        const running: Batch<Schedulable>[] = [];
        let arrived = 0;
        for (let tick = 0; tick < 2000 && (started.length < transactions.length || running.length > 0); tick++) {
          const choice = choices[tick % choices.length] ?? 0;
          const next = transactions[arrived];
          if (choice < 3 && next !== undefined) {
            arrived++;
            expect(offerTransaction(batcher, next, tick)).toEqual({ kind: 'accepted' });
            expect(offerTransaction(batcher, next, tick), 'a repetition is not doubled').toEqual({ kind: 'accepted' });
          } else if (choice === 3 && running.length > 0) {
            const [done] = running.splice(choice % running.length, 1);
            finishBatch(batcher, done?.id ?? -1, 0, tick);
          } else {
            const batch = takeBatch(batcher, tick);
            if (batch === null) {
              const [done] = running.splice(0, 1);
              finishBatch(batcher, done?.id ?? -1, 0, tick);
              if (next !== undefined) offerTransaction(batcher, next, tick);
              if (next !== undefined) arrived++;
              continue;
            }
            running.push(batch);
            started.push(...batch.transactions);
            const active = running.flatMap((one) => one.transactions);
            expect(pairsOf(active).some(([one, other]) => collide(one, other))).toBe(false);
            most = Math.max(most, active.length);
          }
        }
        expect(started.map(({ id }) => id).sort()).toEqual(transactions.map(({ id }) => id).sort());
        const order = new Map(started.map(({ id }, position) => [id, position]));
        const placeOf = ({ id }: Schedulable): number => order.get(id) ?? -1;
        const bad = pairsOf(transactions).filter(
          ([one, other]) => collide(one, other) && placeOf(one) >= placeOf(other),
        );
        expect(bad).toEqual([]);
      }),
      { numRuns: 100 },
    );
    expect(most).toBeGreaterThan(3);
  });

  it('wait for company a while, not longer; a full batch does not wait', () => {
    const batcher = createBatcher<Schedulable>({ ...BATCHER_LIMITS, batchSizeMin: 2, lingerMicros: 50 });
    offerTransaction(batcher, writer(1), 100);
    expect([takeBatch(batcher, 149), nextBatchMicros(batcher)]).toEqual([null, 150]);
    expect(takeBatch(batcher, 150)?.transactions).toEqual([writer(1)]);
    offerTransaction(batcher, writer(2), 200);
    offerTransaction(batcher, writer(3), 200);
    expect(takeBatch(batcher, 200)?.transactions).toHaveLength(2);
    expect([takeBatch(batcher, 999), nextBatchMicros(batcher)]).toEqual([null, null]);
  });

  it('never more under way than allowed', () => {
    const batcher = createBatcher<Schedulable>({ ...BATCHER_LIMITS, inFlightMax: 2, lingerMicros: 0 });
    for (let i = 0; i < 5; i++) offerTransaction(batcher, writer(i), 0);
    expect([takeBatch(batcher, 0), takeBatch(batcher, 0)].every((batch) => batch !== null)).toBe(true);
    expect([takeBatch(batcher, 0), nextBatchMicros(batcher)]).toEqual([null, null]);
    finishBatch(batcher, 0, 0, 5);
    expect(takeBatch(batcher, 5)?.id).toBe(2);
  });
});

describe('the size of a batch', () => {
  const { latencyTargetMicros, batchSizeMax } = BATCHER_LIMITS;
  /** Sizes after batches that took so long and lost so many. The queue is always full. */
  function sizesAfter(outcomes: readonly { readonly micros: number; readonly aborted: number }[]): number[] {
    const batcher: Batcher<Schedulable> = createBatcher({ ...BATCHER_LIMITS, queueCountMax: 100_000 });
    let [now, id] = [0, 0];
    return outcomes.map(({ micros, aborted }) => {
      while (batcher.queue.length < batchSizeMax) offerTransaction(batcher, writer(id++), now);
      const batch = takeBatch(batcher, now) as Batch<Schedulable>;
      now += micros;
      finishBatch(batcher, batch.id, Math.min(aborted, batch.transactions.length), now);
      finishBatch(batcher, batch.id, 0, now);
      return batcher.batchSize;
    });
  }
  const good = { micros: 1000, aborted: 0 };

  it('grows by two while commits are quick, is halved when they are slow or abort', () => {
    const slow = { micros: latencyTargetMicros + 1, aborted: 0 };
    expect(sizesAfter([good, good, good, good, slow, good, { micros: 1000, aborted: 2 }])).toEqual([
      3, 5, 7, 9, 4, 6, 3,
    ]);
  });

  it('stays within its limits', () => {
    expect(sizesAfter(Array.from({ length: 80 }, () => good)).at(-1)).toBe(batchSizeMax);
    expect(sizesAfter(Array.from({ length: 5 }, () => ({ micros: 1000, aborted: 1 })))).toEqual([1, 1, 1, 1, 1]);
  });

  it('does not grow while batches are not full', () => {
    const batcher = createBatcher<Schedulable>({ ...BATCHER_LIMITS, batchSizeMin: 8, lingerMicros: 0 });
    offerTransaction(batcher, writer(0), 0);
    finishBatch(batcher, takeBatch(batcher, 0)?.id ?? -1, 0, 10);
    expect(batcher.batchSize).toBe(8);
  });
});

describe('overload', () => {
  it('is refused with a reason and advice, until the queue has drained', () => {
    const limits = { ...BATCHER_LIMITS, queueCountMax: 4, queueResumeCount: 2, lingerMicros: 0 };
    const batcher = createBatcher<Schedulable>(limits);
    const offer = (id: number) => offerTransaction(batcher, writer(id), 0);
    for (let i = 0; i < 4; i++) expect(offer(i).kind).toBe('accepted');
    expect(offer(4)).toEqual({
      kind: 'refused',
      reason: 'overloaded: 4 of 4 transactions wait, new ones again at 2',
      retryAfterMicros: limits.latencyTargetMicros,
    });
    expect(offer(0), 'what waits already was accepted').toEqual({ kind: 'accepted' });
    finishBatch(batcher, takeBatch(batcher, 0)?.id ?? -1, 0, 300);
    expect([batcher.queue.length, offer(4)]).toMatchObject([3, { kind: 'refused', retryAfterMicros: 300 }]);
    takeBatch(batcher, 400);
    expect([batcher.queue.length <= 2, offer(4)]).toEqual([true, { kind: 'accepted' }]);
    expect(structuredClone(batcher)).toEqual(batcher);
  });
});
