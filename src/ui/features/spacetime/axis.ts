/** Virtual time along the screen, with stretches folded to a fixed length. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { Marker, Stretch, TraceView } from '../../../session/view.ts';

/** Where moments lie along the time axis, in CSS px from time 0. */
export class TimeAxis {
  /** Ascending, apart from one another. */
  readonly folds: readonly Stretch[];
  readonly pxPerMs: number;
  readonly #foldPx: number;
  /** What each fold and those before it take off the true length, µs. */
  readonly #folded: readonly Micros[];

  constructor(folds: readonly Stretch[], pxPerMs: number, foldPx: number) {
    this.folds = folds;
    this.pxPerMs = pxPerMs;
    this.#foldPx = foldPx;
    let sum = 0;
    this.#folded = folds.map(({ from, until }) => {
      sum += until - from;
      return sum;
    });
  }

  placeOf(at: Micros): number {
    const count = this.#begunBy(at);
    const fold = this.folds[count - 1];
    const before = this.#folded[count - 2] ?? 0;
    if (fold === undefined) return this.#px(at);
    if (at < fold.until) {
      const inside = (at - fold.from) / (fold.until - fold.from);
      return this.#px(fold.from - before) + (count - 1 + inside) * this.#foldPx;
    }
    return this.#px(at - (this.#folded[count - 1] ?? 0)) + count * this.#foldPx;
  }

  /** The moment at a place; the inverse of `placeOf` but for rounding to whole µs. Never before 0. */
  timeAt(place: number): Micros {
    let low = 0;
    let high = this.folds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.placeOf((this.folds[middle] as Stretch).from) <= place) low = middle + 1;
      else high = middle;
    }
    const fold = this.folds[low - 1];
    const before = this.#folded[low - 2] ?? 0;
    if (fold === undefined) return Math.max(0, Math.round((place / this.pxPerMs) * 1_000));
    const start = this.placeOf(fold.from);
    if (place < start + this.#foldPx) {
      return Math.round(fold.from + ((place - start) / this.#foldPx) * (fold.until - fold.from));
    }
    return Math.round(((place - low * this.#foldPx) / this.pxPerMs) * 1_000 + before + fold.until - fold.from);
  }

  /** The fold over a moment, or null. */
  foldAt(at: Micros): Stretch | null {
    const fold = this.folds[this.#begunBy(at) - 1];
    return fold !== undefined && at < fold.until ? fold : null;
  }

  /** Folds that touch `from` … `until`. */
  foldsIn(from: Micros, until: Micros): readonly Stretch[] {
    const first = Math.max(0, this.#begunBy(from) - 1);
    return this.folds.slice(first, this.#begunBy(until)).filter((fold) => fold.until > from);
  }

  #begunBy(at: Micros): number {
    let low = 0;
    let high = this.folds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.folds[middle] as Stretch).from <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #px(micros: Micros): number {
    return (micros / 1_000) * this.pxPerMs;
  }
}

/** What is folded away: nothing; time in which no vote or proposal was under way; all but what leads to markers. */
export type Folding = 'none' | 'idle' | 'uneventful';

/** Shorter stretches stay as they are. */
const SHORTEST: Micros = 120_000;
/** What stays visible at both ends of a fold. */
const MARGIN: Micros = 15_000;
/** What leads to a marker and follows it stays visible for so long. */
const LEAD: Micros = 400_000;
const TAIL: Micros = 150_000;

/** Folds of the whole trace, ascending and apart. */
export function foldsOf(trace: Pick<TraceView, 'quietIn' | 'markers' | 'head'>, folding: Folding): readonly Stretch[] {
  if (folding === 'none') return [];
  const quiet = trace.quietIn(0, trace.head, SHORTEST);
  const stretches = folding === 'idle' ? quiet : union([...quiet, ...uneventful(trace.markers, trace.head)]);
  return stretches.flatMap(({ from, until }) =>
    until - from < SHORTEST ? [] : [{ from: from === 0 ? 0 : from + MARGIN, until: until - MARGIN }],
  );
}

/** Between the markers, but for what leads to them. The time after the last one may yet lead to another. */
function uneventful(markers: readonly Marker[], head: Micros): Stretch[] {
  const stretches: Stretch[] = [];
  let end = 0;
  for (const { at } of markers) {
    if (at > head) break;
    if (at - LEAD - end >= SHORTEST) stretches.push({ from: end, until: at - LEAD });
    end = Math.max(end, at + TAIL);
  }
  return stretches;
}

function union(stretches: readonly Stretch[]): Stretch[] {
  const merged: { from: Micros; until: Micros }[] = [];
  for (const { from, until } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.until) last.until = Math.max(last.until, until);
    else merged.push({ from, until });
  }
  return merged;
}

/** A round number of µs near `wanted`: 1, 2 or 5 times a power of ten. */
export function roundStep(wanted: Micros): Micros {
  let step = 1;
  for (;;) {
    for (const factor of [1, 2, 5]) if (step * factor >= wanted) return step * factor;
    step *= 10;
  }
}
