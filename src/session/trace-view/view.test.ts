import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeName } from '../../core/ids.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { BEHAVIOUR_CODES } from '../../kernel/host/traitor.ts';
import { EXAMPLE_NETWORK } from '../../kernel/network/example.ts';
import type { FaultPlan, RunPlan } from '../../kernel/plan.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import { Recorder } from '../../kernel/trace/recorder.ts';
import { TraceStore } from '../../kernel/trace/store.ts';
import { appendInWindows, DECLARATION, FAULTS, MadeUpRun, VALIDATORS } from '../../kernel/trace/testing.ts';
import { svbft } from '../../protocols/svbft/index.ts';
import { type InProcessExecutor, openInProcess } from '../../runtime/inprocess.ts';
import { blocksOf, faultsOf, flightsOf, markersOf, micros, quorumOf, trafficOf } from './brute.ts';
import { nominalFlight } from './nominal.ts';
import { StoreTraceView } from './view.ts';

const timing = { when: null, untilWhen: null } as const;
const RUN_FAULTS: readonly FaultPlan[] = [
  { id: 'f0', ...timing, at: 1_500_000, until: 4_500_000, kind: 'crash', target: 1, disk: 'amnesia' },
  {
    id: 'f1',
    ...timing,
    at: 6_000_000,
    until: 8_000_000,
    kind: 'partition',
    groups: [
      [0, 1],
      [2, 3],
    ],
    oneWay: false,
    cut: 'held',
  },
  {
    id: 'f2',
    ...timing,
    at: 9_000_000,
    until: null,
    kind: 'byzantine',
    target: 2,
    behaviour: 'equivocate',
    peers: null,
    types: null,
  },
  {
    id: 'f3',
    ...timing,
    at: 9_500_000,
    until: null,
    kind: 'byzantine',
    target: 2,
    behaviour: 'corrupt',
    peers: null,
    types: ['prepare'],
  },
];

function planOf(overrides: Partial<RunPlan> = {}): RunPlan {
  return {
    seed: 21,
    protocol: { name: 'svbft', config: {}, mutant: null },
    validators: Array.from({ length: 4 }, () => ({
      stake: 1,
      region: 'eu-west',
      suite: 'modelled:ml-dsa-65' as const,
    })),
    clientCount: 1,
    network: { ...EXAMPLE_NETWORK, lossPpm: 20_000, duplicatePpm: 10_000 },
    workload: { ratePerSecond: 20, batchMicros: 200_000, accountCount: 4, initialBalance: 1000 },
    faults: RUN_FAULTS,
    submissions: [],
    stop: { height: null, at: null },
    ...overrides,
  };
}

const SIGNING = Array.from({ length: 5 }, () => ({ suite: 'modelled:ml-dsa-65', verifyMicros: 200 }));

/** What the score board says of transactions; a test that needs some puts them here. */
const transactions: number[] = [];

function viewOver(store: TraceStore, plan: RunPlan, run: InProcessExecutor | null): StoreTraceView {
  const envelope = (origin: number, sequence: number) => run?.envelope(origin, sequence) ?? Promise.resolve(null);
  return new StoreTraceView(store, {
    plan,
    protocol: svbft,
    signing: SIGNING,
    envelope,
    transactions: () => transactions,
  });
}

/** Advances the run window by window and keeps the trace. */
async function follow(run: InProcessExecutor, store: TraceStore, until: Micros, step: Micros): Promise<void> {
  for (let at = store.horizon; at < until; ) {
    at = Math.min(until, at + step);
    const { horizon } = run.run({ until: at, windows: Infinity, goal: null });
    store.append(await run.takeSegments(), horizon);
  }
}

