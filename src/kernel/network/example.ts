/** A small run plan for this folder's tests and benchmark. */
import type { NetworkPlan, RunPlan } from '../plan.ts';

export const EXAMPLE_NETWORK: NetworkPlan = {
  latency: { kind: 'uniform', minMicros: 20_000, maxMicros: 80_000 },
  bandwidthMbps: 0,
  lossPpm: 0,
  duplicatePpm: 0,
  synchrony: { kind: 'synchronous', deltaMicros: 200_000 },
};

export const EXAMPLE_TYPES: readonly string[] = ['proposal', 'vote'];

/** Four validators, two clients, and the network with the given parts replaced. */
export function examplePlan(network: Partial<NetworkPlan> = {}, regions: readonly string[] = EXAMPLE_REGIONS): RunPlan {
  return {
    seed: 7,
    protocol: { name: 'example', config: {}, mutant: null },
    validators: regions.map((region) => ({ stake: 1, region, suite: 'modelled:ml-dsa-65' })),
    clientCount: 2,
    network: { ...EXAMPLE_NETWORK, ...network },
    workload: { ratePerSecond: 0, batchMicros: 100_000, accountCount: 1, initialBalance: 0 },
    faults: [],
    submissions: [],
    stop: { height: null, at: null },
  };
}

const EXAMPLE_REGIONS: readonly string[] = ['us-east', 'eu-central', 'ap-northeast', 'sa-east'];
