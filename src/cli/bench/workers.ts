/** Blocks a second where every validator has a worker thread of its own, where they share a pool, and in one thread. */
import { MILLISECOND, SECOND } from '../../core/time.ts';
import type { SuiteName } from '../../crypto/suite.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import type { Executor } from '../../runtime/executor.ts';
import { openInProcess } from '../../runtime/inprocess.ts';
import { type Platform, WorkersExecutor } from '../../runtime/workers/executor.ts';
import { simObservers } from '../tally.ts';
import { type BenchOptions, type GroupResult, type Ratio, RUNS, type Row, ratioOf, rowOf } from './measure.ts';

const SUITES: readonly SuiteName[] = ['modelled:ml-dsa-65', 'ml-dsa-65'];
const OPTIONS = { keepWords: false, highlights: 'all' } as const;
const POOL = 2;

export async function benchWorkers(options: BenchOptions, platform: Platform): Promise<GroupResult> {
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  for (const suite of SUITES) {
    for (const validatorCount of options.quick ? [4] : [4, 16]) {
      const plan = workersPlan(validatorCount, suite);
      const name = `n=${validatorCount}, ${suite}`;
      const blocks = options.quick ? 5 : Math.ceil((suite === 'ml-dsa-65' ? 80 : 160) / validatorCount);
      const threads = (pool: number | null) => () =>
        WorkersExecutor.open(plan, { ...OPTIONS, pool, noise: null }, platform);
      const one = await measure(
        `${name}, in one thread`,
        () => openInProcess(plan, OPTIONS, simObservers),
        blocks,
        options,
      );
      const each = await measure(`${name}, a worker each`, threads(null), blocks, options);
      const pool = await measure(`${name}, pool of ${POOL} workers`, threads(POOL), blocks, options);
      rows.push(one, each, pool);
      ratios.push(...ratioOf(`${name}: a worker each / in one thread`, each, one));
      ratios.push(...ratioOf(`${name}: pool / in one thread`, pool, one));
      ratios.push(...ratioOf(`${name}: pool / a worker each`, pool, each));
    }
  }
  return { rows, ratios };
}

/** One testnet, opened once; each measurement is the time of its next `blocks` blocks. */
async function measure(
  name: string,
  open: () => Promise<Executor>,
  blocks: number,
  { now, onStep }: BenchOptions,
): Promise<Row> {
  onStep(name);
  const executor = await open();
  const values: number[] = [];
  try {
    for (let run = 0; run <= RUNS; run++) {
      const goal = { height: (run + 1) * blocks, decidedBy: null };
      const began = now();
      const { reason } = await executor.advance({ until: 3600 * SECOND, windows: Number.POSITIVE_INFINITY, goal });
      if (reason !== 'goal') throw new Error(`${name}: no ${blocks} blocks within an hour of virtual time`);
      if (run > 0) values.push((blocks * 1000) / (now() - began));
    }
  } finally {
    await executor.close();
  }
  return rowOf('workers', name, 'blocks/s', values);
}

function workersPlan(validatorCount: number, suite: SuiteName): RunPlan {
  return {
    seed: 1,
    protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 60_000 }, mutant: null },
    validators: Array.from({ length: validatorCount }, () => ({ stake: 1, region: 'local', suite })),
    clientCount: 1,
    network: {
      latency: { kind: 'uniform', minMicros: 20 * MILLISECOND, maxMicros: 80 * MILLISECOND },
      bandwidthMbps: 0,
      lossPpm: 0,
      duplicatePpm: 0,
      synchrony: { kind: 'partial', gst: 0, deltaMicros: 500 * MILLISECOND },
    },
    workload: { ratePerSecond: 20, batchMicros: 200 * MILLISECOND, accountCount: 100, initialBalance: 1000 },
    faults: [],
    submissions: [],
    stop: { height: null, at: null },
  };
}
