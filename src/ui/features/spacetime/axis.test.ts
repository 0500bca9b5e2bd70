import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Marker } from '../../../session/view.ts';
import { foldsOf, roundStep, TimeAxis } from './axis.ts';
import { originOf, panned, showing, zoomed } from './viewport.ts';

const folds = [
  { from: 100_000, until: 400_000 },
  { from: 1_000_000, until: 3_000_000 },
];

describe('the time axis', () => {
  it('shortens folds to a fixed length and nothing else', () => {
    const axis = new TimeAxis(folds, 0.5, 20);
    expect(axis.placeOf(0)).toBe(0);
    expect(axis.placeOf(100_000)).toBe(50);
    expect(axis.placeOf(250_000)).toBe(60);
    expect(axis.placeOf(400_000)).toBe(70);
    expect(axis.placeOf(1_000_000)).toBe(370);
    expect(axis.placeOf(3_000_000)).toBe(390);
    expect(axis.placeOf(3_100_000)).toBe(440);
  });

  it('finds the moment of a place again, and never runs backwards', () => {
    const stretch = fc.array(fc.integer({ min: 1, max: 500_000 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(
        stretch,
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.nat(5_000_000),
        (lengths, pxPerMs, at) => {
          let time = 0;
          const made: { from: number; until: number }[] = [];
          for (let i = 0; i + 1 < lengths.length; i += 2) {
            const from = time + (lengths[i] as number);
            time = from + (lengths[i + 1] as number);
            made.push({ from, until: time });
          }
          const axis = new TimeAxis(made, pxPerMs, 22);
          const inside = axis.foldAt(at);
          const tolerance = inside === null ? 1 : Math.ceil((inside.until - inside.from) / 1e6) + 1;
          expect(Math.abs(axis.timeAt(axis.placeOf(at)) - at)).toBeLessThanOrEqual(tolerance);
          expect(axis.placeOf(at + 1)).toBeGreaterThan(axis.placeOf(at));
        },
      ),
    );
  });

  it('knows the folds of a stretch', () => {
    const axis = new TimeAxis(folds, 1, 20);
    expect(axis.foldAt(99_999)).toBeNull();
    expect(axis.foldAt(399_999)).toBe(folds[0]);
    expect(axis.foldAt(400_000)).toBeNull();
    expect(axis.foldsIn(0, 50_000)).toEqual([]);
    expect(axis.foldsIn(200_000, 1_500_000)).toEqual(folds);
    expect(axis.foldsIn(400_001, 900_000)).toEqual([]);
  });
});

describe('folding', () => {
  const marker = (at: number): Marker => ({ kind: 'decision', at, label: '', seq: 0 });
  const trace = {
    head: 20_000_000,
    markers: [marker(5_000_000), marker(5_200_000), marker(12_000_000)],
    quietIn: () => [{ from: 1_000_000, until: 2_000_000 }],
  };

  it('of nothing folds nothing, of idle time what is quiet, with a margin', () => {
    expect(foldsOf(trace, 'none')).toEqual([]);
    expect(foldsOf(trace, 'idle')).toEqual([{ from: 1_015_000, until: 1_985_000 }]);
  });

  it('of what is uneventful keeps what leads to markers, and what came after the last', () => {
    expect(foldsOf(trace, 'uneventful')).toEqual([
      { from: 0, until: 4_585_000 },
      { from: 5_365_000, until: 11_585_000 },
    ]);
  });
});

describe('the viewport', () => {
  const axis = new TimeAxis(folds, 0.5, 20);
  const following = { pxPerMs: 0.5, following: true, top: 0 };

  it('follows the playhead near the end of the screen, and starts at 0', () => {
    expect(originOf(following, axis, 100, 0)).toBe(0);
    expect(originOf(following, axis, 100, 3_100_000)).toBe(440 - 86);
  });

  it('stops following when it is moved, within the run', () => {
    const moved = panned(following, axis, 354, -100, 3_100_000);
    expect(moved.following).toBe(false);
    expect(originOf(moved, axis, 100, 3_100_000)).toBeCloseTo(254);
    expect(panned(moved, axis, 254, -9_999, 3_100_000).top).toBe(0);
    expect(panned(moved, axis, 254, 9_999, 3_100_000).top).toBe(3_100_000);
  });

  it('keeps what is under the pointer where it is when it zooms', () => {
    const still = { pxPerMs: 0.5, following: false, top: 500_000 };
    const axisAt = (pxPerMs: number) => new TimeAxis(folds, pxPerMs, 20);
    const origin = originOf(still, axis, 100, 0);
    const under = axis.timeAt(origin + 40);
    const closer = zoomed(still, axisAt, origin, 40, 2);
    expect(closer.pxPerMs).toBe(1);
    const wider = axisAt(1);
    expect(wider.placeOf(under) - originOf(closer, wider, 100, 0)).toBeCloseTo(40, 0);
    expect(zoomed(still, axisAt, origin, 40, 1e9).pxPerMs).toBeLessThan(100);
  });

  it('moves only as far as it must to show a moment', () => {
    const still = { pxPerMs: 0.5, following: false, top: 500_000 };
    const origin = originOf(still, axis, 90, 0);
    expect(showing(still, axis, origin, 90, 600_000)).toBe(still);
    expect(axis.placeOf(3_050_000) - axis.placeOf(showing(still, axis, origin, 90, 3_050_000).top)).toBeCloseTo(30, 0);
  });
});

it('round steps are 1, 2 or 5 times a power of ten', () => {
  expect([1, 3, 7, 11, 180_000, 600_000].map(roundStep)).toEqual([1, 5, 10, 20, 200_000, 1_000_000]);
});
