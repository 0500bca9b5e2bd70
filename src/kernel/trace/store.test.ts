import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../core/assert.ts';
import { ENVIRONMENT } from '../../core/ids.ts';
import type { TraceEventKind } from './events.ts';
import { exportTrace, importTrace } from './file.ts';
import { jsonLines, queryTrace, toJsonLines } from './query.ts';
import { Recorder } from './recorder.ts';
import { RECORD } from './records.ts';
import { TraceStore } from './store.ts';
import { appendInWindows, DECLARATION, FAULTS, MadeUpRun, VALIDATORS } from './testing.ts';

const OPTIONS = { declaration: DECLARATION, validatorCount: VALIDATORS };
const LONG_AFTER = 1_000_000;

function emptyStore(): TraceStore {
  const store = new TraceStore(OPTIONS);
  store.setFaults(FAULTS);
  return store;
}

/** Everything at once. */
function wholeStore(seed: number, steps: number): TraceStore {
  const store = emptyStore();
  appendInWindows(store, new MadeUpRun(seed, steps), [LONG_AFTER]);
  return store;
}

/** Seed, number of steps, and ascending fractions of the run at which windows end. */
const runs = fc.record({
  seed: fc.nat(1_000_000),
  steps: fc.integer({ min: 1, max: 150 }),
  fractions: fc
    .array(fc.nat(1000), { maxLength: 12 })
    .map((list) => list.sort((a, b) => a - b).map((part) => part / 1000)),
});

function cutsOf(run: MadeUpRun, fractions: readonly number[]): number[] {
  return fractions.map((fraction) => Math.floor(fraction * run.end));
}

