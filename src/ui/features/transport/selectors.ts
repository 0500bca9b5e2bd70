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

/** The marker of a kind (all kinds where none is given) before or after a moment that a jump goes to. */
export function markerBeside(
  markers: readonly Marker[],
  at: Micros,
  direction: 1 | -1,
  kind: MarkerKind | null = null,
): Marker | null {
  const isWanted = (marker: Marker): boolean => kind === null || marker.kind === kind;
  const first = firstAfter(markers, at);
  if (direction === 1) {
    for (let index = first; index < markers.length; index++) {
      const marker = markers[index] as Marker;
      if (isWanted(marker)) return marker;
    }
    return null;
  }
  for (let index = first - 1; index >= 0; index--) {
    const marker = markers[index] as Marker;
    if (marker.at < at && isWanted(marker)) return marker;
  }
  return null;
}

/** Kinds to jump between, as people choose them. */
export const MARKER_KINDS: readonly { readonly value: MarkerKind | 'all'; readonly label: string }[] = [
  { value: 'all', label: 'any' },
  { value: 'decision', label: 'decision' },
  { value: 'viewChange', label: 'view change' },
  { value: 'fault', label: 'fault' },
  { value: 'heal', label: 'heal' },
  { value: 'evidence', label: 'evidence' },
  { value: 'violation', label: 'violation' },
];

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

/** Marks for a track of `width` px that shows a stretch of time; crowded decisions are thinned, nothing else is. */
export function ticksFor(markers: readonly Marker[], { from, until }: Range, width: number): readonly Tick[] {
  if (until <= from) return [];
  const ticks: Tick[] = [];
  let lastDecision = Number.NEGATIVE_INFINITY;
  for (let index = firstAfter(markers, from - 1); index < markers.length; index++) {
    const { kind, at } = markers[index] as Marker;
    if (at > until) break;
    const x = ((at - from) / (until - from)) * width;
    if (kind === 'decision') {
      if (x - lastDecision < DECISION_GAP) continue;
      lastDecision = x;
    }
    ticks.push({ kind, x });
  }
  return ticks.sort((a, b) => WEIGHT[a.kind] - WEIGHT[b.kind]);
}

/** The stretch of time that the timeline shows. */
export interface Range {
  readonly from: Micros;
  readonly until: Micros;
}

/** Closer than this there is nothing to see. */
const RANGE_MIN: Micros = 20_000;

/**
 * What is shown: the whole run, or `span` µs of it from `from` on, moved so that the playhead is in it. A span that the
 * run has not reached yet is the whole run.
 */
export function rangeOf(zoom: Zoom | null, head: Micros, playhead: Micros): Range {
  if (zoom === null || zoom.span >= head) return { from: 0, until: Math.max(1, head) };
  const latest = Math.max(0, Math.min(playhead, head - zoom.span));
  const isInside = playhead >= zoom.from && playhead <= zoom.from + zoom.span;
  const wanted = isInside ? zoom.from : playhead < zoom.from ? latest : playhead - zoom.span;
  const from = Math.max(0, Math.min(wanted, head - zoom.span));
  return { from, until: from + zoom.span };
}

/**
 * The step of a slider that begins at `from` on which a moment lies, never after it. A slider moves what lies between two steps by
 * itself, and the next event it sends would be taken for somebody's wish to go there.
 */
export function onStep(at: Micros, from: Micros, step: Micros): Micros {
  return at - ((at - from) % step);
}

export interface Zoom {
  readonly from: Micros;
  readonly span: Micros;
}

/** Zooms a range by a factor around a moment; null when that shows the whole run. */
export function zoomedRange(range: Range, factor: number, around: Micros, head: Micros): Zoom | null {
  const span = Math.round(Math.max(RANGE_MIN, (range.until - range.from) / factor));
  if (span >= head) return null;
  const part = (around - range.from) / (range.until - range.from);
  return { from: Math.round(Math.max(0, Math.min(around - part * span, head - span))), span };
}

/** The marker drawn nearest to a place, within reach; the graver of two. */
export function markerNear(
  markers: readonly Marker[],
  { from, until }: Range,
  width: number,
  x: number,
): Marker | null {
  const perPx = (until - from) / Math.max(1, width);
  const at = from + x * perPx;
  let best: Marker | null = null;
  let score = Number.POSITIVE_INFINITY;
  for (let index = firstAfter(markers, at - REACH_PX * perPx); index < markers.length; index++) {
    const marker = markers[index] as Marker;
    if (marker.at > at + REACH_PX * perPx) break;
    const distance = Math.abs(marker.at - at) / perPx - WEIGHT[marker.kind] * 2;
    if (distance >= score) continue;
    best = marker;
    score = distance;
  }
  return best;
}

const REACH_PX = 7;

/** Stretches in which some fault is in force, from the markers where faults begin and end. */
export function faultSpans(
  markers: readonly Marker[],
  countAt: (at: Micros) => number,
  head: Micros,
): readonly Range[] {
  const turns = markers.filter(({ kind }) => kind === 'fault' || kind === 'heal').map(({ at }) => at);
  const spans: { from: Micros; until: Micros }[] = [];
  for (const [index, from] of turns.entries()) {
    const until = turns[index + 1] ?? head;
    if (until <= from || countAt(from) === 0) continue;
    const last = spans.at(-1);
    if (last?.until === from) last.until = until;
    else spans.push({ from, until });
  }
  return spans;
}
