/** Speed of the sender's side of the network. */
import type { LatencyPlan, NetworkPlan } from '../plan.ts';
import { EXAMPLE_TYPES, examplePlan } from './example.ts';
import { createFate, fate } from './fate.ts';
import { createLinks } from './links.ts';
import { beginRule } from './rules.ts';

const COPIES = 200_000;
const NODES = 64;

const LATENCIES: readonly LatencyPlan[] = [
  { kind: 'constant', micros: 50_000 },
  { kind: 'uniform', minMicros: 20_000, maxMicros: 80_000 },
  { kind: 'normal', meanMicros: 50_000, deviationMicros: 10_000, minMicros: 5_000 },
  { kind: 'log-normal', medianMicros: 50_000, sigmaMilli: 500, minMicros: 5_000 },
  { kind: 'pareto', minMicros: 20_000, alphaMilli: 2_000, maxMicros: 1_000_000 },
  { kind: 'regions', jitterMicros: 5_000 },
];

/** One row for each latency kind, and one with everything switched on. `now` gives ms of a steady clock. */
export function networkRows(now: () => number): { name: string; opsPerSecond: number }[] {
  const rows = LATENCIES.map((latency) => row(`network fate, ${latency.kind}`, { latency }, now));
  rows.push(
    row(
      'network fate, bandwidth + loss + duplicates + link fault',
      { bandwidthMbps: 1000, lossPpm: 10_000, duplicatePpm: 10_000 },
      now,
    ),
  );
  return rows;
}

function row(name: string, network: Partial<NetworkPlan>, now: () => number) {
  const links = createLinks(examplePlan(network), 0, NODES, EXAMPLE_TYPES);
  if (links.networkLossPpm > 0) {
    const fault = { kind: 'link', from: [0], to: [1, 2, 3], symmetric: false, types: ['vote'] } as const;
    beginRule(links, 'f0', { ...fault, delayMicros: 10_000, lossPpm: 1_000, duplicatePpm: 0 });
  }
  const out = createFate();
  const send = (copies: number) => {
    for (let i = 0; i < copies; i++) fate(links, i, 1 + (i % (NODES - 1)), 3_400, i & 1, out);
  };
  send(COPIES / 4);
  const start = now();
  send(COPIES);
  const milliseconds = now() - start;
  return { name, opsPerSecond: milliseconds > 0 ? Math.round((COPIES * 1000) / milliseconds) : 0 };
}
