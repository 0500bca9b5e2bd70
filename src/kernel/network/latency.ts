/**
 * How long a copy travels: one sampler for each kind of `LatencyPlan`. A new kind is a new entry of `KINDS` (and of the
 * union in `plan.ts`): how to draw it from one uniform word, and the least it can be.
 */
import { scale } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import type { LatencyPlan, NetworkPlan } from '../plan.ts';
import { LATENCY_MICROS_MAX, LOG2_E, negativeLog2, normalDeviate, ONE, timesPowerOfTwo } from './fixed.ts';
import { oneWayMicros, type RegionIndex, regionIndex } from './regions.ts';

interface LatencyKind<P> {
  /** A draw in µs for a word uniform in [0, 2^32). Clipped afterwards to [minimum, one hour]. */
  sample(plan: P, word: number, from: RegionIndex, to: RegionIndex): Micros;
  /** The least µs between two regions. */
  minimum(plan: P, from: RegionIndex, to: RegionIndex): Micros;
}

type Kinds = { readonly [K in LatencyPlan['kind']]: LatencyKind<Extract<LatencyPlan, { readonly kind: K }>> };

const KINDS: Kinds = {
  constant: {
    sample: (plan) => plan.micros,
    minimum: (plan) => plan.micros,
  },
  uniform: {
    sample: (plan, word) => plan.minMicros + scale(word, plan.maxMicros - plan.minMicros + 1),
    minimum: (plan) => plan.minMicros,
  },
  normal: {
    sample: (plan, word) => plan.meanMicros + Math.floor((plan.deviationMicros * normalDeviate(word)) / ONE),
    minimum: (plan) => plan.minMicros,
  },
  'log-normal': {
    // median · e^(σz) = median · 2^(σz · log2 e); σ is at most 10, so every product stays below 2^53.
    sample: (plan, word) => {
      const sigmaZ = Math.floor((plan.sigmaMilli * normalDeviate(word)) / 1000);
      return timesPowerOfTwo(plan.medianMicros, Math.floor((sigmaZ * LOG2_E) / ONE));
    },
    minimum: (plan) => plan.minMicros,
  },
  pareto: {
    // min · s^(−1/α) = min · 2^(−log2(s) / α) for a uniform s; what exceeds the maximum arrives at the maximum.
    sample: (plan, word) => {
      const exponent = Math.floor((negativeLog2(word) * 1000) / plan.alphaMilli);
      return Math.min(timesPowerOfTwo(plan.minMicros, exponent), plan.maxMicros);
    },
    minimum: (plan) => plan.minMicros,
  },
  regions: {
    sample: (plan, word, from, to) => oneWayMicros(from, to) + scale(word, plan.jitterMicros + 1),
    minimum: (_plan, from, to) => oneWayMicros(from, to),
  },
};

/** A run has one plan, which is asked about every copy. */
let lastPlan: LatencyPlan | null = null;
let lastKind = KINDS.constant as LatencyKind<LatencyPlan>;

/** The entry for a plan: the one place where the kinds' own types are set aside. */
function kindOf(plan: LatencyPlan): LatencyKind<LatencyPlan> {
  if (plan !== lastPlan) {
    lastPlan = plan;
    lastKind = KINDS[plan.kind] as LatencyKind<LatencyPlan>;
  }
  return lastKind;
}

/** The least that a copy between two regions travels, at least 1 µs. */
export function minimumBetween(plan: LatencyPlan, from: RegionIndex, to: RegionIndex): Micros {
  return Math.max(1, kindOf(plan).minimum(plan, from, to));
}

/** One draw for a uniform word, never below `minimumBetween` the two regions and never above one hour beyond it. */
export function sampleLatency(plan: LatencyPlan, word: number, from: RegionIndex, to: RegionIndex): Micros {
  const kind = kindOf(plan);
  const drawn = Math.min(kind.sample(plan, word, from, to), LATENCY_MICROS_MAX);
  return Math.max(drawn, kind.minimum(plan, from, to), 1);
}

/**
 * The lookahead L: whatever is sent at t arrives at t + L or later, whichever nodes exchange it and whatever faults are in
 * force. A client sits in the region of a validator, so the way from each region to itself counts.
 */
export function minimumLatency(network: NetworkPlan, validators: readonly { readonly region: string }[]): Micros {
  const regions = [...new Set(validators.map((validator) => regionIndex(validator.region)))];
  let least = LATENCY_MICROS_MAX;
  for (const from of regions) {
    for (const to of regions) least = Math.min(least, minimumBetween(network.latency, from, to));
  }
  return Math.max(1, Math.min(least, deltaMicros(network)));
}

/** Δ of the synchrony in force, µs; an asynchronous network has none (Infinity). */
export function deltaMicros(network: NetworkPlan): Micros {
  return network.synchrony.kind === 'asynchronous' ? Number.POSITIVE_INFINITY : network.synchrony.deltaMicros;
}
