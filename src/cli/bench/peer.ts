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
import { besideRival } from './beside.ts';
import type { BenchOptions, GroupResult, Ratio, Row } from './measure.ts';
import { rowOf } from './measure.ts';
import type { RivalPlace } from '../rival/process.ts';

const NAME = 'pbft, one decision a run, modelled signatures, normal(250 ms, 50 ms)';
const CONFIG = { blockTimeMs: 60_000, viewChangeTimeoutMs: 60_000, statusPeriodMs: 60_000, checkpointInterval: 1 };
/** A run of the peer's takes a minute at 256 nodes. */
const RIVAL_NODES_MAX = 128;
const FREE = { signMicros: 0, verifyMicros: 0, hashMicrosPerKiB: 0 };
const LIMIT = { until: 30 * SECOND, windows: Number.POSITIVE_INFINITY };
const GOAL = { height: null, decidedBy: null, observed: true } as const;

/** `rival`: the peer's own simulator runs too, where a run of it ends within seconds. */
export async function benchPeer(options: BenchOptions, rival: RivalPlace | null): Promise<GroupResult> {
  const rows: Row[] = [];
  const ratios: Ratio[] = [];
  for (const validatorCount of options.quick ? [4, 16] : [4, 16, 32, 64, 128, 512]) {
    const result = await peerRows(validatorCount, options, validatorCount > RIVAL_NODES_MAX ? null : rival);
    rows.push(...result.rows);
    ratios.push(...result.ratios);
  }
  return { rows, ratios };
}

async function peerRows(validatorCount: number, options: BenchOptions, rival: RivalPlace | null): Promise<GroupResult> {
  const name = `${NAME}, n=${validatorCount}`;
  const plan = {
    ...kernelPlan(validatorCount, 1),
    protocol: { name: 'pbft', config: CONFIG, mutant: null },
    stop: { height: null, at: null },
  };
  const opened = await openConstants(plan, { keepWords: false, highlights: 'decisions' });
  const world = { ...opened, costs: opened.costs.map(() => FREE) };
  const { sent, handled, events } = await countOnce(world);
  const work = { group: 'peer', name, once: () => runOnce(world), decisions: 1 } as const;
  const measured = await besideRival(work, rival, 'pbft', validatorCount, options);
  const per = (count: number): number[] => measured.perSecond.map((value) => value * count);
  return {
    rows: [
      measured.row,
      rowOf('peer', `${name}, ${sent} messages sent, ${handled} handled a run`, 'messages/s', per(handled)),
      rowOf('peer', `${name}, ${events} trace events a run`, 'events/s', per(events)),
      ...measured.rivalRows,
    ],
    ratios: measured.ratios,
  };
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

interface Counts {
  readonly sent: number;
  readonly handled: number;
  readonly events: number;
}

async function countOnce(world: WorldConstants): Promise<Counts> {
  const { events, work } = await decide(world).status();
  return { sent: work.copies.reduce((sum, copies) => sum + copies, 0), handled: work.verified, events };
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
