/**
 * The work that csienslab/BFT-Simulator (DSN 2022) measures with PBFT, so that ratios to it can be formed: one decision a run,
 * ended when n − f nodes have decided, a checkpoint after it, latency normal(250 ms, 50 ms) a copy, no CPU time. Ours besides
 * encodes, sizes, signs (modelled) and verifies every message and fingerprints the run; latency is cut off at 50 ms, four
 * deviations below its mean (that leaves a lookahead).
 */
import { maxFaulty } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import { SECOND } from '../../core/time.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { Highlight } from '../../kernel/trace/highlights.ts';
import { openConstants } from '../../runtime/constants.ts';
import type { RunObserver } from '../../runtime/executor.ts';
import { InProcessExecutor } from '../../runtime/inprocess.ts';
import { kernelPlan } from './kernel.ts';
import { type BenchOptions, type GroupResult, type Row, rates, rowOf } from './measure.ts';

const NAME = 'pbft, one decision a run, modelled signatures, normal(250 ms, 50 ms)';
const CONFIG = { blockTimeMs: 60_000, viewChangeTimeoutMs: 60_000, statusPeriodMs: 60_000, checkpointInterval: 1 };
const FREE = { signMicros: 0, verifyMicros: 0, hashMicrosPerKiB: 0 };
const LIMIT = { until: 30 * SECOND, windows: Number.POSITIVE_INFINITY };
const GOAL = { height: null, decidedBy: null, observed: true } as const;

export async function benchPeer(options: BenchOptions): Promise<GroupResult> {
  const rows: Row[] = [];
  for (const validatorCount of options.quick ? [4, 16] : [4, 16, 32, 64, 128, 512]) {
    const name = `${NAME}, n=${validatorCount}`;
    options.onStep(name);
    rows.push(...(await peerRows(name, validatorCount, options)));
  }
  return { rows, ratios: [] };
}

async function peerRows(name: string, validatorCount: number, options: BenchOptions): Promise<Row[]> {
  const plan = {
    ...kernelPlan(validatorCount, 1),
    protocol: { name: 'pbft', config: CONFIG, mutant: null },
    stop: { height: null, at: null },
  };
  const opened = await openConstants(plan, { keepWords: false, highlights: 'decisions' });
  const world = { ...opened, costs: opened.costs.map(() => FREE) };
  const { handled, events } = await countOnce(world);
  const perSecond = await rates(() => runOnce(world), options.quick ? 50 : 300, options);
  const per = (count: number): number[] => perSecond.map((value) => value * count);
  return [
    rowOf('peer', name, 'decisions/s', perSecond),
    rowOf('peer', `${name}, ${handled} messages handled a run`, 'messages/s', per(handled)),
    rowOf('peer', `${name}, ${events} trace events a run`, 'events/s', per(events)),
  ];
}

/** Builds the network, runs it until n − f nodes have decided and takes the fingerprint. */
function runOnce(world: WorldConstants): number {
  const run = decide(world);
  run.fingerprintNow();
  return 1;
}

function decide(world: WorldConstants): InProcessExecutor {
  const { length } = world.plan.validators;
  const run = new InProcessExecutor(world, [decisionsOf(length - maxFaulty(length))]);
  const { reason } = run.run({ ...LIMIT, goal: GOAL });
  if (reason !== 'goal') throw new Error('no decision of n − f nodes within 30 virtual seconds');
  return run;
}

async function countOnce(world: WorldConstants): Promise<{ readonly handled: number; readonly events: number }> {
  const { events, work } = await decide(world).status();
  return { handled: work.verified, events };
}

/** Waits for so many decisions. */
function decisionsOf(wanted: number): RunObserver {
  let count = 0;
  let reachedAt: Micros | null = null;
  return {
    name: 'decisions',
    onHighlight(highlight: Highlight): void {
      if (highlight.kind === 'decide' && ++count === wanted) reachedAt = highlight.t;
    },
    onHorizon: () => undefined,
    reachedBefore: () => reachedAt,
    report: () => count,
    capture: () => ({ count, reachedAt }),
    restore(state: unknown): void {
      ({ count, reachedAt } = state as { count: number; reachedAt: Micros | null });
    },
  };
}
