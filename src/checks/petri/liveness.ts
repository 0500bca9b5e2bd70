/**
 * How alive each transition is, from a complete reachability graph: dead, or L1 … L4 as Murata (1989, §IV.C) defines them. In a
 * finite graph firing arbitrarily often (L2) takes a cycle, which is firing infinitely often (L3): the two coincide.
 */
import type { ReachabilityGraph } from './reach.ts';

/** dead: never fires · L1: can fire · L3: can fire for ever · L4, live: can always fire again. */
export type LivenessClass = 'dead' | 'L1' | 'L3' | 'L4';

export interface Liveness {
  /** By position of the transition. */
  readonly classes: readonly LivenessClass[];
  /** Every reachable marking can get back to the initial one. */
  readonly isReversible: boolean;
}

/** @param graph complete: `cutOff` is null. */
export function livenessOf(graph: ReachabilityGraph, transitionCount: number): Liveness {
  const { component, count } = components(graph);
  const fires = new Uint8Array(transitionCount);
  const cycles = new Uint8Array(transitionCount);
  const isBottom = new Uint8Array(count).fill(1);
  const { starts, targets, labels, explored } = graph;
  for (let at = 0; at < explored; at++) {
    for (let edge = starts[at] as number; edge < (starts[at + 1] as number); edge++) {
      const label = labels[edge] as number;
      const own = component[at] as number;
      fires[label] = 1;
      if (component[targets[edge] as number] === own) cycles[label] = 1;
      else isBottom[own] = 0;
    }
  }
  const live = firesInEveryBottom(graph, component, isBottom, transitionCount);
  const classes = Array.from({ length: transitionCount }, (_, t): LivenessClass => {
    if (live[t] === 1) return 'L4';
    if (cycles[t] === 1) return 'L3';
    return fires[t] === 1 ? 'L1' : 'dead';
  });
  return { classes, isReversible: count === 1 };
}

/** 1 for transitions that fire within every component that nothing leaves. */
function firesInEveryBottom(
  { starts, labels, explored }: ReachabilityGraph,
  component: Int32Array,
  isBottom: Uint8Array,
  transitionCount: number,
): Uint8Array {
  const bottoms = new Map<number, Uint8Array>();
  for (let at = 0; at < explored; at++) {
    const own = component[at] as number;
    if (isBottom[own] !== 1) continue;
    const seen = bottoms.get(own) ?? new Uint8Array(transitionCount);
    bottoms.set(own, seen);
    for (let edge = starts[at] as number; edge < (starts[at + 1] as number); edge++) seen[labels[edge] as number] = 1;
  }
  const live = new Uint8Array(transitionCount).fill(1);
  for (const seen of bottoms.values())
    for (let t = 0; t < transitionCount; t++) live[t] = (live[t] ?? 0) & (seen[t] ?? 0);
  return live;
}

/** Strongly connected components by Tarjan's algorithm, with a stack of its own. */
function components({ starts, targets, explored }: ReachabilityGraph): { component: Int32Array; count: number } {
  const index = new Int32Array(explored).fill(-1);
  const low = new Int32Array(explored);
  const component = new Int32Array(explored).fill(-1);
  const open: number[] = [];
  const calls: number[] = [];
  const next = Int32Array.from(starts.subarray(0, explored));
  let time = 0;
  let count = 0;
  for (let root = 0; root < explored; root++) {
    if (index[root] !== -1) continue;
    calls.push(root);
    while (calls.length > 0) {
      const at = calls[calls.length - 1] as number;
      if (index[at] === -1) {
        index[at] = time;
        low[at] = time++;
        open.push(at);
      }
      const edge = next[at] as number;
      if (edge < (starts[at + 1] as number)) {
        next[at] = edge + 1;
        const target = targets[edge] as number;
        if (index[target] === -1) calls.push(target);
        else if (component[target] === -1) low[at] = Math.min(low[at] as number, index[target] as number);
        continue;
      }
      calls.pop();
      const parent = calls[calls.length - 1];
      if (parent !== undefined) low[parent] = Math.min(low[parent] as number, low[at] as number);
      if (low[at] !== index[at]) continue;
      for (let member = -1; member !== at; ) {
        member = open.pop() as number;
        component[member] = count;
      }
      count++;
    }
  }
  return { component, count };
}
