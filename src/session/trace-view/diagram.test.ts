/** What diagrams read of a trace, against the same worked out from decoded events alone. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeIndexOf } from '../../core/ids.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { EXAMPLE_NETWORK } from '../../kernel/network/example.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import { TraceStore } from '../../kernel/trace/store.ts';
import { appendInWindows, DECLARATION, FAULTS, MadeUpRun, VALIDATORS } from '../../kernel/trace/testing.ts';
import { svbft } from '../../protocols/svbft/index.ts';
import type { ScenarioInput } from '../../scenario/index.ts';
import type { TestnetSession } from '../testnet.ts';
import { loaded, SCENARIO } from '../testing/runs.ts';
import type { TraceView } from '../view.ts';
import { micros } from './brute.ts';
import { StoreTraceView } from './view.ts';

const PARTITIONED: ScenarioInput = {
  ...SCENARIO,
  network: { loss: 0.02, duplicate: 0.02 },
  faults: [
    { kind: 'crash', target: 'v1', at: 2000, until: 3500 },
    {
      kind: 'partition',
      groups: [
        ['v0', 'v1'],
        ['v2', 'v3'],
      ],
      at: 5000,
      until: 6000,
    },
  ],
};

let testnet: TestnetSession;
let view: TraceView;
let events: readonly TraceEvent[];

beforeAll(async () => {
  testnet = await loaded({}, PARTITIONED);
  await testnet.runUntil({ ms: 9_000 });
  view = testnet.view();
  events = view.events(0, view.eventCount);
});

/** Every event's direct causes: the one before it at its node, and for a delivery its sending. */
function causesOf(all: readonly TraceEvent[]): readonly (readonly number[])[] {
  const last = new Map<string, number>();
  const sends = new Map<string, number>();
  return all.map((event) => {
    const causes: number[] = [];
    const before = last.get(event.node);
    if (before !== undefined) causes.push(before);
    last.set(event.node, event.seq);
    if (event.kind === 'send') sends.set(`${event.messageId} ${event.to} ${event.deliverAt}`, event.seq);
    if (event.kind === 'deliver') {
      const send = sends.get(`${event.messageId} ${event.node} ${event.arrivedAt}`);
      expect(send, `the sending of event ${event.seq}`).toBeDefined();
      causes.push(send as number);
    }
    return causes;
  });
}

function closure(start: number, next: (seq: number) => readonly number[]): Set<number> {
  const found = new Set([start]);
  for (const seq of found) for (const other of next(seq)) found.add(other);
  return found;
}

describe('causes and effects', () => {
  it('are those of happened-before, for any event', () => {
    const causes = causesOf(events);
    const effects: number[][] = events.map(() => []);
    causes.forEach((list, seq) => {
      for (const cause of list) effects[cause]?.push(seq);
    });
    let partial = 0;
    fc.assert(
      fc.property(fc.nat(events.length - 1), fc.integer({ min: 7, max: 900 }), (seq, piece) => {
        const cone = view.causality(seq);
        if (cone === null) throw new Error('no cone');
        while (cone.work(piece)) partial++;
        const past = closure(seq, (at) => causes[at] ?? []);
        const future = closure(seq, (at) => effects[at] ?? []);
        const node = (event: TraceEvent) => nodeIndexOf(event.node, { validatorCount: 4, clientCount: 1 }) ?? 0xffff;
        expect(events.filter((event) => cone.isPast(node(event), event.seq)).map((event) => event.seq)).toEqual(
          [...past].sort((a, b) => a - b),
        );
        expect(events.filter((event) => cone.isFuture(node(event), event.seq)).map((event) => event.seq)).toEqual(
          [...future].sort((a, b) => a - b),
        );
        const carriers = new Set(
          [...past].flatMap((at) => (events[at]?.kind === 'deliver' ? [causes[at]?.at(-1)] : [])),
        );
        expect(events.filter((event) => cone.isPastCopy(event.seq)).map((event) => event.seq)).toEqual(
          [...carriers].sort((a, b) => Number(a) - Number(b)),
        );
      }),
      { numRuns: 40, seed: 3 },
    );
    expect(partial).toBeGreaterThan(100);
    expect(events.some((event) => event.kind === 'send' && event.copy === 'release')).toBe(true);
  });

  it('end with the trace, when another history takes it back to before the event', () => {
    const store = new TraceStore({ declaration: DECLARATION, validatorCount: VALIDATORS });
    store.setFaults(FAULTS);
    const cut = viewOver(store);
    const run = new MadeUpRun(7, 140);
    appendInWindows(store, run, [run.end]);
    const seq = store.eventCount - 1;
    const cone = cut.causality(seq);
    if (cone === null) throw new Error('no cone');
    expect(cone.work(5)).toBe(true);
    store.truncate(Math.floor(run.end / 2));
    expect(store.eventCount).toBeLessThan(seq);
    expect(cone.work(500)).toBe(false);
  });

  it('of no event are none', () => {
    expect(view.causality(-1)).toBeNull();
    expect(view.causality(events.length)).toBeNull();
    expect(view.causality(1.5)).toBeNull();
  });
});

