/** Place/transition nets with arc weights and inhibitor arcs, as plain data. */
import type { Problem } from '../../core/problem.ts';

export interface PetriPlace {
  readonly id: string;
  readonly name: string;
  readonly initial: number;
}

export interface PetriTransition {
  readonly id: string;
  readonly name: string;
}

export interface PetriArc {
  /** A place and a transition, in either direction; an inhibitor arc leads from a place to a transition. */
  readonly from: string;
  readonly to: string;
  /** ≥ 1. An inhibitor arc of weight w forbids the transition while the place holds w tokens or more. */
  readonly weight: number;
  readonly kind: 'normal' | 'inhibitor';
}

export interface PetriNet {
  readonly name: string;
  readonly places: readonly PetriPlace[];
  readonly transitions: readonly PetriTransition[];
  readonly arcs: readonly PetriArc[];
}

/** The largest weight or number of tokens in a place: sums of two stay exact in 32 bits. */
export const TOKENS_MAX = 1_000_000_000;
export const NODES_MAX = 20_000;
export const ARCS_MAX = 200_000;

/** Everything wrong with a net whose fields have the right types; empty when it can be analysed. */
export function checkNet(net: PetriNet): readonly Problem[] {
  const problems: Problem[] = [];
  const kinds = new Map<string, 'place' | 'transition'>();
  const declare = (id: string, kind: 'place' | 'transition', path: string): void => {
    if (id === '') problems.push({ path, found: 'an empty id', expected: 'an id' });
    else if (kinds.has(id)) problems.push({ path, found: `a second ${quote(id)}`, expected: 'every id once' });
    kinds.set(id, kind);
  };
  if (net.places.length + net.transitions.length > NODES_MAX) {
    const found = `${net.places.length} places and ${net.transitions.length} transitions`;
    return [{ path: '', found, expected: `at most ${NODES_MAX} together` }];
  }
  if (net.arcs.length > ARCS_MAX) {
    return [{ path: 'arcs', found: `${net.arcs.length}`, expected: `at most ${ARCS_MAX}` }];
  }
  net.places.forEach(({ id, initial }, i) => {
    declare(id, 'place', `places[${i}].id`);
    if (!isCount(initial, 0)) problems.push(countProblem(`places[${i}].initial`, initial, 0));
  });
  net.transitions.forEach(({ id }, i) => {
    declare(id, 'transition', `transitions[${i}].id`);
  });
  const seen = new Set<string>();
  net.arcs.forEach((arc, i) => {
    const problem = checkArc(arc, `arcs[${i}]`, kinds);
    if (problem !== null) problems.push(problem);
    const key = JSON.stringify([arc.kind, arc.from, arc.to]);
    if (seen.has(key)) {
      const found = `a second arc from ${quote(arc.from)} to ${quote(arc.to)}`;
      problems.push({ path: `arcs[${i}]`, found, expected: 'one arc with their weights added' });
    }
    seen.add(key);
  });
  return problems;
}

function checkArc(
  { from, to, weight, kind }: PetriArc,
  path: string,
  kinds: ReadonlyMap<string, 'place' | 'transition'>,
): Problem | null {
  for (const [end, id] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (!kinds.has(id)) {
      return { path: `${path}.${end}`, found: quote(id), expected: 'the id of a place or transition' };
    }
  }
  if (kinds.get(from) === kinds.get(to)) {
    const found = `an arc between two ${kinds.get(from)}s`;
    return { path, found, expected: 'one between a place and a transition' };
  }
  if (kind === 'inhibitor' && kinds.get(from) !== 'place') {
    return { path, found: 'an inhibitor arc from a transition', expected: 'one from a place to a transition' };
  }
  return isCount(weight, 1) ? null : countProblem(`${path}.weight`, weight, 1);
}

export function isCount(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least && value <= TOKENS_MAX;
}

export function countProblem(path: string, value: unknown, least: number): Problem {
  return { path, found: quote(value), expected: `a whole number from ${least} to ${TOKENS_MAX}` };
}

/** Short JSON of what stood there. */
export function quote(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** A transition's arcs by position of the place; `change`: tokens after it fired minus before, places it changes only. */
export interface Firing {
  readonly places: Int32Array;
  readonly needs: Int32Array;
  readonly inhibitors: Int32Array;
  readonly limits: Int32Array;
  readonly changed: Int32Array;
  readonly change: Int32Array;
}

/** The net as arrays, for the analyses. Call it on nets that `checkNet` found sound. */
export function firings(net: PetriNet): readonly Firing[] {
  const placeAt = new Map(net.places.map(({ id }, i) => [id, i]));
  const transitionAt = new Map(net.transitions.map(({ id }, i) => [id, i]));
  const arcs = net.transitions.map(() => ({
    needs: new Map<number, number>(),
    limits: new Map<number, number>(),
    change: new Map<number, number>(),
  }));
  const add = (map: Map<number, number>, place: number, by: number): void => {
    map.set(place, (map.get(place) ?? 0) + by);
  };
  for (const { from, to, weight, kind } of net.arcs) {
    const place = placeAt.get(from) ?? placeAt.get(to) ?? 0;
    const firing = arcs[transitionAt.get(to) ?? transitionAt.get(from) ?? 0];
    if (firing === undefined) continue;
    if (kind === 'inhibitor') {
      firing.limits.set(place, weight);
    } else if (placeAt.has(from)) {
      add(firing.needs, place, weight);
      add(firing.change, place, -weight);
    } else {
      add(firing.change, place, weight);
    }
  }
  return arcs.map(({ needs, limits, change }) => {
    const changes = [...change].filter(([, by]) => by !== 0);
    return {
      places: Int32Array.from(needs.keys()),
      needs: Int32Array.from(needs.values()),
      inhibitors: Int32Array.from(limits.keys()),
      limits: Int32Array.from(limits.values()),
      changed: Int32Array.from(changes, ([place]) => place),
      change: Int32Array.from(changes, ([, by]) => by),
    };
  });
}

export function initialMarking(net: PetriNet): Int32Array {
  return Int32Array.from(net.places, ({ initial }) => initial);
}

/** The incidence matrix by transition, then place: what firing adds to each place. */
export function incidence(net: PetriNet): number[][] {
  return firings(net).map(({ changed, change }) => {
    const row = new Array<number>(net.places.length).fill(0);
    changed.forEach((place, i) => {
      row[place] = change[i] as number;
    });
    return row;
  });
}
