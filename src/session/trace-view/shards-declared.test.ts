/** Shards of a protocol that nobody has heard of: what is known of them follows from its declaration alone. */
import { describe, expect, it } from 'vitest';
import { Recorder } from '../../kernel/trace/recorder.ts';
import { TraceStore } from '../../kernel/trace/store.ts';
import { DECLARATION } from '../../kernel/trace/testing.ts';
import type { TransactionsDeclaration } from '../../protocols/crossing.ts';
import type { ShardShape } from './crossing.ts';
import { ShardIndex } from './shards.ts';

const TRANSACTIONS: TransactionsDeclaration = {
  messages: [],
  steps: [
    { step: 'call', by: 'coordinator', means: 'begin', label: 'calls' },
    { step: 'vow', by: 'participant', means: 'promise', label: 'vows' },
    { step: 'seal', by: 'coordinator', means: 'decide', outcome: 'commit', label: 'seals' },
    { step: 'did', by: 'participant', means: 'end', outcome: 'commit', label: 'did it' },
    { step: 'left', by: 'participant', means: 'end', outcome: 'abort', label: 'left it' },
  ],
  crashes: [],
  policies: () => ({ locks: '', doubt: '' }),
};

const hash = (bytes: Uint8Array): Uint8Array => bytes.slice(0, 32);

/** A trace in which each recorder of `marks` says what it is given, at the given time. */
function indexOf(
  shape: ShardShape,
  marks: readonly (readonly [at: number, node: number, mark: (recorder: Recorder, at: number) => void])[],
): { readonly index: ShardIndex; readonly store: TraceStore } {
  const validatorCount = shape.count * shape.validatorsPerShard;
  const recorders = Array.from({ length: validatorCount }, (_, node) => new Recorder(node, hash, true));
  for (const [at, node, mark] of marks) mark(recorders[node] as Recorder, at);
  const store = new TraceStore({ declaration: { ...DECLARATION, transactions: TRANSACTIONS }, validatorCount });
  const index = new ShardIndex(store, shape);
  store.attach(index);
  const segments = recorders.flatMap((recorder, node) => {
    const words = recorder.takeSegment();
    return words === null ? [] : [{ node, words }];
  });
  store.append(segments, 1_000);
  return { index, store };
}

const step = (transaction: number, word: string) => (recorder: Recorder, at: number) =>
  recorder.transaction(at, 'commit2pc', transaction, word);
const lock = (transaction: number, account: string) => (recorder: Recorder, at: number) =>
  recorder.transaction(at, 'lock', transaction, account);
const unlock = (transaction: number, account: string) => (recorder: Recorder, at: number) =>
  recorder.transaction(at, 'unlock', transaction, account);

describe('a made-up protocol', () => {
  const { index } = indexOf({ count: 2, validatorsPerShard: 1 }, [
    [10, 0, step(1, 'call')],
    [20, 1, lock(1, 'x')],
    [20, 1, step(1, 'vow')],
    [25, 1, (recorder, at) => recorder.wait(at, 2, 'x', 1)],
    [30, 0, step(1, 'seal')],
    [40, 1, unlock(1, 'x')],
    [40, 1, step(1, 'did')],
    [50, 1, step(2, 'left')],
    [60, 0, step(3, 'a word that is not declared')],
  ]);

  it('its own words mean what it says they mean', () => {
    expect(index.at(27)).toMatchObject({
      locks: [{ shard: 1, account: 'x', transaction: 1, since: 20 }],
      waits: [{ shard: 1, account: 'x', transaction: 2, blockers: [1], since: 25 }],
      open: [{ transaction: 1, coordinator: 0, decided: null, parts: [{ shard: 1, stage: 'promised' }] }, {}],
    });
    expect(index.at(35).open[0]?.decided).toEqual({ outcome: 'commit', at: 30 });
  });

  it('at the end nothing is open; what it waited is counted; undeclared words are no steps', () => {
    const { locks, waits, open, totals } = index.at(100);
    expect([locks, waits, open]).toEqual([[], [], []]);
    expect(totals[1]).toEqual({
      coordinated: 0,
      committed: 1,
      aborted: 1,
      decided: 0,
      crossing: 1,
      waits: 1,
      waitedMicros: 25,
    });
    expect(index.stepsOf(3)).toEqual([]);
    expect(index.stepsOf(1).map((entry) => entry.step?.label ?? entry.kind)).toEqual([
      'calls',
      'lock',
      'vows',
      'seals',
      'unlock',
      'did it',
    ]);
  });
});

