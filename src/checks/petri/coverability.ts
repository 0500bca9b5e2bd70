/**
 * Karp & Miller's coverability construction (Journal of Computer and System Sciences 3, 1969, §4), for nets whose reachability
 * graph may be infinite: where a marking strictly covers one on its way, the places that grew can grow for ever and get ω. Equal
 * markings are expanded once. Not for inhibitor arcs, with which the question is undecidable (Hack 1976).
 */
import { type Firing, firings, initialMarking, type PetriNet } from './net.ts';
import { MarkingStore } from './markingStore.ts';
import { isEnabled } from './reach.ts';

/** ω in a marking: larger than any weight, and it stays when tokens come and go. */
export const OMEGA = 0x7fff_ffff;

export interface Coverability {
  /** Maximal markings, null for ω, whose downward closure is that of all reachable ones; empty when not complete. */
  readonly markings: readonly (readonly (number | null)[])[];
  /** By place: the most tokens it can hold, null for ω. Lower bounds when not complete. */
  readonly bounds: readonly (number | null)[];
  readonly isComplete: boolean;
}

export const COVERABILITY_MAX = 50_000;

/** @throws {RangeError} for a net with inhibitor arcs. */
export function coverability(net: PetriNet, limit = COVERABILITY_MAX): Coverability {
  if (net.arcs.some(({ kind }) => kind === 'inhibitor')) {
    throw new RangeError('coverability is undecidable with inhibitor arcs');
  }
  const moves = firings(net);
  const store = new MarkingStore(net.places.length);
  const parents: number[] = [-1];
  const marking = initialMarking(net);
  const next = marking.slice();
  const ancestor = marking.slice();
  store.add(marking);
  let at = 0;
  for (; at < store.size && store.size <= limit; at++) {
    store.read(at, marking);
    for (const move of moves) {
      if (!isEnabled(move, marking)) continue;
      next.set(marking);
      fireOmega(move, next);
      accelerate(next, at, parents, store, ancestor);
      const known = store.size;
      if (store.add(next) === known) parents.push(at);
    }
  }
  const bounds = store.maxima().map((tokens) => (tokens === OMEGA ? null : tokens));
  const isComplete = at === store.size;
  return { markings: isComplete ? maximal(store) : [], bounds, isComplete };
}

function fireOmega({ changed, change }: Firing, marking: Int32Array): void {
  for (let i = 0; i < changed.length; i++) {
    const place = changed[i] as number;
    if (marking[place] !== OMEGA) marking[place] = (marking[place] as number) + (change[i] as number);
  }
}

/** Puts ω wherever the marking grew over one on its way; again, until nothing changes. */
function accelerate(
  marking: Int32Array,
  from: number,
  parents: readonly number[],
  store: MarkingStore,
  ancestor: Int32Array,
): void {
  for (let at = from; at >= 0; ) {
    store.read(at, ancestor);
    const grew = covers(marking, ancestor) && growOver(marking, ancestor);
    at = grew ? from : (parents[at] as number);
  }
}

/** ω where the marking has more than its ancestor; false where it has nowhere. */
function growOver(marking: Int32Array, ancestor: Int32Array): boolean {
  let grew = false;
  for (let place = 0; place < marking.length; place++) {
    if ((marking[place] as number) <= (ancestor[place] as number)) continue;
    if (marking[place] !== OMEGA) grew = true;
    marking[place] = OMEGA;
  }
  return grew;
}

function covers(larger: Int32Array, smaller: Int32Array): boolean {
  for (let place = 0; place < larger.length; place++) {
    if ((larger[place] as number) < (smaller[place] as number)) return false;
  }
  return true;
}

/** Markings that no other covers. Quadratic: only of as many as can be read. */
const MAXIMAL_OF = 2_000;

function maximal(store: MarkingStore): (number | null)[][] {
  const count = Math.min(store.size, MAXIMAL_OF);
  const markings = Array.from({ length: count }, (_, at) => Int32Array.from(store.at(at)));
  return markings
    .filter((marking, i) => !markings.some((other, j) => i !== j && covers(other, marking)))
    .map((marking) => [...marking].map((tokens) => (tokens === OMEGA ? null : tokens)));
}
