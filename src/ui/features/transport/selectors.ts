/** Moments of the timeline and the speeds on offer. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { Speed, StepUnit } from '../../../session/api.ts';
import type { Marker, MarkerKind } from '../../../session/view.ts';

export const SPEEDS: readonly Speed[] = [0.1, 0.25, 0.5, 1, 2, 5, 10, 25, 50, 100, 'max'];

export const STEP_UNITS: readonly { readonly value: StepUnit; readonly label: string }[] = [
  { value: 'event', label: 'event' },
  { value: 'message', label: 'message' },
  { value: 'window', label: 'window' },
  { value: 'phase', label: 'phase' },
  { value: 'decision', label: 'decision' },
];

export function speedLabel(speed: Speed): string {
  return speed === 'max' ? 'max' : `${speed}×`;
}

export function parseSpeed(text: string): Speed {
  return text === 'max' ? 'max' : Number(text);
}

/** The marker before or after a moment that a jump goes to; a hair's breadth away counts as being there. */
export function markerBeside(markers: readonly Marker[], at: Micros, direction: 1 | -1): Marker | null {
  if (direction === 1) return markers[firstAfter(markers, at)] ?? null;
  let index = firstAfter(markers, at) - 1;
  while (index >= 0 && (markers[index]?.at ?? 0) >= at) index--;
  return markers[index] ?? null;
}

/** Position of the first marker later than `at`: binary search, for there can be many thousands. */
export function firstAfter(markers: readonly Marker[], at: Micros): number {
  let low = 0;
  let high = markers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((markers[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Tick {
  readonly kind: MarkerKind;
  /** CSS px from the left. */
  readonly x: number;
}

/** Rarer and graver marks are kept where several fall on the same pixels, and drawn last. */
const WEIGHT: Readonly<Record<MarkerKind, number>> = {
  decision: 0,
  heal: 1,
  viewChange: 2,
  fault: 3,
  evidence: 4,
  violation: 5,
};
const DECISION_GAP = 6;

/** Marks for a track of `width` px that shows 0 … `end`; crowded decisions are thinned, nothing else is. */
export function ticksFor(markers: readonly Marker[], end: Micros, width: number): readonly Tick[] {
  if (end <= 0) return [];
  const ticks: Tick[] = [];
  let lastDecision = Number.NEGATIVE_INFINITY;
  for (const { kind, at } of markers) {
    if (at > end) break;
    const x = (at / end) * width;
    if (kind === 'decision') {
      if (x - lastDecision < DECISION_GAP) continue;
      lastDecision = x;
    }
    ticks.push({ kind, x });
  }
  return ticks.sort((a, b) => WEIGHT[a.kind] - WEIGHT[b.kind]);
}
