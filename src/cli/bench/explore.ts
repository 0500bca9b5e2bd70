/** How fast searches are: runs a second of a mixed search on one core and on all, states a second of exhaustive ones. */
import { machineModel } from '../../checks/explore/machines.ts';
import { twoPhaseCommit } from '../../checks/explore/models/commit.ts';
import { searchModel } from '../../checks/explore/search.ts';
import { required } from '../../core/assert.ts';
import { plainScenario, type SearchRequest } from '../../explore/index.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { SearchPool } from '../explore/threads.ts';
import { type BenchOptions, type GroupResult, RUNS, type Row, ratioOf, rowOf } from './measure.ts';

const LIMITS = { statesMax: 1_000_000, depthMax: 1_000_000, reduce: true };

export async function benchExplore(
  options: BenchOptions,
  entry: string | null,
  coreCount: number,
): Promise<GroupResult> {
  const searches = await benchSearches(options, entry, coreCount);
  return { rows: [...searches.rows, ...benchModels(options)], ratios: searches.ratios };
}

async function benchSearches(
  { quick, now, onStep }: BenchOptions,
  entry: string | null,
  coreCount: number,
): Promise<GroupResult> {
  const base = plainScenario({ protocol: 'svbft', mutant: null, validators: 4 });
  const request: SearchRequest = { base, mode: 'mixed', seed: 1, budget: quick ? 32 : 160, check: null };
  const rows: Row[] = [];
  for (const jobs of entry === null || coreCount < 2 ? [1] : [1, coreCount]) {
    const name = `search, mixed, n=4, ${jobs} ${jobs === 1 ? 'thread' : 'threads'}`;
    const values: number[] = [];
    // Started once, as for the searches of one command; the first measurement, which does not count, warms them up.
    const pool = new SearchPool(entry ?? '', jobs);
    try {
      for (let run = -1; run < RUNS; run++) {
        onStep(`${name}, run ${run + 1} of ${RUNS}`);
        const began = now();
        const { totals } = await pool.search(request, () => undefined);
        if (run >= 0) values.push((totals.runs * 1000) / (now() - began));
      }
    } finally {
      await pool.close();
    }
    rows.push(rowOf('explore', name, 'runs/s', values));
  }
  return { rows, ratios: ratioOf(`search: ${coreCount} threads / 1`, rows[1], rows[0]) };
}

function benchModels({ quick, now, onStep }: BenchOptions): Row[] {
  const svbft = required(PROTOCOLS.get('svbft'), 'svbft');
  const none = { drops: 0, duplicates: 0, crashes: 0 };
  const bounds = { validators: 3, config: {}, mutant: null, slots: 1, timeouts: 1, ...none };
  const ways: readonly (readonly [string, () => number])[] = [
    ['exhaustive, two-phase commit', () => searchModel(twoPhaseCommit(quick ? 4 : 6), LIMITS).distinctStates],
    [
      'exhaustive, real SVBFT machines, n=3',
      () => searchModel(machineModel(svbft, bounds), { ...LIMITS, statesMax: quick ? 300 : 1500 }).distinctStates,
    ],
  ];
  return ways.map(([name, once]) => {
    const values: number[] = [];
    for (let run = -1; run < RUNS; run++) {
      onStep(`${name}, run ${run + 1} of ${RUNS}`);
      const began = now();
      const states = once();
      if (run >= 0) values.push((states * 1000) / Math.max(0.001, now() - began));
    }
    return rowOf('explore', name, 'states/s', values);
  });
}
