/** Both executors, one trace: whatever happens in a run, where its nodes live cannot be seen in the fingerprint. */
import { describe, expect, it } from 'vitest';
import type { TallyReport } from '../cli/tally.ts';
import type { Executor, ExecutorStatus } from './executor.ts';
import { SHORT_RUNS, type ShortRun } from './testing/scenarios.ts';
import { EVERYTHING, openHere, withThreads } from './testing/threads.ts';

const POOLS = [null, 1, 2, 4] as const;
/** So many runs meet every pool, the others two. */
const THOROUGH = 10;

function poolsOf(index: number): readonly (number | null)[] {
  if (index % Math.ceil(SHORT_RUNS.length / THOROUGH) === 0) return POOLS;
  const first = index % POOLS.length;
  const second = (first + 1 + (Math.floor(index / POOLS.length) % 3)) % POOLS.length;
  return [POOLS[first] ?? null, POOLS[second] ?? null];
}

/** All that can be known of a run at its end. */
async function finish(executor: Executor): Promise<ExecutorStatus & { readonly fingerprint: string }> {
  await executor.advance(EVERYTHING);
  return structuredClone({ ...(await executor.status()), fingerprint: await executor.fingerprint() });
}

describe('executors', () => {
  it('are compared on enough, and each pool on much of it', () => {
    expect(SHORT_RUNS.length).toBeGreaterThanOrEqual(50);
    const met = SHORT_RUNS.map((_, index) => poolsOf(index));
    expect(met.filter((pools) => pools.length === POOLS.length).length).toBeGreaterThanOrEqual(THOROUGH - 1);
    for (const pools of met) expect(new Set(pools).size).toBeGreaterThanOrEqual(2);
    for (const pool of POOLS) expect(met.filter((pools) => pools.includes(pool)).length).toBeGreaterThan(20);
    expect(new Set(SHORT_RUNS.map(({ name }) => name)).size).toBe(SHORT_RUNS.length);
  });

  it.each(SHORT_RUNS.map((run, index): [string, ShortRun, number] => [run.name, run, index]))(
    'agree on: %s',
    { timeout: 120_000 },
    async (_, { plan }, index) => {
      const expected = await finish(await openHere(plan));
      for (const pool of poolsOf(index)) {
        // Every other run waits for random times, up to 2 ms a window and worker.
        const noise = index % 2 === 0 ? null : { seed: index, maxMs: 2 };
        const found = await withThreads(plan, { pool, noise }, finish);
        expect(found, `pool ${pool}`).toEqual(expected);
      }
      const begun = plan.faults.filter(({ at, when }) => at !== null || when !== null).length;
      const { faults, decisions } = expected.reports['tally'] as TallyReport;
      if (begun > 0) expect(Object.keys(faults).length).toBeGreaterThan(0);
      const { synchrony } = plan.network;
      const calmAt = synchrony.kind === 'partial' ? synchrony.gst : 0;
      if (synchrony.kind !== 'asynchronous' && expected.horizon > calmAt) expect(decisions).toBeGreaterThan(0);
    },
  );
});
