/** One run of one scenario, from start to stop, on either executor. */
import { namingOf } from '../kernel/plan.ts';
import type { JudgeReport } from '../checks/judge.ts';
import { checksIn } from '../checks/report.ts';
import { required } from '../core/assert.ts';
import { nodeName } from '../core/ids.ts';
import { type Micros, msFromMicros, SECOND } from '../core/time.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import type { Executor, ExecutorStatus } from '../runtime/executor.ts';
import { openInProcess } from '../runtime/inprocess.ts';
import { type Platform, WorkersExecutor } from '../runtime/workers/executor.ts';
import { compileScenario, encodeLink, type Scenario } from '../scenario/index.ts';
import type { CheckResult, Metrics } from '../session/api.ts';
import { metricsOf } from '../session/metrics.ts';
import { askDecided } from '../session/asks.ts';
import { simObservers, type TallyReport } from './tally.ts';

/** What a run prints, as one line of JSON. */
export interface RunResult {
  readonly seed: number;
  readonly fingerprint: string;
  readonly timeMs: number;
  readonly events: number;
  readonly height: number;
  readonly decided: Readonly<Record<string, readonly { readonly height: number; readonly hash: string }[]>>;
  readonly checks: readonly CheckResult[];
  readonly metrics: Metrics;
  /** `#s=…`, which shows the violation in the page; only where a check is violated. */
  readonly link?: string;
}

/** A run's result and what a sweep adds up. */
export interface RunOutcome {
  readonly result: RunResult;
  readonly tally: TallyReport;
  readonly evidenceCount: number;
}

/** A run that is not over by now will never be. Virtual µs. */
const RUN_LIMIT: Micros = 3600 * SECOND;
/** So often a run is interrupted to report progress. */
const SLICES = 50;

/** `platform`: null runs all nodes in this thread. `onProgress`: share of virtual time that has passed, 0 … 1. */
export async function runScenario(
  scenario: Scenario,
  platform: Platform | null,
  onProgress: ((share: number) => void) | null = null,
): Promise<RunOutcome> {
  const plan = compileScenario(scenario, PROTOCOLS);
  const options = { keepWords: false, highlights: 'all' } as const;
  const executor: Executor =
    platform === null
      ? await openInProcess(plan, options, simObservers)
      : await WorkersExecutor.open(plan, { ...options, pool: null, noise: null }, platform);
  try {
    await advanceToEnd(executor, onProgress);
    return await outcomeOf(scenario, executor, await executor.status(), await executor.fingerprint());
  } finally {
    await executor.close();
  }
}

/** Runs until the scenario's end, or as long as any run may take. */
export async function advanceToEnd(executor: Executor, onProgress: ((share: number) => void) | null): Promise<void> {
  const end = Math.min(executor.plan.stop.at ?? RUN_LIMIT, RUN_LIMIT);
  const slice = onProgress === null ? end : Math.ceil(end / SLICES);
  for (let until = slice; ; until += slice) {
    const { reason } = await executor.advance({ until, windows: Number.POSITIVE_INFINITY, goal: null });
    onProgress?.(Math.min(1, until / end));
    if (reason !== 'limit' || until >= end) return;
  }
}

/** What there is to say of a run at its end. */
export async function outcomeOf(
  scenario: Scenario,
  executor: Executor,
  status: ExecutorStatus,
  fingerprint: string,
): Promise<RunOutcome> {
  const { plan } = executor;
  const { declaration } = required(PROTOCOLS.get(plan.protocol.name), 'the protocol');
  const { evidenceCount } = status.reports['judge'] as JudgeReport;
  const checks = checksIn(status.reports, true);
  const decided = await askDecided(executor);
  const violated = checks.some(({ verdict }) => verdict === 'violated');
  const result: RunResult = {
    seed: scenario.seed,
    fingerprint,
    timeMs: msFromMicros(status.horizon),
    events: status.events,
    height: status.height,
    decided: Object.fromEntries(decided.map((blocks, node) => [nodeName(node, namingOf(plan)), blocks])),
    checks,
    metrics: metricsOf(status, declaration, plan),
    ...(violated ? { link: `#s=${await encodeLink(scenario)}` } : {}),
  };
  return { result, tally: status.reports['tally'] as TallyReport, evidenceCount };
}
