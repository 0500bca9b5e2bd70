/** Everything the analyses say of a net, as one plain object with names instead of positions. */
import { coverability } from './coverability.ts';
import { type Invariants, placeInvariants, transitionInvariants } from './invariants.ts';
import { type LivenessClass, livenessOf } from './liveness.ts';
import type { PetriNet } from './net.ts';
import { type CutOff, deadlocks, explore, pathTo, REACH_LIMITS, type ReachabilityGraph } from './reach.ts';

/** Tokens by id of the place; places without any are left out, null is ω. */
export type NamedMarking = Readonly<Record<string, number | null>>;
/** Weights by id, as decimal text: they can exceed 2^53. */
export type NamedInvariant = Readonly<Record<string, string>>;

export interface NamedInvariants {
  readonly invariants: readonly NamedInvariant[];
  readonly isComplete: boolean;
}

export interface Analysis {
  readonly name: string;
  readonly places: number;
  readonly transitions: number;
  readonly arcs: number;
  readonly reachable: {
    /** Distinct markings found. */
    readonly markings: number;
    readonly edges: number;
    /** Null: these are all. */
    readonly cutOff: CutOff;
  };
  readonly deadlocks: {
    readonly count: number;
    /** The first few, nearest to the initial marking first, each with a shortest firing sequence. */
    readonly examples: readonly { readonly marking: NamedMarking; readonly path: readonly string[] }[];
    /** False: markings that were not explored may be deadlocks too. */
    readonly isComplete: boolean;
  };
  readonly bounds: {
    /** Null: not known within the limits. */
    readonly isBounded: boolean | null;
    /** The largest bound of a place; null when a place is unbounded or nothing is known. 1: the net is safe. */
    readonly k: number | null;
    /** By place: most tokens, null for ω. Lower bounds when `isBounded` is null. */
    readonly places: Readonly<Record<string, number | null>>;
    readonly by: 'reachability' | 'coverability';
  };
  /** Null when the reachability graph is not complete. */
  readonly liveness: {
    readonly classes: Readonly<Record<string, LivenessClass>>;
    readonly isLive: boolean;
    readonly isReversible: boolean;
  } | null;
  readonly placeInvariants: NamedInvariants;
  readonly transitionInvariants: NamedInvariants;
}

export interface AnalysisLimits {
  /** Reachable markings to explore at most. */
  readonly markings: number;
}

const EXAMPLES_MAX = 5;
const PATH_MAX = 200;

export function analyseNet(net: PetriNet, limits: AnalysisLimits = REACH_LIMITS): Analysis {
  const graph = explore(net, { ...REACH_LIMITS, markings: limits.markings });
  const isComplete = graph.cutOff === null;
  const dead = deadlocks(graph);
  return {
    name: net.name,
    places: net.places.length,
    transitions: net.transitions.length,
    arcs: net.arcs.length,
    reachable: { markings: graph.markings.size, edges: graph.targets.length, cutOff: graph.cutOff },
    deadlocks: {
      count: dead.length,
      examples: dead.slice(0, EXAMPLES_MAX).map((position) => ({
        marking: namedMarking(net, graph.markings.at(position)),
        path: pathTo(graph, position)
          .slice(0, PATH_MAX)
          .map((t) => net.transitions[t]?.id ?? ''),
      })),
      isComplete,
    },
    bounds: boundsOf(net, graph),
    liveness: isComplete ? namedLiveness(net, graph) : null,
    placeInvariants: named(placeInvariants(net), net.places),
    transitionInvariants: named(transitionInvariants(net), net.transitions),
  };
}

function boundsOf(net: PetriNet, graph: ReachabilityGraph): Analysis['bounds'] {
  const named = (bounds: readonly (number | null)[]): Record<string, number | null> =>
    Object.fromEntries(net.places.map(({ id }, i) => [id, bounds[i] ?? null]));
  const reached = graph.markings.maxima();
  if (graph.cutOff === null) {
    return { isBounded: true, k: Math.max(0, ...reached), places: named(reached), by: 'reachability' };
  }
  const unknown = { isBounded: null, k: null, places: named(reached), by: 'reachability' } as const;
  if (net.arcs.some(({ kind }) => kind === 'inhibitor')) return unknown;
  const { bounds, isComplete } = coverability(net);
  const isUnbounded = bounds.includes(null);
  if (isUnbounded) return { isBounded: false, k: null, places: named(bounds), by: 'coverability' };
  if (!isComplete) return unknown;
  const k = bounds.reduce<number>((most, bound) => Math.max(most, bound ?? 0), 0);
  return { isBounded: true, k, places: named(bounds), by: 'coverability' };
}

function namedLiveness(net: PetriNet, graph: ReachabilityGraph): NonNullable<Analysis['liveness']> {
  const { classes, isReversible } = livenessOf(graph, net.transitions.length);
  return {
    classes: Object.fromEntries(net.transitions.map(({ id }, t) => [id, classes[t] ?? 'dead'])),
    isLive: classes.every((each) => each === 'L4'),
    isReversible,
  };
}

export function namedMarking(net: PetriNet, tokens: readonly (number | null)[]): NamedMarking {
  const held = net.places.map(({ id }, i) => [id, tokens[i] ?? null] as const);
  return Object.fromEntries(held.filter(([, count]) => count !== 0));
}

function named({ invariants, isComplete }: Invariants, nodes: readonly { readonly id: string }[]): NamedInvariants {
  return {
    invariants: invariants.map((weights) => {
      const used = nodes.map(({ id }, i) => [id, weights[i] ?? 0n] as const).filter(([, weight]) => weight !== 0n);
      return Object.fromEntries(used.map(([id, weight]) => [id, String(weight)]));
    }),
    isComplete,
  };
}
