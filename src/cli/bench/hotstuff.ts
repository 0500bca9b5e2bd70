/** Chained HotStuff in the in-process kernel: the network of the kernel's rows, as fast as votes arrive, no CPU time. */
import { SECOND } from '../../core/time.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import { openConstants } from '../../runtime/constants.ts';
import { InProcessExecutor } from '../../runtime/inprocess.ts';
import { kernelPlan } from './kernel.ts';
import { besideRival } from './beside.ts';
import type { BenchOptions, GroupResult, Ratio, Row } from './measure.ts';
import type { RivalPlace } from '../rival/process.ts';

const EVERYTHING = { until: 3600 * SECOND, windows: Number.POSITIVE_INFINITY, goal: null };
const DECISIONS = 100;
const FREE = { signMicros: 0, verifyMicros: 0, hashMicrosPerKiB: 0 };

/** `rival`: the peer's own simulator runs too. */
export async function benchHotstuff(options: BenchOptions, rival: RivalPlace | null): Promise<GroupResult> {
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  for (const validatorCount of options.quick ? [4, 16] : [4, 16, 32, 64]) {
    const opened = await openConstants(planFor(validatorCount), { keepWords: false, highlights: 'decisions' });
    const world = { ...opened, costs: opened.costs.map(() => FREE) };
    const name = `chained HotStuff n=${validatorCount}, ${DECISIONS} decisions a run`;
    const work = { group: 'hotstuff', name, once: () => runOnce(world), decisions: DECISIONS } as const;
    const measured = await besideRival(work, rival, 'hotstuff-NS', validatorCount, options);
    rows.push(measured.row, ...measured.rivalRows);
    ratios.push(...measured.ratios);
  }
  return { rows, ratios };
}

function planFor(validatorCount: number): RunPlan {
  const config = { mode: 'chained', blockTimeMs: 0, viewChangeTimeoutMs: 60_000 };
  return { ...kernelPlan(validatorCount, DECISIONS), protocol: { name: 'hotstuff', config, mutant: null } };
}

/** Builds the network, runs it to its stop and takes the fingerprint. */
function runOnce(world: WorldConstants): number {
  const run = new InProcessExecutor(world, []);
  const { reason } = run.run(EVERYTHING);
  run.fingerprintNow();
  if (reason !== 'stopped') throw new Error(`no ${DECISIONS} decisions within an hour of virtual time`);
  return DECISIONS;
}
