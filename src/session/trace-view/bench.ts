/**
 * What the reading side of the trace costs, over a synthetic run recorded by real recorders: every 400 ms a height with a
 * proposal and two rounds of votes.
 */
import { draw, PURPOSE, scale, streamKey } from '../../core/prng.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import type { Segment } from '../../kernel/group.ts';
import { Recorder } from '../../kernel/trace/recorder.ts';
import { exportTrace } from '../../kernel/trace/file.ts';
import { TraceStore } from '../../kernel/trace/store.ts';
import { svbft } from '../../protocols/svbft/index.ts';
import { StoreTraceView } from './view.ts';
import { EXAMPLE_NETWORK } from '../../kernel/network/example.ts';
import type { RunPlan } from '../../kernel/plan.ts';

const WINDOW = 50 * MILLISECOND;
const HEIGHT_EVERY = 400 * MILLISECOND;
const FIELDS = svbft.declaration.fields.length;

/** A figure with its unit. */
export interface TraceFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

function planOf(validators: number): RunPlan {
  return {
    seed: 1,
    protocol: { name: 'svbft', config: {}, mutant: null },
    validators: Array.from({ length: validators }, () => ({
      stake: 1,
      region: 'local',
      suite: 'modelled:ml-dsa-65' as const,
    })),
    clientCount: 0,
    network: EXAMPLE_NETWORK,
    workload: { ratePerSecond: 0, batchMicros: 1000, accountCount: 1, initialBalance: 0 },
    faults: [],
    submissions: [],
    stop: { height: null, at: null },
  };
}

interface Delivery {
  readonly at: number;
  readonly to: number;
  readonly origin: number;
  readonly sequence: number;
}

interface Window {
  readonly segments: Segment[];
  readonly horizon: number;
}

/** Recorders of all validators and the copies between them. */
class Synthesis {
  readonly #recorders: readonly Recorder[];
  readonly #sequences: number[];
  readonly #key = streamKey(1, PURPOSE.latency);
  #draws = 0;
  #pending: Delivery[] = [];

  constructor(validators: number) {
    this.#recorders = Array.from(
      { length: validators },
      (_, node) => new Recorder(node, () => new Uint8Array(32), true),
    );
    this.#sequences = this.#recorders.map(() => 0);
  }

  window(start: number): Window {
    this.#receive(start + WINDOW);
    const phase = (start % HEIGHT_EVERY) / WINDOW;
    const slot = Math.floor(start / HEIGHT_EVERY) + 1;
    const end = start + WINDOW - 1;
    if (phase === 0) this.#send(end, slot % this.#recorders.length, 0, slot);
    this.#recorders.forEach((recorder, node) => {
      if (phase === 2 || phase === 4) {
        this.#send(end, node, phase / 2, slot);
        recorder.state(end, 1, new Int32Array(FIELDS).fill(phase), FIELDS);
      }
      if (phase === 7) recorder.decide(end, slot, 0, slot.toString(16).padStart(64, '0'));
    });
    const segments = this.#recorders.flatMap((recorder) => {
      const words = recorder.takeSegment();
      return words === null ? [] : [{ node: recorder.node, words }];
    });
    return { segments, horizon: start + WINDOW };
  }

  #receive(until: number): void {
    const due = this.#pending.filter(({ at }) => at < until).sort((a, b) => a.at - b.at);
    this.#pending = this.#pending.filter(({ at }) => at >= until);
    for (const { at, to, origin, sequence } of due) this.#recorders[to]?.deliver(at, origin, sequence, 200);
  }

  #send(at: number, from: number, type: number, slot: number): void {
    const recorder = this.#recorders[from] as Recorder;
    const sequence = this.#sequences[from] as number;
    this.#sequences[from] = sequence + 1;
    recorder.message(at, from, sequence, type, slot, 0, slot + 1, 7, 3400, 1, 2);
    for (let to = 0; to < this.#recorders.length; to++) {
      if (to === from) continue;
      const arrivesAt = at + 20_000 + scale(draw(this.#key, this.#draws++), 60_000);
      recorder.copy(at, to, sequence, 0, arrivesAt);
      this.#pending.push({ at: arrivesAt, to, origin: from, sequence });
    }
  }
}

