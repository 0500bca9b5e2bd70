import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { deltaMicros, sampleLatency } from '../../kernel/network/latency.ts';
import { regionIndex } from '../../kernel/network/regions.ts';
import type { RunPlan } from '../../kernel/plan.ts';

/** Half of all draws are below: every latency kind rises (or falls) with its uniform word. */
const MEDIAN_WORD = 0x80000000;

/**
 * How long a lost copy is shown on its way: the median latency of its link. The trace does not say how long it would have
 * travelled, since the network decides its loss before its latency.
 */
export function nominalFlight(plan: RunPlan): (from: NodeIndex, to: NodeIndex) => Micros {
  const regions = plan.validators.map((validator) => regionIndex(validator.region));
  // A client sits in the region of a validator, as the network model has it.
  const regionOf = (node: NodeIndex): number => regions[node % regions.length] ?? 0;
  const memo = new Map<number, Micros>();
  return (from, to) => {
    const pair = regionOf(from) * 256 + regionOf(to);
    const known = memo.get(pair);
    if (known !== undefined) return known;
    const median = sampleLatency(plan.network.latency, MEDIAN_WORD, regionOf(from), regionOf(to));
    const flight = Math.min(median, deltaMicros(plan.network));
    memo.set(pair, flight);
    return flight;
  };
}
