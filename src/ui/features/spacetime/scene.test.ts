/** The picture of a real run: what is drawn where, what the pointer meets, what the table says. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openTestnet } from '../../../session/index.ts';
import type { Frame, TraceView } from '../../../session/view.ts';
import { TimeAxis } from './axis.ts';
import { hitAt } from './hit.ts';
import { layoutOf, pointOf, type Scene, sceneOf } from './scene.ts';
import { hitText, rowsOf, summaryOf } from './selectors.ts';

let frame: Frame;
let trace: TraceView;

beforeAll(async () => {
  const testnet = await openTestnet();
  await testnet.load({
    seed: 5,
    protocol: { name: 'svbft', config: { blockTimeMs: 400 } },
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { loss: 0.1 },
    faults: [{ kind: 'crash', target: 'v3', at: 1_000, until: 2_000 }],
  });
  await testnet.runUntil({ ms: 3_000 });
  frame = testnet.frame() as Frame;
  trace = testnet.view();
});

function scene(isDown: boolean, origin = 0, pxPerMs = 0.3): Scene {
  const layout = layoutOf(800, 600, isDown, frame.nodes.length);
  return sceneOf({ frame, trace, layout, axis: new TimeAxis([], pxPerMs, 20), origin, cone: null });
}

describe('a scene', () => {
  it('has a line for every copy in view, from its sender and sending to its receiver and arrival', () => {
    const { lines, step, from, until, layout } = scene(true, 100);
    const { flights } = trace.copiesIn(from, until, 100_000);
    expect(step).toBe(1);
    expect(lines.length).toBe(flights.length);
    expect(lines.length).toBeGreaterThan(100);
    for (const { flight, fromU, toU, fromV, toV } of lines) {
      expect([fromU, toU]).toEqual([layout.lanes[flight.from], layout.lanes[flight.to]]);
      expect(fromV).toBeCloseTo(22 + flight.sentAt * 0.0003 - 100, 6);
      expect(toV).toBeCloseTo(22 + flight.arrivesAt * 0.0003 - 100, 6);
    }
  });

  it('shows a crash as a band that is not alive, and decisions and the fault as marks', () => {
    const { bands, marks, layout } = scene(true);
    const down = bands.filter(({ band }) => !band.alive);
    expect(down.map(({ u }) => u)).toEqual([layout.lanes[3]]);
    // The view ends before the restart.
    expect([down[0]?.fromV, down[0]?.toV]).toEqual([22 + 300, 600]);
    expect(bands.some(({ role }) => role === 'first')).toBe(true);
    expect(bands.some(({ isLeader }) => isLeader)).toBe(true);
    const kinds = new Set(marks.map(({ mark }) => mark.kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['decide', 'fault', 'drop']));
    expect(marks.find(({ mark }) => mark.kind === 'fault')?.lanes).toEqual([layout.lanes[3]]);
    expect(marks.every(({ mark }) => mark.kind !== 'timer' || mark.node < 4)).toBe(true);
  });

  it('leaves out what begins and ends in one fold', () => {
    const layout = layoutOf(800, 600, true, frame.nodes.length);
    const fold = { from: 1_100_000, until: 1_900_000 };
    const folded = sceneOf({ frame, trace, layout, axis: new TimeAxis([fold], 0.3, 20), origin: 0, cone: null });
    expect(folded.folds).toEqual([{ fold, fromV: 22 + 330, toV: 22 + 350 }]);
    const inside = ({ flight }: Scene['lines'][number]) => flight.sentAt >= fold.from && flight.arrivesAt < fold.until;
    expect(scene(true).lines.some(inside)).toBe(true);
    expect(folded.lines.some(inside)).toBe(false);
  });

  it('turns with its axes', () => {
    expect(pointOf(layoutOf(800, 600, true, 4), 3, 5)).toEqual({ x: 3, y: 5 });
    expect(pointOf(layoutOf(800, 600, false, 4), 3, 5)).toEqual({ x: 5, y: 3 });
  });
});

describe('the pointer', () => {
  it('meets a copy in the middle of its line, in both directions of time', () => {
    for (const isDown of [true, false]) {
      const picture = scene(isDown, 0, 8);
      const line = picture.lines.find(({ role, flight }) => role === 'propose' && flight.fate === 'delivered');
      if (line === undefined) throw new Error('no proposal in view');
      const { x, y } = pointOf(picture.layout, (line.fromU + line.toU) / 2, (line.fromV + line.toV) / 2);
      const hit = hitAt(picture, x, y);
      expect(hit?.kind).toBe('copy');
      expect(hit === null ? '' : hitText(frame, hit)).toMatch(
        /^Proposal v\d → v\d, sent \d\.\d{3} s, arrives \d\.\d{3} s, after /,
      );
    }
  });

  it('meets marks before lines, names above the lanes, and nothing in between', () => {
    const picture = scene(true);
    const decision = picture.marks.find(({ mark }) => mark.kind === 'decide');
    const hit = hitAt(picture, decision?.lanes[0] ?? 0, decision?.v ?? 0);
    expect(hit === null ? '' : hitText(frame, hit)).toMatch(/^\d\.\d{3} s v\d decides height 1$/);
    expect(hitAt(picture, picture.layout.lanes[2] ?? 0, 8)).toEqual({ kind: 'node', node: 2 });
    expect(hitAt(scene(true, 1e6), 200, 300)).toBeNull();
  });
});

describe('the table', () => {
  it('says what the picture shows, in order', () => {
    const picture = scene(true);
    const rows = rowsOf(picture, 10_000);
    expect(rows.length).toBe(picture.lines.length + picture.marks.length);
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).sort((a, b) => a - b));
    expect(rows.some(({ text }) => text === 'lost on the way')).toBe(true);
    expect(rows.find(({ kind }) => kind === 'Fault')?.text).toMatch(/^fault: v3 crashes/);
    expect(rows.some(({ kind }) => kind === 'Prepare (first vote)')).toBe(true);
    expect(rowsOf(picture, 5)).toEqual(rows.slice(-5));
  });

  it('is summed up in a sentence', () => {
    expect(summaryOf(scene(true))).toMatch(
      /^0\.000 s to 1\.927 s: \d+ messages, \d+ decisions, \d+ timeouts, \d+ refusals, 1 faults$/,
    );
  });
});
