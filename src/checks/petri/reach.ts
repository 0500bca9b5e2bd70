/** The reachability graph, breadth first, up to limits. Ref: Murata, Proceedings of the IEEE 77(4), 1989, §V.A. */
import { type Firing, firings, initialMarking, type PetriNet, TOKENS_MAX } from './net.ts';
import { MarkingStore } from './markingStore.ts';

export interface ReachLimits {
  readonly markings: number;
  readonly edges: number;
}

export const REACH_LIMITS: ReachLimits = { markings: 1_000_000, edges: 8_000_000 };
/** Tokens held in memory: 256 MiB of them. */
const CELLS_MAX = 1 << 26;

/** Why not everything was explored; null when everything was. */
export type CutOff = 'markings' | 'edges' | 'memory' | 'tokens' | null;

export interface ReachabilityGraph {
  readonly markings: MarkingStore;
  /** Successors of marking i are `targets[starts[i] … starts[i+1])`, by the transition at the same place. */
  readonly starts: Int32Array;
  readonly targets: Int32Array;
  readonly labels: Int32Array;
  /** The marking from which each was first reached, and by which transition; −1 for the initial one. */
  readonly parents: Int32Array;
  readonly parentLabels: Int32Array;
  /** Markings whose successors are known: all when `cutOff` is null. */
  readonly explored: number;
  readonly cutOff: CutOff;
}

export function isEnabled({ places, needs, inhibitors, limits }: Firing, marking: Int32Array): boolean {
  for (let i = 0; i < places.length; i++) {
    if ((marking[places[i] as number] as number) < (needs[i] as number)) return false;
  }
  for (let i = 0; i < inhibitors.length; i++) {
    if ((marking[inhibitors[i] as number] as number) >= (limits[i] as number)) return false;
  }
  return true;
}

/** Adds what the firing changes to `marking`; `sign` −1 takes it back. */
export function fire({ changed, change }: Firing, marking: Int32Array, sign: 1 | -1 = 1): void {
  for (let i = 0; i < changed.length; i++) {
    const place = changed[i] as number;
    marking[place] = (marking[place] as number) + sign * (change[i] as number);
  }
}

export function explore(net: PetriNet, limits: ReachLimits = REACH_LIMITS): ReachabilityGraph {
  const moves = firings(net);
  const markings = new MarkingStore(net.places.length);
  const marking = initialMarking(net);
  markings.add(marking);
  const starts = new IntList();
  const targets = new IntList();
  const labels = new IntList();
  const parents = new IntList();
  const parentLabels = new IntList();
  parents.push(-1);
  parentLabels.push(-1);
  const cellsMarkings = Math.max(1, Math.floor(CELLS_MAX / Math.max(1, net.places.length)));
  const most = Math.min(limits.markings, cellsMarkings);
  let cutOff: CutOff = null;
  let at = 0;
  for (; at < markings.size && cutOff === null; at++) {
    starts.push(targets.length);
    markings.read(at, marking);
    for (let t = 0; t < moves.length; t++) {
      const move = moves[t] as Firing;
      if (!isEnabled(move, marking)) continue;
      fire(move, marking);
      if (exceeds(move, marking)) cutOff = 'tokens';
      const known = markings.size;
      const target = markings.add(marking);
      if (target === known) {
        parents.push(at);
        parentLabels.push(t);
      }
      targets.push(target);
      labels.push(t);
      fire(move, marking, -1);
    }
    if (markings.size > most) cutOff = most < limits.markings ? 'memory' : 'markings';
    else if (targets.length > limits.edges) cutOff = 'edges';
  }
  starts.push(targets.length);
  return {
    markings,
    starts: starts.done(),
    targets: targets.done(),
    labels: labels.done(),
    parents: parents.done(),
    parentLabels: parentLabels.done(),
    explored: at,
    cutOff: at === markings.size && cutOff !== 'tokens' ? null : cutOff,
  };
}

function exceeds({ changed }: Firing, marking: Int32Array): boolean {
  for (const place of changed) if ((marking[place] as number) > TOKENS_MAX) return true;
  return false;
}

/** Positions of markings in which nothing can fire, of those whose successors are known. */
export function deadlocks({ starts, explored }: ReachabilityGraph): number[] {
  const found: number[] = [];
  for (let at = 0; at < explored; at++) if (starts[at] === starts[at + 1]) found.push(at);
  return found;
}

/** Transitions of a shortest way from the initial marking, by position. */
export function pathTo({ parents, parentLabels }: ReachabilityGraph, position: number): number[] {
  const path: number[] = [];
  for (let at = position; (parents[at] as number) >= 0; at = parents[at] as number)
    path.push(parentLabels[at] as number);
  return path.reverse();
}

/** A growing list of 32-bit integers. */
class IntList {
  length = 0;
  #words = new Int32Array(1024);

  push(value: number): void {
    if (this.length === this.#words.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[this.length++] = value;
  }

  done(): Int32Array {
    return this.#words.subarray(0, this.length);
  }
}
