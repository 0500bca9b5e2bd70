/**
 * The in-process kernel: whole networks deciding as fast as one thread goes, fingerprint on. Modelled signatures, empty
 * blocks, latency normal(250 ms, 50 ms) cut off four deviations below its mean (that leaves a lookahead).
 */
import { MILLISECOND, SECOND } from '../../core/time.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import { openConstants } from '../../runtime/constants.ts';
import { InProcessExecutor } from '../../runtime/inprocess.ts';
import { type BenchOptions, type GroupResult, type Row, rates, rowOf } from './measure.ts';

const EVERYTHING = { until: 3600 * SECOND, windows: Number.POSITIVE_INFINITY, goal: null };
const FREE = { signMicros: 0, verifyMicros: 0, hashMicrosPerKiB: 0 };

export async function benchKernel(options: BenchOptions): Promise<GroupResult> {
  const rows: Row[] = [];
  for (const validatorCount of options.quick ? [4, 16] : [4, 16, 64, 128]) {
    for (const decisions of [1, 10]) {
      for (const cpu of [true, false]) {
        const length = `${decisions} ${decisions === 1 ? 'decision' : 'decisions'} a run`;
        const name = `svbft n=${validatorCount}, ${length}, CPU ${cpu ? 'modelled' : 'free'}`;
        options.onStep(name);
        rows.push(...(await kernelRows(name, validatorCount, decisions, cpu, options)));
      }
    }
  }
  return { rows, ratios: [] };
}

async function kernelRows(
  name: string,
  validatorCount: number,
  decisions: number,
  cpu: boolean,
  options: BenchOptions,
): Promise<Row[]> {
  const world = await openConstants(kernelPlan(validatorCount, decisions), {
    keepWords: false,
    highlights: 'decisions',
  });
  const priced = cpu ? world : { ...world, costs: world.costs.map(() => FREE) };
  const { events, messages } = await countOnce(priced);
  const perSecond = await rates(() => runOnce(priced, decisions), options.quick ? 50 : 300, options);
  const per = (count: number) => perSecond.map((value) => (value * count) / decisions);
  return [
    rowOf('kernel', name, 'decisions/s', perSecond),
    rowOf('kernel', `${name}, ${Math.round(messages / decisions)} messages each`, 'messages/s', per(messages)),
    rowOf('kernel', `${name}, ${Math.round(events / decisions)} trace events each`, 'events/s', per(events)),
  ];
}

/** Builds the network, runs it to its stop and takes the fingerprint. */
function runOnce(world: WorldConstants, decisions: number): number {
  const run = new InProcessExecutor(world, []);
  const { reason } = run.run(EVERYTHING);
  run.fingerprintNow();
  if (reason !== 'stopped') throw new Error(`no ${decisions} decisions within an hour of virtual time`);
  return decisions;
}

/** Trace events of a run, and copies that one node sent to another. */
async function countOnce(world: WorldConstants): Promise<{ readonly events: number; readonly messages: number }> {
  const run = new InProcessExecutor(world, []);
  run.run(EVERYTHING);
  const { events, work } = await run.status();
  return { events, messages: work.copies.reduce((sum, copies) => sum + copies, 0) };
}

export function kernelPlan(validatorCount: number, height: number): RunPlan {
  const suite = 'modelled:ml-dsa-65' as const;
  return {
    seed: 1,
    protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 60_000 }, mutant: null },
    validators: Array.from({ length: validatorCount }, () => ({ stake: 1, region: 'local', suite })),
    clientCount: 1,
    network: {
      latency: {
        kind: 'normal',
        meanMicros: 250 * MILLISECOND,
        deviationMicros: 50 * MILLISECOND,
        minMicros: 50 * MILLISECOND,
      },
      bandwidthMbps: 0,
      lossPpm: 0,
      duplicatePpm: 0,
      synchrony: { kind: 'synchronous', deltaMicros: 500 * MILLISECOND },
    },
    workload: { ratePerSecond: 0, batchMicros: SECOND, accountCount: 2, initialBalance: 1000 },
    faults: [],
    submissions: [],
    stop: { height, at: null },
  };
}