describe('a shard of several validators', () => {
  it('does once what each of its validators shows', () => {
    const replicas = [0, 1, 2];
    const { index } = indexOf({ count: 1, validatorsPerShard: 3 }, [
      ...replicas.map((node) => [10 + node, node, step(1, 'call')] as const),
      ...replicas.map((node) => [20 + node, node, lock(1, 'x')] as const),
      ...replicas.map((node) => [20 + node, node, step(1, 'vow')] as const),
      ...replicas.map((node) => [30 + 10 * node, node, unlock(1, 'x')] as const),
      ...replicas.map((node) => [30 + 10 * node, node, step(1, 'did')] as const),
    ]);
    expect(index.at(25).locks).toEqual([{ shard: 0, account: 'x', transaction: 1, since: 20 }]);
    // The first to be done speaks for the shard; a slow one does not lock it again.
    expect(index.at(35).locks).toEqual([]);
    expect(index.at(100).totals[0]).toMatchObject({ coordinated: 1, committed: 1 });
  });
});

it('a shard of four is down once two of them are', () => {
  const fields = Int32Array.of(0);
  const turn = (alive: number) => (recorder: Recorder, at: number) => recorder.state(at, alive, fields, 1);
  const { index } = indexOf({ count: 2, validatorsPerShard: 4 }, [
    [10, 4, turn(0)],
    [20, 6, turn(0)],
    [25, 7, turn(0)],
    [30, 4, turn(1)],
    [40, 6, turn(1)],
  ]);
  expect([15, 22, 27, 35, 45].map((at) => index.at(at).down)).toEqual([
    [],
    [{ shard: 1, since: 20 }],
    [{ shard: 1, since: 20 }],
    [{ shard: 1, since: 25 }],
    [],
  ]);
});

describe('a shard of one node that crashes', () => {
  const alive = Int32Array.of(0);
  const shape = { count: 2, validatorsPerShard: 1 };
  const up = (recorder: Recorder, at: number): void => recorder.state(at, 1, alive, 1);
  const down = (recorder: Recorder, at: number): void => recorder.state(at, 0, alive, 1);

  it('forgets who waited and who had not promised; what it shows again it has held all the time', () => {
    const { index } = indexOf(shape, [
      [5, 1, up],
      [10, 1, lock(1, 'x')],
      [10, 1, step(1, 'vow')],
      [11, 1, lock(2, 'y')],
      [12, 1, (recorder, at) => recorder.wait(at, 3, 'x', 1)],
      [20, 1, down],
      [40, 1, up],
      [41, 1, lock(1, 'x')],
    ]);
    expect(index.at(15).locks.map(({ account }) => account)).toEqual(['x', 'y']);
    expect(index.at(30)).toMatchObject({ locks: [{ account: 'x', transaction: 1, since: 10 }], waits: [] });
    expect(index.at(30).down).toEqual([{ shard: 1, since: 20 }]);
    expect(index.at(50).down).toEqual([]);
    expect(index.at(50).locks).toEqual([{ shard: 1, account: 'x', transaction: 1, since: 10 }]);
  });

  it('what it does not show again is gone with its disk', () => {
    const { index } = indexOf(shape, [
      [5, 1, up],
      [10, 1, lock(1, 'x')],
      [10, 1, step(1, 'vow')],
      [20, 1, down],
      [40, 1, up],
    ]);
    expect(index.at(30).locks).toHaveLength(1);
    expect(index.at(50).locks).toEqual([]);
  });
});

it('where nothing is declared nothing is kept', () => {
  const store = new TraceStore({ declaration: DECLARATION, validatorCount: 2 });
  const index = new ShardIndex(store, { count: 2, validatorsPerShard: 1 });
  store.attach(index);
  const recorder = new Recorder(0, hash, true);
  lock(1, 'x')(recorder, 10);
  store.append([{ node: 0, words: recorder.takeSegment() as Uint32Array }], 100);
  expect(index.shape).toBeNull();
  expect(index.at(50)).toEqual({ locks: [], waits: [], open: [], totals: [], down: [] });
});