describe('copies of a stretch', () => {
  it('are all that were under way in it, each with its sending', () => {
    for (const [from, until] of [
      [0, 500_000],
      [3_000_000, 3_050_000],
      [5_900_000, 6_100_000],
    ] as const) {
      const { flights, sends, step } = view.copiesIn(from, until, 100_000);
      expect(step).toBe(1);
      const expected = new Set<string>();
      for (let at = from; at <= until; at += 500)
        for (const f of view.flights(at)) expected.add(`${f.messageId}>${f.to}`);
      const found = flights.map((f) => `${f.messageId}>${f.to}`);
      expect(found).toEqual(expect.arrayContaining([...expected]));
      for (const flight of flights) expect(flight.sentAt <= until && flight.arrivesAt >= from).toBe(true);
      flights.forEach((flight, index) => {
        expect(events[sends[index] as number]).toMatchObject({ kind: 'send', messageId: flight.messageId });
      });
    }
  });

  it('are thinned to the same ones wherever the stretch begins', () => {
    const all = view.copiesIn(0, 9 * SECOND, 200);
    expect(all.step).toBeGreaterThan(2);
    expect(all.flights.filter(({ fate }) => fate !== 'held').length).toBeLessThanOrEqual(210);
    const ids = new Set(all.sends);
    const moved = view.copiesIn(200_000, 9 * SECOND, 200);
    expect(moved.step).toBe(all.step);
    for (const send of moved.sends) expect(ids.has(send)).toBe(true);
  });
});

describe('bands, marks and quiet stretches', () => {
  it('of a node follow one another and show its states', () => {
    const bands = view.bandsOf(1, 0, 9 * SECOND, 1);
    for (const [index, band] of bands.slice(1).entries()) expect(bands[index]?.until).toBe(band.from);
    expect(bands.some(({ alive }) => !alive)).toBe(true);
    for (const band of bands) {
      const { fields, alive } = view.nodeAt(1, band.from);
      const next = bands[bands.indexOf(band) + 1];
      if (next?.from === band.from) continue;
      expect([band.alive, band.phase, band.height]).toEqual([alive, fields['phase'], fields['height']]);
    }
    const coarse = view.bandsOf(1, 0, 9 * SECOND, 400 * MILLISECOND);
    expect(coarse.length).toBeLessThan(bands.length);
    expect(coarse.at(-1)?.until).toBe(Number.POSITIVE_INFINITY);
  });

  it('list every decision, timeout, refusal and fault', () => {
    const { marks, total } = view.marksIn(0, 9 * SECOND, 10_000);
    const wanted = new Set(['decide', 'timer', 'drop', 'fault', 'heal', 'evidence']);
    expect(marks.map(({ seq, kind }) => `${seq} ${kind}`)).toEqual(
      events.filter(({ kind }) => wanted.has(kind)).map(({ seq, kind }) => `${seq} ${kind}`),
    );
    expect(total).toBe(marks.length);
    expect(marks.find(({ kind }) => kind === 'fault')).toMatchObject({
      targets: [1],
      text: expect.stringMatching(/^v1 crashes/),
    });
    const few = view.marksIn(0, 9 * SECOND, 20);
    expect(few.marks.length).toBeLessThanOrEqual(20);
    expect(few.total).toBe(total);
  });

  it('leave out no vote and no decision when they call a stretch quiet', () => {
    const quiet = view.quietIn(0, 9 * SECOND, 30 * MILLISECOND);
    expect(quiet.length).toBeGreaterThan(5);
    const background = new Set(
      svbft.declaration.messages.filter(({ phase }) => phase === 'sync' || phase === 'client').map(({ type }) => type),
    );
    for (const { from, until } of quiet) {
      const inside = events.filter((event) => micros(event.t) > from && micros(event.t) < until);
      const loud = inside.filter(
        (event) =>
          event.kind === 'decide' || event.kind === 'fault' || (event.kind === 'send' && !background.has(event.type)),
      );
      expect(loud).toEqual([]);
    }
  });
});

