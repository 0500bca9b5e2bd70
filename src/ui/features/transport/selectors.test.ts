import { describe, expect, it } from 'vitest';
import type { Marker, MarkerKind } from '../../../session/view.ts';
import {
  faultSpans,
  firstAfter,
  markerBeside,
  markerNear,
  parseSpeed,
  onStep,
  rangeOf,
  SPEEDS,
  speedLabel,
  ticksFor,
  zoomedRange,
} from './selectors.ts';

const marker = (at: number, kind: MarkerKind = 'decision'): Marker => ({ kind, at, label: `${kind} ${at}`, seq: at });
const markers = [marker(10), marker(20), marker(20, 'fault'), marker(30)];

describe('jumping between markers', () => {
  it('finds the first marker after a moment', () => {
    expect(firstAfter(markers, 0)).toBe(0);
    expect(firstAfter(markers, 20)).toBe(3);
    expect(firstAfter(markers, 99)).toBe(4);
  });

  it('does not stay where it is', () => {
    expect(markerBeside(markers, 20, 1)?.at).toBe(30);
    expect(markerBeside(markers, 20, -1)?.at).toBe(10);
    expect(markerBeside(markers, 10, -1)).toBeNull();
    expect(markerBeside(markers, 30, 1)).toBeNull();
  });
});

describe('jumping between markers of a kind', () => {
  it('passes over the others', () => {
    expect(markerBeside(markers, 0, 1, 'fault')?.at).toBe(20);
    expect(markerBeside(markers, 20, 1, 'fault')).toBeNull();
    expect(markerBeside(markers, 30, -1, 'fault')?.at).toBe(20);
    expect(markerBeside(markers, 10, -1, 'decision')).toBeNull();
  });
});

describe('the range', () => {
  it('is the whole run until somebody zooms, and again when zoomed out', () => {
    expect(rangeOf(null, 5_000_000, 1)).toEqual({ from: 0, until: 5_000_000 });
    expect(rangeOf({ from: 0, span: 9_000_000 }, 5_000_000, 1)).toEqual({ from: 0, until: 5_000_000 });
    expect(zoomedRange({ from: 0, until: 5_000_000 }, 0.5, 1_000_000, 5_000_000)).toBeNull();
  });

  it('keeps the moment it is zoomed around in its place, within the run', () => {
    const whole = { from: 0, until: 8_000_000 };
    expect(zoomedRange(whole, 2, 2_000_000, 8_000_000)).toEqual({ from: 1_000_000, span: 4_000_000 });
    expect(zoomedRange(whole, 2, 8_000_000, 8_000_000)).toEqual({ from: 4_000_000, span: 4_000_000 });
    expect(zoomedRange(whole, 1e9, 2_000_000, 8_000_000)?.span).toBe(20_000);
  });

  it('moves with the playhead when that leaves it', () => {
    const zoom = { from: 1_000_000, span: 2_000_000 };
    expect(rangeOf(zoom, 9_000_000, 2_000_000)).toEqual({ from: 1_000_000, until: 3_000_000 });
    expect(rangeOf(zoom, 9_000_000, 5_000_000)).toEqual({ from: 3_000_000, until: 5_000_000 });
    expect(rangeOf(zoom, 9_000_000, 200_000)).toEqual({ from: 200_000, until: 2_200_000 });
  });

  it('shows only its own ticks, at their places', () => {
    expect(ticksFor(markers, { from: 15, until: 25 }, 100)).toEqual([
      { kind: 'decision', x: 50 },
      { kind: 'fault', x: 50 },
    ]);
  });
});

describe('what lies under the pointer', () => {
  it('is the nearest marker, of two the graver', () => {
    const range = { from: 0, until: 100 };
    expect(markerNear(markers, range, 200, 21)?.at).toBe(10);
    expect(markerNear(markers, range, 200, 40)?.kind).toBe('fault');
    expect(markerNear(markers, range, 200, 150)).toBeNull();
  });
});

it('faults are in force from where they begin to where the last one ends', () => {
  const turns = [marker(10, 'fault'), marker(20, 'fault'), marker(30, 'heal'), marker(40, 'heal'), marker(70, 'fault')];
  const counts = new Map([
    [10, 1],
    [20, 2],
    [30, 1],
    [40, 0],
    [70, 1],
  ]);
  expect(faultSpans(turns, (at) => counts.get(at) ?? 0, 90)).toEqual([
    { from: 10, until: 40 },
    { from: 70, until: 90 },
  ]);
});

describe('ticks', () => {
  it('thins crowded decisions, keeps every fault, and draws the grave ones last', () => {
    const crowded = Array.from({ length: 1_000 }, (_, at) => marker(at)).concat(
      marker(1_000, 'violation'),
      marker(1_000, 'fault'),
    );
    const ticks = ticksFor(crowded, { from: 0, until: 1_000 }, 300);
    expect(ticks.filter((tick) => tick.kind === 'decision').length).toBeLessThanOrEqual(51);
    expect(ticks.at(-1)).toEqual({ kind: 'violation', x: 300 });
    expect(ticks.at(-2)).toEqual({ kind: 'fault', x: 300 });
  });

  it('shows nothing before the run has begun', () => {
    expect(ticksFor(markers, { from: 0, until: 0 }, 300)).toEqual([]);
  });
});

describe('speeds', () => {
  it('are written so that they are read back', () => {
    for (const speed of SPEEDS) expect(parseSpeed(String(speed))).toBe(speed);
    expect(speedLabel(0.1)).toBe('0.1×');
    expect(speedLabel('max')).toBe('max');
  });
});

it('shows a moment on a step of the slider, which otherwise moves it by itself', () => {
  expect(onStep(3_253_225, 0, 1_000)).toBe(3_253_000);
  expect(onStep(3_253_225, 1_000_050, 100)).toBe(3_253_150);
  expect(onStep(500_000, 0, 1_000)).toBe(500_000);
});