/** What the page asks for one frame at one moment. */
function look(view: StoreTraceView, validators: number, at: number): number {
  let seen = view.flights(at).length + view.blocksAt(at).length + view.faultsAt(at).length + view.cutsAt(at).length;
  for (let node = 0; node < validators; node++) {
    view.nodeAt(node, at);
    seen += view.quorumAt(node, at)?.voters.length ?? 0;
  }
  const position = view.positionAt(at);
  return seen + view.events(position - 100, position + 100).length + view.markers.length + view.samples().length;
}

/** What the space-time diagram asks for one picture of two seconds, and the chain view at the same moment. */
function lookAtDiagram(view: StoreTraceView, validators: number, at: number): number {
  const from = Math.max(0, at - 2 * SECOND);
  let seen = view.copiesIn(from, at, 2_400).flights.length + view.marksIn(from, at, 1_500).marks.length;
  for (let node = 0; node < validators; node++) seen += view.bandsOf(node, from, at, 2 * MILLISECOND).length;
  return seen + view.candidatesAt(at, Math.floor(at / HEIGHT_EVERY) - 60).length;
}

const LOOKS = 300;

/** Figures for so many validators and virtual seconds. `now` gives ms of a steady clock. */
export function traceFigures(now: () => number, validators: number, seconds: number): TraceFigure[] {
  const timed = (work: () => void): number => {
    const before = now();
    work();
    return now() - before;
  };
  const synthesis = new Synthesis(validators);
  const windows = Array.from({ length: (seconds * SECOND) / WINDOW }, (_, i) => synthesis.window(i * WINDOW));
  const plan = planOf(validators);
  const bare = new TraceStore({ declaration: svbft.declaration, validatorCount: validators });
  const bareMs = timed(() => {
    for (const { segments, horizon } of windows) bare.append(segments, horizon);
  });
  const store = new TraceStore({ declaration: svbft.declaration, validatorCount: validators });
  const view = new StoreTraceView(store, {
    plan,
    protocol: svbft,
    signing: [],
    envelope: () => Promise.resolve(null),
    transactions: () => [],
  });
  const viewMs = timed(() => {
    for (const { segments, horizon } of windows) store.append(segments, horizon);
  });
  const key = streamKey(2, PURPOSE.latency);
  const times = Array.from({ length: LOOKS }, (_, i) => {
    const at = scale(draw(key, i), seconds * SECOND);
    return timed(() => look(view, validators, at));
  }).sort((a, b) => a - b);
  const diagrams = Array.from({ length: LOOKS }, (_, i) => {
    const at = scale(draw(key, LOOKS + i), seconds * SECOND);
    return timed(() => lookAtDiagram(view, validators, at));
  }).sort((a, b) => a - b);
  const foldsMs = timed(() => view.quietIn(0, seconds * SECOND, 120 * MILLISECOND));
  const cone = view.causality(Math.floor(store.eventCount / 2));
  const coneMs = timed(() => cone?.work(3_000));
  const name = (what: string): string => `trace, ${validators} validators, ${seconds} s: ${what}`;
  const { eventCount, sizeBytes } = store;
  const exportMs = timed(() => exportTrace(store));
  return [
    { name: name('events'), value: eventCount, unit: '' },
    { name: name('append'), value: (1000 * eventCount) / bareMs, unit: '1/s' },
    { name: name('append with the view'), value: (1000 * eventCount) / viewMs, unit: '1/s' },
    { name: name('store'), value: sizeBytes / eventCount, unit: 'bytes an event' },
    { name: name('store and view'), value: (sizeBytes + view.sizeBytes) / eventCount, unit: 'bytes an event' },
    { name: name('one look, median'), value: times[LOOKS / 2] as number, unit: 'ms' },
    { name: name('one look, slowest'), value: times[LOOKS - 1] as number, unit: 'ms' },
    { name: name('one diagram, median'), value: diagrams[LOOKS / 2] as number, unit: 'ms' },
    { name: name('one diagram, slowest'), value: diagrams[LOOKS - 1] as number, unit: 'ms' },
    { name: name('quiet stretches'), value: foldsMs, unit: 'ms' },
    { name: name('causes and effects, 3,000 events each way'), value: coneMs, unit: 'ms' },
    { name: name('export'), value: exportMs, unit: 'ms' },
    {
      name: name('back to three quarters'),
      value: timed(() => store.truncate(Math.floor((seconds * 3) / 4) * SECOND)),
      unit: 'ms',
    },
  ];
}