describe('a trace store', () => {
  it('decodes what was recorded, in the order (time, environment first, node, position in the stream)', () => {
    const kinds = new Map<TraceEventKind, number>();
    fc.assert(
      fc.property(runs, ({ seed, steps }) => {
        const run = new MadeUpRun(seed, steps);
        const store = emptyStore();
        appendInWindows(store, run, [LONG_AFTER]);
        const events = store.events(0, store.eventCount);
        expect(events).toEqual(run.events(LONG_AFTER));
        for (const { kind } of events) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      }),
      { numRuns: 60, seed: 1 },
    );
    const all = ['decide', 'deliver', 'drop', 'evidence', 'fault', 'heal', 'note', 'send', 'state', 'timer'];
    expect([...kinds.keys()].sort()).toEqual(all);
    expect(Math.min(...kinds.values())).toBeGreaterThan(20);
  });

  it('gives the same events and positions however the run is cut into windows', () => {
    let waited = 0;
    fc.assert(
      fc.property(runs, ({ seed, steps, fractions }) => {
        const run = new MadeUpRun(seed, steps);
        const store = emptyStore();
        for (const cut of cutsOf(run, fractions)) {
          store.append(run.advance(cut), cut);
          waited += store.heldBack.length;
          expect(store.events(0, store.eventCount)).toEqual(run.events(cut));
          expect(store.horizon).toBe(cut);
        }
        store.append(run.advance(LONG_AFTER), LONG_AFTER);
        expect(store.events(0, store.eventCount)).toEqual(wholeStore(seed, steps).events(0, Infinity));
        expect(store.heldBack).toEqual([]);
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(waited).toBeGreaterThan(500);
  });

  it('continues from a barrier it went back to as if it had never gone on', () => {
    let returned = 0;
    fc.assert(
      fc.property(runs, fc.nat(), ({ seed, steps, fractions }, pick) => {
        const cuts = [...cutsOf(new MadeUpRun(seed, steps), fractions), LONG_AFTER];
        const back = cuts[pick % cuts.length] as number;
        const store = emptyStore();
        appendInWindows(store, new MadeUpRun(seed, steps), cuts);
        const eventsBefore = store.eventCount;
        store.truncate(back);
        returned += eventsBefore - store.eventCount;
        // What a host restored at the barrier would record: the same as the first time, from the barrier on.
        const again = new MadeUpRun(seed, steps);
        again.advance(back);
        expect(store.events(0, store.eventCount)).toEqual(again.events(back));
        appendInWindows(store, again, [...cuts.filter((cut) => cut > back), LONG_AFTER]);
        const never = emptyStore();
        appendInWindows(never, new MadeUpRun(seed, steps), [...cuts, LONG_AFTER]);
        expect(store.events(0, store.eventCount)).toEqual(never.events(0, never.eventCount));
        expect(store.texts()).toEqual(never.texts());
        expect(exportTrace(store)).toEqual(exportTrace(never));
      }),
      { numRuns: 80, seed: 1 },
    );
    expect(returned).toBeGreaterThan(500);
  });

  it('tells barriers of one moment apart', () => {
    const recorder = new Recorder(0, () => new Uint8Array(32), true);
    const store = emptyStore();
    const append = (text: string): void => {
      recorder.note(10, text);
      store.append([{ node: 0, words: recorder.takeSegment() as Uint32Array }], 10);
    };
    append('first');
    const { barrier } = store;
    append('second');
    store.truncate(10);
    expect(store.heldBack.length).toBe(2);
    store.truncate(10, barrier);
    store.append([], 20);
    expect(store.events(0, 9)).toMatchObject([{ kind: 'note', text: 'first' }]);
    store.truncate(10, barrier);
    store.append([], 20);
    expect(store.events(0, 9)).toMatchObject([{ kind: 'note', text: 'first' }]);
    expect(() => store.truncate(11, barrier)).toThrow(InvariantError);
  });

  it('shows exactly what came before a moment that is no barrier', () => {
    fc.assert(
      fc.property(runs, fc.nat(1000), ({ seed, steps, fractions }, part) => {
        const run = new MadeUpRun(seed, steps);
        const back = Math.floor((part / 1000) * run.end) + 1;
        const store = emptyStore();
        appendInWindows(store, run, [...cutsOf(run, fractions).filter((cut) => cut !== back), LONG_AFTER]);
        store.truncate(back);
        expect(store.events(0, store.eventCount)).toEqual(run.events(back));
        expect(store.heldBack).toEqual([]);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('finds positions by time', () => {
    const store = wholeStore(5, 150);
    const times = store.events(0, store.eventCount).map(({ t }) => Math.round(t * 1000));
    for (let at = -1; at <= (times.at(-1) ?? 0) + 1; at++) {
      const position = times.findIndex((t) => t >= at);
      expect(store.positionAt(at)).toBe(position < 0 ? times.length : position);
    }
    expect(times.length).toBeGreaterThan(100);
  });

  it('keeps times beyond 32 bits and fills chunk after chunk', () => {
    const recorder = new Recorder(0, () => new Uint8Array(32), true);
    const far = 2 ** 40;
    const store = emptyStore();
    for (let i = 0; i < 40_000; i++) recorder.copy(far + 2 * i, 1, i, 0, far + 2 * i + 1);
    recorder.note(far + 90_000, 'end');
    store.append([{ node: 0, words: recorder.takeSegment() as Uint32Array }], far + 100_000);
    expect(store.eventCount).toBe(40_001);
    expect(store.event(31_234)).toMatchObject({
      seq: 31_234,
      t: (far + 62_468) / 1000,
      messageId: 'v0#31234',
      type: '',
    });
    expect(store.event(40_000)).toMatchObject({ kind: 'note', text: 'end' });
    let visited = 0;
    store.forEachRecord(({ seq }) => expect(seq).toBe(visited++));
    expect(visited).toBe(40_001);
    store.truncate(far + 20_000);
    expect(store.eventCount).toBe(10_000);
    expect(store.sizeBytes).toBeLessThan(10_000 * 60 + 300_000);
  });

  it('writes over what it cut away, whatever the lengths of the records', () => {
    const recorder = new Recorder(0, () => new Uint8Array(32), true);
    const store = emptyStore();
    for (let i = 0; i < 20_000; i++) recorder.note(i, 'four words');
    store.append([{ node: 0, words: recorder.takeSegment() as Uint32Array }], 20_000);
    store.truncate(5);
    for (let i = 0; i < 20_000; i++) recorder.copy(5 + i, 1, i, 0, 6 + i);
    store.append([{ node: 0, words: recorder.takeSegment() as Uint32Array }], 30_000);
    const kinds: number[] = [];
    store.forEachRecord(({ kind }) => kinds.push(kind));
    expect(kinds.length).toBe(20_005);
    expect(new Set(kinds.slice(5))).toEqual(new Set([RECORD.copy]));
  });

  it('forgets the messages it cut away', () => {
    const recorder = new Recorder(2, () => new Uint8Array(32), true);
    const store = emptyStore();
    for (let i = 0; i < 9000; i++) recorder.message(10 * i, 2, i, 0, 1, 0, 0, 0, 100 + i, 0, 0);
    store.append([{ node: 2, words: recorder.takeSegment() as Uint32Array }], 90_000);
    store.truncate(50_000);
    expect(store.message(2, 4999)).toMatchObject({
      origin: 2,
      sequence: 4999,
      sentAt: 49_990,
      bytes: 5099,
      digest: '',
    });
    for (const sequence of [5000, 5001, 8999, 9000]) expect(store.message(2, sequence)).toBeNull();
    expect(store.message(3, 0)).toBeNull();
  });

  it('starts over when cleared', () => {
    const store = wholeStore(1, 100);
    store.clear();
    expect([store.eventCount, store.horizon, store.texts().size]).toEqual([0, 0, 0]);
    const run = new MadeUpRun(2, 100);
    appendInWindows(store, run, [50, LONG_AFTER]);
    expect(store.events(0, store.eventCount)).toEqual(run.events(LONG_AFTER));
  });

  it('knows the texts it was seeded with when a trace begins in the middle', () => {
    const recorder = new Recorder(0, () => new Uint8Array(32), true);
    recorder.note(1, 'before');
    recorder.takeSegment();
    const store = emptyStore();
    store.seedTexts(0, recorder.snapshot().texts);
    recorder.note(7, 'before');
    recorder.deliver(8, 3, 99, 2);
    store.append([{ node: 0, words: recorder.takeSegment() as Uint32Array }], 10);
    expect(store.event(0)).toMatchObject({ kind: 'note', text: 'before' });
    expect(store.event(1)).toMatchObject({ kind: 'deliver', messageId: 'v3#99', type: '', arrivedAt: 0.006 });
  });

  it('refuses records that come too late or are cut, as bugs of ours', () => {
    const recorder = new Recorder(ENVIRONMENT, () => new Uint8Array(32), true);
    recorder.note(5, 'late');
    const words = recorder.takeSegment() as Uint32Array;
    const store = emptyStore();
    store.append([], 10);
    expect(() => store.append([{ node: ENVIRONMENT, words }], 20)).toThrow(InvariantError);
    expect(() => emptyStore().append([{ node: 0, words: words.subarray(0, words.length - 1) }], 20)).toThrow(
      InvariantError,
    );
  });
});

describe('searching', () => {
  const queries = fc.record(
    {
      fromMicros: fc.nat(2000),
      toMicros: fc.nat(4000),
      kinds: fc.subarray<TraceEventKind>(['send', 'deliver', 'state', 'fault', 'note']),
      nodes: fc.subarray(['v0', 'v3', 'c0', 'world', 'v9']),
      limit: fc.nat(40),
    },
    { requiredKeys: [] },
  );

  it('gives what a filter over all events gives', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.nat(1000), queries, (seed, query) => {
        const store = wholeStore(seed, 150);
        const from = query.fromMicros ?? 0;
        const to = query.toMicros ?? Infinity;
        const expected = store
          .events(0, store.eventCount)
          .filter(({ t }) => Math.round(t * 1000) >= from && Math.round(t * 1000) < to)
          .filter(({ kind }) => query.kinds?.includes(kind) ?? true)
          .filter(({ node }) => query.nodes?.includes(node) ?? true)
          .slice(0, query.limit ?? Infinity);
        expect(queryTrace(store, query)).toEqual(expected);
        found += expected.length;
      }),
      { numRuns: 60, seed: 1 },
    );
    expect(found).toBeGreaterThan(100);
  });
});

describe('a trace outside', () => {
  it('is one JSON object a line, which reads back as the same events', () => {
    const store = wholeStore(11, 900);
    expect(store.eventCount).toBeGreaterThan(1024);
    const text = toJsonLines(store);
    expect(text.endsWith('\n')).toBe(true);
    const lines = text
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual(store.events(0, store.eventCount));
    expect([...jsonLines(store)].length).toBeGreaterThan(1);
    expect(toJsonLines(store, 3, 5)).toBe(
      store
        .events(3, 5)
        .map((event) => `${JSON.stringify(event)}\n`)
        .join(''),
    );
    expect(toJsonLines(store, 5, 5)).toBe('');
  });

  it('survives the way through bytes, what waits included, and continues', () => {
    fc.assert(
      fc.property(runs, ({ seed, steps, fractions }) => {
        const run = new MadeUpRun(seed, steps);
        const cuts = cutsOf(run, fractions);
        const store = emptyStore();
        appendInWindows(store, run, cuts);
        const bytes = exportTrace(store);
        const shifted = new Uint8Array(bytes.length + 1);
        shifted.set(bytes, 1);
        const result = importTrace(shifted.subarray(1), OPTIONS);
        if (!result.ok) throw new Error(JSON.stringify(result.problem));
        result.store.setFaults(FAULTS);
        expect(result.store.events(0, Infinity)).toEqual(store.events(0, Infinity));
        expect(exportTrace(result.store)).toEqual(bytes);
        result.store.append(run.advance(LONG_AFTER), LONG_AFTER);
        expect(result.store.events(0, Infinity)).toEqual(run.events(LONG_AFTER));
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('is refused when damaged, with a problem and never an exception', () => {
    const bytes = exportTrace(wholeStore(3, 100));
    const problems = new Set<string>();
    const refused = (damaged: Uint8Array): void => {
      const result = importTrace(damaged, OPTIONS);
      expect(result.ok).toBe(false);
      if (!result.ok) problems.add(result.problem.path.replace(/\d+/, 'i'));
    };
    for (let length = 0; length < bytes.length; length += 61) refused(bytes.subarray(0, length));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] as number) ^ change;
        refused(damaged);
      }),
      { numRuns: 300, seed: 1 },
    );
    expect([...problems].sort()).toEqual(expect.arrayContaining(['', 'checksum', 'magic']));
  });

  it('is refused when whole but wrong: the checksum is no proof', () => {
    const bytes = exportTrace(wholeStore(3, 60));
    const paths = new Set<string>();
    fc.assert(
      fc.property(fc.integer({ min: 3, max: bytes.length / 4 - 1 }), fc.nat(0xffffffff), (word, value) => {
        const forged = bytes.slice();
        const view = new DataView(forged.buffer);
        view.setUint32(4 * word, value, true);
        let hash = 0x811c9dc5;
        for (let i = 3; i < forged.length / 4; i++) hash = Math.imul(hash ^ view.getUint32(4 * i, true), 0x01000193);
        view.setUint32(8, hash >>> 0, true);
        const result = importTrace(forged, OPTIONS);
        if (result.ok) JSON.stringify(result.store.events(0, Infinity));
        else paths.add(result.problem.path.replace(/\d+/, 'i'));
      }),
      { numRuns: 600, seed: 1 },
    );
    expect([...paths]).toContain('streams[i]');
  });
});
