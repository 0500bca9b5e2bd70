import { describe, expect, it } from 'vitest';
import type { Marker, MarkerKind } from '../../../session/view.ts';
import { firstAfter, markerBeside, parseSpeed, SPEEDS, speedLabel, ticksFor } from './selectors.ts';

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

describe('ticks', () => {
  it('thins crowded decisions, keeps every fault, and draws the grave ones last', () => {
    const crowded = Array.from({ length: 1_000 }, (_, at) => marker(at)).concat(
      marker(1_000, 'violation'),
      marker(1_000, 'fault'),
    );
    const ticks = ticksFor(crowded, 1_000, 300);
    expect(ticks.filter((tick) => tick.kind === 'decision').length).toBeLessThanOrEqual(51);
    expect(ticks.at(-1)).toEqual({ kind: 'violation', x: 300 });
    expect(ticks.at(-2)).toEqual({ kind: 'fault', x: 300 });
  });

  it('shows nothing before the run has begun', () => {
    expect(ticksFor(markers, 0, 300)).toEqual([]);
  });
});

describe('speeds', () => {
  it('are written so that they are read back', () => {
    for (const speed of SPEEDS) expect(parseSpeed(String(speed))).toBe(speed);
    expect(speedLabel(0.1)).toBe('0.1×');
    expect(speedLabel('max')).toBe('max');
  });
});
