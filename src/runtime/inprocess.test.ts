import { describe, expect, it } from 'vitest';
import { Judge } from '../checks/judge.ts';
import type { RunPlan } from '../kernel/plan.ts';
import { openInProcess } from './inprocess.ts';

const plan: RunPlan = {
  seed: 7,
  protocol: { name: 'svbft', config: {}, mutant: null },
  validators: Array.from({ length: 4 }, () => ({ stake: 1, region: 'local', suite: 'modelled:ml-dsa-65' as const })),
  clientCount: 1,
  network: {
    latency: { kind: 'uniform', minMicros: 20_000, maxMicros: 80_000 },
    bandwidthMbps: 100,
    lossPpm: 0,
    duplicatePpm: 0,
    synchrony: { kind: 'partial', gst: 0, deltaMicros: 500_000 },
  },
  workload: { ratePerSecond: 50, batchMicros: 200_000, accountCount: 16, initialBalance: 1000 },
  faults: [],
  submissions: [],
  stop: { height: 10, at: null },
};

const EVERYTHING = { until: Number.POSITIVE_INFINITY, windows: Number.POSITIVE_INFINITY, goal: null };
const OPTIONS = { keepWords: false, highlights: 'all' } as const;

describe('in-process executor', () => {
  it('reaches the stop height with every invariant intact, and again with the same fingerprint', async () => {
    const fingerprints: string[] = [];
    for (let round = 0; round < 2; round++) {
      const run = await openInProcess(plan, OPTIONS, (world) => [new Judge(world)]);
      const end = run.run(EVERYTHING);
      const status = await run.status();
      expect(end.reason).toBe('stopped');
      expect(status.height).toBe(10);
      const { checks } = status.reports['judge'] as ReturnType<Judge['report']>;
      for (const check of checks) expect(check, check.detail).toMatchObject({ verdict: 'holds' });
      fingerprints.push(run.fingerprintNow());
    }
    expect(fingerprints[0]).toBe(fingerprints[1]);
  });
});