/** All of the view's answers about a moment, in the words of the brute force. */
function answers(view: StoreTraceView, store: TraceStore, validators: number, at: Micros) {
  const name = (node: number): string => nodeName(node, { validatorCount: validators });
  return {
    flights: view
      .flights(at)
      .map(({ messageId, to, fate }) => `${messageId}>${name(to)} ${fate}`)
      .sort(),
    quorums: Array.from({ length: validators }, (_, node) => {
      const found = view.quorumAt(node, at);
      if (found === null) return null;
      const { type, slot, epoch, digest, voters, closedAt } = found;
      return { type: store.declaration.messages[type]?.type, slot, epoch, digest, voters: voters.map(name), closedAt };
    }),
    blocks: view
      .blocksAt(at)
      .map(
        ({ height, digest, decidedBy }) =>
          `${height} ${digest.slice(0, 16)}: ${decidedBy.map((by) => `${name(by.node)}@${by.at}`).join(' ')}`,
      )
      .sort(),
  };
}

function bruteAnswers(
  events: readonly TraceEvent[],
  store: TraceStore,
  validators: number,
  at: Micros,
  nominal: (from: string, to: string) => Micros,
) {
  return {
    flights: flightsOf(events, at, nominal),
    quorums: Array.from({ length: validators }, (_, node) =>
      quorumOf(events, store.declaration, validators, nodeName(node, { validatorCount: validators }), at),
    ),
    blocks: blocksOf(events, at),
  };
}

describe('over made-up traces', () => {
  const plan = planOf({ faults: FAULTS, network: { ...EXAMPLE_NETWORK, latency: { kind: 'constant', micros: 40 } } });
  const fresh = () => {
    const store = new TraceStore({ declaration: DECLARATION, validatorCount: VALIDATORS });
    store.setFaults(FAULTS);
    return { store, view: viewOver(store, plan, null) };
  };

  it('answers as a recomputation from all events does, in windows, after going back, and attached late', () => {
    const seen = { flights: 0, quorums: 0, blocks: 0, closed: 0 };
    fc.assert(
      fc.property(fc.nat(100_000), fc.array(fc.nat(1000), { maxLength: 6 }), fc.nat(1000), (seed, parts, moment) => {
        const run = new MadeUpRun(seed, 140);
        const cuts = parts.sort((a, b) => a - b).map((part) => Math.floor((part / 1000) * run.end));
        const { store, view } = fresh();
        appendInWindows(store, run, [...cuts, 1_000_000]);
        const back = cuts.at(-1) ?? 0;
        store.truncate(back);
        const at = Math.floor((moment / 1000) * run.end);
        const left = store.events(0, store.eventCount);
        expect(answers(view, store, VALIDATORS, at)).toEqual(bruteAnswers(left, store, VALIDATORS, at, () => 40));
        expect(view.faultsAt(at).map(({ id, sinceMs }) => `${id} ${sinceMs}`)).toEqual(faultsOf(left, at));
        const again = new MadeUpRun(seed, 140);
        again.advance(back);
        appendInWindows(store, again, [1_000_000]);
        const events = store.events(0, store.eventCount);
        expect(events).toEqual(run.events(1_000_000));
        const expected = bruteAnswers(events, store, VALIDATORS, at, () => 40);
        expect(answers(view, store, VALIDATORS, at)).toEqual(expected);
        expect(answers(viewOver(store, plan, null), store, VALIDATORS, at)).toEqual(expected);
        expect(view.markers.filter(({ kind }) => kind !== 'evidence').map(({ kind, at: t }) => `${kind} ${t}`)).toEqual(
          markersOf(events),
        );
        seen.flights += expected.flights.length;
        seen.blocks += expected.blocks.length;
        for (const quorum of expected.quorums)
          if (quorum !== null) seen[quorum.closedAt === null ? 'quorums' : 'closed']++;
      }),
      { numRuns: 80, seed: 1 },
    );
    expect(seen.flights).toBeGreaterThan(200);
    expect(Math.min(seen.quorums, seen.closed, seen.blocks)).toBeGreaterThan(15);
  });

  it('says of a node what its last state record said', () => {
    const { store, view } = fresh();
    const run = new MadeUpRun(8, 400);
    appendInWindows(store, run, [1_000_000]);
    const behaviours = new Set<string | null>();
    for (let at = 0; at < run.end; at += 97) {
      for (let node = 0; node < 5; node++) {
        const states = store
          .events(0, store.eventCount)
          .filter(
            (event) =>
              event.kind === 'state' && event.node === nodeName(node, { validatorCount: 4 }) && micros(event.t) <= at,
          );
        const last = states.at(-1);
        const moment = view.nodeAt(node, at);
        behaviours.add(moment.byzantine);
        if (last?.kind !== 'state') {
          expect(moment).toMatchObject({ alive: false, byzantine: null, fields: { role: null, epoch: null } });
          continue;
        }
        expect(moment.alive).toBe(last.alive);
        expect(moment.fields).toEqual(last.fields);
        const differing = states.findLastIndex(
          (state) => state.kind === 'state' && JSON.stringify(state.fields) !== JSON.stringify(last.fields),
        );
        expect(moment.changedAt).toBe(micros((states[differing + 1] as TraceEvent).t));
      }
    }
    expect(behaviours.has(null)).toBe(true);
    expect(behaviours.size).toBeGreaterThan(3);
    for (const behaviour of behaviours) if (behaviour !== null) expect(BEHAVIOUR_CODES).toContain(behaviour);
  });

  it('dates a field by its last change, not by a crash or a turn', () => {
    const { store, view } = fresh();
    const recorder = new Recorder(1, () => new Uint8Array(32), true);
    const record = (at: Micros, flags: number, height: number): void => {
      recorder.state(at, flags, Int32Array.of(0, 0, height, 0, -1), 5);
    };
    record(10, 1, 0);
    record(20, 0, 0);
    record(30, 1, 7);
    record(40, 3, 7);
    record(50, 1, 7);
    store.append([{ node: 1, words: recorder.takeSegment() as Uint32Array }], 60);
    expect([10, 20, 30, 40, 50].map((at) => view.nodeAt(1, at).changedAt)).toEqual([10, 10, 30, 30, 30]);
    expect(view.nodeAt(1, 45).byzantine).toBe('silent');
    expect(view.nodeAt(1, 9)).toMatchObject({ alive: false, changedAt: 0 });
  });

  it('puts violations among the markers', () => {
    const { store, view } = fresh();
    appendInWindows(store, new MadeUpRun(3, 100), [1_000_000]);
    const before = view.markers;
    expect(view.markers).toBe(before);
    const at = store.timeAt(10);
    view.setViolations([{ name: 'agreement', at, detail: 'two blocks' }]);
    expect(view.markers.length).toBe(before.length + 1);
    const mark = view.markers.find(({ kind }) => kind === 'violation');
    expect(mark).toEqual({ kind: 'violation', at, label: 'agreement violated: two blocks', seq: store.positionAt(at) });
    expect(view.markers.map((marker) => marker.at)).toEqual(
      view.markers.map((marker) => marker.at).sort((a, b) => a - b),
    );
  });
});