describe('candidates', () => {
  it('name the proposer, and who signed what, as far as the playhead goes', () => {
    const [block] = view.blocksAt(9 * SECOND);
    const all = view.candidatesAt(9 * SECOND);
    const candidate = all.find(({ slot, digest }) => slot === 1 && block?.digest.startsWith(digest));
    expect(candidate?.proposal?.messageId).toMatch(/^v\d#\d+$/);
    expect(candidate?.votes.map(({ type }) => svbft.declaration.messages[type]?.type)).toEqual(['prepare', 'commit']);
    for (const { voters, needed, closedAt } of candidate?.votes ?? []) {
      expect(new Set(voters).size).toBe(voters.length);
      expect(voters.length).toBeGreaterThanOrEqual(needed);
      expect(closedAt).not.toBeNull();
    }
    const closed = candidate?.votes[0]?.closedAt ?? 0;
    const before = view.candidatesAt(closed - 1).find(({ slot }) => slot === 1)?.votes[0];
    expect(before?.voters.length).toBeLessThan(before?.needed ?? 0);
    expect(before?.closedAt).toBeNull();
    expect(view.candidatesAt(9 * SECOND, 3).every(({ slot }) => slot >= 3)).toBe(true);
  });
});

describe('after going back', () => {
  it('every index answers as one that never went on', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(1000), (seed, part) => {
        const store = new TraceStore({ declaration: DECLARATION, validatorCount: VALIDATORS });
        store.setFaults(FAULTS);
        const cut = viewOver(store);
        const run = new MadeUpRun(seed, 140);
        const back = Math.floor((part / 1000) * run.end);
        appendInWindows(store, run, [back, 1_000_000]);
        store.truncate(back);
        const late = viewOver(store);
        const look = (from: TraceView) => [
          from.marksIn(0, 1_000_000, 1_000),
          from.quietIn(0, 1_000_000, 1),
          from.candidatesAt(1_000_000),
          from.copiesIn(0, 1_000_000, 1_000),
          [0, 1, 2, 3].map((node) => from.bandsOf(node, 0, 1_000_000, 1)),
        ];
        expect(look(cut)).toEqual(look(late));
      }),
      { numRuns: 60, seed: 9 },
    );
  });
});

function viewOver(store: TraceStore): StoreTraceView {
  const plan: RunPlan = {
    seed: 21,
    protocol: { name: 'svbft', config: {}, mutant: null },
    validators: Array.from({ length: 4 }, () => ({ stake: 1, region: 'local', suite: 'modelled:ml-dsa-65' as const })),
    clientCount: 1,
    network: { ...EXAMPLE_NETWORK, latency: { kind: 'constant', micros: 40 } },
    workload: { ratePerSecond: 0, batchMicros: 200_000, accountCount: 4, initialBalance: 1000 },
    faults: FAULTS,
    submissions: [],
    stop: { height: null, at: null },
  };
  return new StoreTraceView(store, {
    plan,
    protocol: svbft,
    signing: [],
    envelope: async () => null,
    transactions: () => [],
  });
}