describe('over a run', { timeout: 60_000 }, () => {
  const plan = planOf();
  const END = 24 * SECOND;
  const store = new TraceStore({ declaration: svbft.declaration, validatorCount: 4 });
  let run: InProcessExecutor;
  let view: StoreTraceView;
  let events: readonly TraceEvent[];

  beforeAll(async () => {
    run = await openInProcess(plan, { keepWords: true, highlights: 'all' }, () => []);
    store.setFaults(plan.faults);
    view = viewOver(store, plan, run);
    await follow(run, store, END, 73_000);
    events = store.events(0, store.eventCount);
  });

  it('shows a run in which something happened', () => {
    const kinds = new Set(view.markers.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(expect.arrayContaining(['decision', 'fault', 'heal', 'viewChange']));
    expect(view.blocksAt(END).length).toBeGreaterThan(5);
    expect(view.head).toBe(END);
  });

  it('answers as a recomputation from all events does', () => {
    const nominal = nominalFlight(plan);
    for (let at = 50_000; at < END; at += 331_000) {
      const upToThen = events.filter(({ t }) => micros(t) <= at);
      const expected = bruteAnswers(events, store, 4, at, () => nominal(0, 1));
      expect(answers(view, store, 4, at)).toEqual(expected);
      expect(view.positionAt(at + 1)).toBe(upToThen.length);
    }
    expect(view.markers.filter(({ kind }) => kind !== 'evidence').map(({ kind, at }) => `${kind} ${at}`)).toEqual(
      markersOf(events),
    );
  });

  it('knows faults and cuts at every moment', () => {
    expect(view.faultsAt(1_499_999)).toEqual([]);
    expect(view.faultsAt(1_500_000)).toEqual([
      { id: 'f0', kind: 'crash', targets: ['v1'], text: 'v1 crashes (amnesia disk)', sinceMs: 1500 },
    ]);
    expect(view.nodeAt(1, 2_000_000).alive).toBe(false);
    expect(view.quorumAt(1, 2_000_000)).toBeNull();
    expect(view.nodeAt(1, 5_000_000).alive).toBe(true);
    expect(view.cutsAt(5_999_999)).toEqual([]);
    const cuts = view.cutsAt(7_000_000).map(({ from, to }) => `${from}${to}`);
    expect(cuts).toEqual(['02', '03', '12', '13', '20', '21', '30', '31']);
    expect(view.cutsAt(8_000_000)).toEqual([]);
    expect(view.nodeAt(2, 9_200_000).byzantine).toBe('equivocate');
    const held = view.flights(7_999_000).filter(({ fate }) => fate === 'held');
    expect(held.length).toBeGreaterThan(0);
    for (const flight of held)
      expect([flight.arrivesAt, cuts]).toEqual([Infinity, expect.arrayContaining([`${flight.from}${flight.to}`])]);
  });

  it('counts traffic, blocks and latencies by second', () => {
    const samples = view.samples();
    expect(samples.map(({ second }) => second)).toEqual(Array.from({ length: 24 }, (_, second) => second));
    const traffic = trafficOf(events);
    for (const { second, messages, bytes } of samples)
      expect({ messages, bytes }).toEqual(traffic.get(second) ?? { messages: 0, bytes: 0 });
    const heights = new Set(view.blocksAt(END).map(({ height }) => height));
    expect(samples.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(heights.size);
    const proposed = new Map<string, number>();
    for (const event of events)
      if (event.kind === 'send' && event.type === 'proposal' && !proposed.has(event.digest))
        proposed.set(event.digest, event.t);
    const { second } = samples.find(({ latencyP50Ms }) => latencyP50Ms !== null) as (typeof samples)[number];
    const first = events.filter((event) => event.kind === 'decide' && Math.floor(event.t / 1000) === second);
    const latencies = first
      .map((event) => event.t - (proposed.get((event as { digest: string }).digest) as number))
      .sort((a, b) => a - b);
    expect(latencies.length).toBeGreaterThan(2);
    expect(samples[second]?.latencyP50Ms).toBeCloseTo(latencies[Math.ceil(latencies.length / 2) - 1] as number, 6);
  });

  it('counts the transactions of each block in the second of its first decision, as they become known', () => {
    const inAll = () => view.samples().reduce((sum, sample) => sum + sample.transactions, 0);
    expect(inAll()).toBe(0);
    const heights = view.blocksAt(END).length;
    expect(heights).toBeGreaterThan(3);
    // The board's list grows in place.
    transactions.push(17);
    expect(inAll()).toBe(17);
    transactions.push(...Array.from({ length: heights - 1 }, () => 1));
    expect(inAll()).toBe(17 + heights - 1);
    const last = view.blocksAt(END).at(-1);
    const second = Math.floor((last?.decidedBy[0]?.at ?? 0) / SECOND);
    expect(view.samples()[second]?.transactions).toBe(view.samples()[second]?.blocks);
    transactions.length = 0;
    expect(inAll()).toBe(0);
  });

  it('tells all about a message', async () => {
    const proposal = events.find((event) => event.kind === 'send' && event.type === 'proposal');
    if (proposal?.kind !== 'send') throw new Error('no proposal');
    const details = await view.message(proposal.messageId);
    expect(details).toMatchObject({
      id: proposal.messageId,
      from: proposal.node,
      claimedFrom: proposal.node,
      label: 'PROPOSAL',
      slot: 1,
      digest: proposal.digest,
    });
    expect(details?.content).toMatchObject({ type: 'proposal', height: 1 });
    expect(details?.signature).toEqual({ suite: 'modelled:ml-dsa-65', valid: true, verifyMicros: 200 });
    const arrivals = events.filter(
      (event) => event.kind === 'deliver' && event.messageId === proposal.messageId,
    ).length;
    expect(details?.copies.filter(({ fate }) => fate === 'delivered').length).toBe(arrivals);
    expect(await view.message('v0#999999999')).toBeNull();
    expect(await view.message('<b>')).toBeNull();
  });

  it('says of every message what became of each copy, and of forged bytes that the signature was refused', async () => {
    const fates = new Map<string, number>();
    const ids = new Set(events.flatMap((event) => (event.kind === 'send' ? [event.messageId] : [])));
    let invalid = 0;
    for (const id of ids) {
      const details = await view.message(id);
      const sent = events.filter(
        (event) => event.kind === 'send' && event.messageId === id && event.copy !== 'release',
      );
      const count = (fate: string): number => details?.copies.filter((copy) => copy.fate === fate).length ?? 0;
      expect(details?.copies.length).toBe(sent.length);
      expect(count('delivered')).toBe(
        events.filter((event) => event.kind === 'deliver' && event.messageId === id).length,
      );
      expect(count('refused')).toBe(events.filter((event) => event.kind === 'drop' && event.messageId === id).length);
      for (const copy of details?.copies ?? []) fates.set(copy.fate, (fates.get(copy.fate) ?? 0) + 1);
      if (details?.signature.valid === false) invalid++;
    }
    expect([...fates.keys()].sort()).toEqual(expect.arrayContaining(['delivered', 'lost', 'refused']));
    expect(invalid).toBeGreaterThan(0);
  });

  it('follows a held copy from the cut through its release to its delivery', async () => {
    const other = await openInProcess(plan, { keepWords: true, highlights: 'all' }, () => []);
    const growing = new TraceStore({ declaration: svbft.declaration, validatorCount: 4 });
    const live = viewOver(growing, plan, other);
    await follow(other, growing, 7_900_000, 73_000);
    const waiting = live.flights(7_900_000).find(({ fate }) => fate === 'held');
    if (waiting === undefined) throw new Error('nothing is held');
    const fate = async () =>
      (await live.message(waiting.messageId))?.copies.find(
        ({ to }) => to === nodeName(waiting.to, { validatorCount: 4 }),
      );
    expect(await fate()).toEqual({
      to: nodeName(waiting.to, { validatorCount: 4 }),
      arrivesAtMs: null,
      fate: 'held',
      reason: 'partition',
    });
    await follow(other, growing, 8_000_001, 73_000);
    expect(await fate()).toMatchObject({ fate: 'in flight' });
    const arrivesAtMs = (await fate())?.arrivesAtMs as number;
    expect(arrivesAtMs).toBeGreaterThan(8000);
    expect(live.flights(8_000_000)).toContainEqual({
      ...waiting,
      sentAt: 8_000_000,
      arrivesAt: micros(arrivesAtMs),
      fate: 'delivered',
    });
    await follow(other, growing, 9_000_000, 73_000);
    expect(await fate()).toMatchObject({ fate: 'delivered', arrivesAtMs });
  });

  it('goes on from a snapshot as a run that never went back', async () => {
    const other = await openInProcess(plan, { keepWords: true, highlights: 'all' }, () => []);
    const back = new TraceStore({ declaration: svbft.declaration, validatorCount: 4 });
    back.setFaults(plan.faults);
    const again = viewOver(back, plan, other);
    await follow(other, back, 6_600_000, 73_000);
    const snapshot = await other.capture();
    await follow(other, back, 9_700_000, 73_000);
    await other.restore(snapshot);
    back.truncate(6_600_000);
    expect(again.head).toBe(6_600_000);
    await follow(other, back, END, 101_000);
    expect(back.eventCount).toBe(store.eventCount);
    expect(back.events(0, back.eventCount)).toEqual(events);
    expect(again.samples()).toEqual(viewOver(store, plan, run).samples());
    expect(again.markers).toEqual(view.markers);
    for (let at = 6_000_000; at < END; at += 917_000)
      expect(answers(again, back, 4, at)).toEqual(answers(view, store, 4, at));
    expect(await other.fingerprint()).toBe(await run.fingerprint());
  });
});
