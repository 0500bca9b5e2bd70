/** One run of one scenario under the judge, ended as soon as a check is violated: what searches and shrinking ask for. */
import { Judge } from '../checks/judge.ts';
import { required } from '../core/assert.ts';
import { type Micros, msFromMicros, SECOND } from '../core/time.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type InProcessExecutor, openInProcess } from '../runtime/inprocess.ts';
import { compileScenario, type Scenario } from '../scenario/index.ts';

/** A check that did not hold. */
export interface Finding {
  readonly check: string;
  /** Virtual ms at which it was broken. */
  readonly atMs: number;
  readonly detail: string;
}

export interface ProbeResult {
  /** In the order of the judge; empty where all held until the end. */
  readonly findings: readonly Finding[];
  /** Virtual ms that were run. */
  readonly timeMs: number;
  readonly height: number;
  readonly events: number;
}

/** A scenario that does not say when it stops is run this long. Virtual µs. */
const STOP_DEFAULT: Micros = 60 * SECOND;
/** So often a run is asked whether a check is violated already. */
const SLICE: Micros = SECOND;

/** `check`: run on until this one is violated, whatever else is; null: the first of any. */
export async function probe(scenario: Scenario, check: string | null = null): Promise<ProbeResult> {
  const { run, judge } = await openJudged(scenario);
  const end = run.plan.stop.at ?? STOP_DEFAULT;
  for (let until = Math.min(SLICE, end); ; until = Math.min(until + SLICE, end)) {
    const { reason, horizon } = run.run({ until, windows: Number.POSITIVE_INFINITY, goal: null });
    judge.onHorizon(horizon);
    const isFound = check === null ? judge.violations.size > 0 : judge.violations.has(check);
    if (isFound || reason !== 'limit' || until >= end) break;
  }
  const { horizon, height } = await run.status();
  return { findings: findingsOf(judge), timeMs: msFromMicros(horizon), height, events: run.events() };
}

/** The testnet of a scenario at t = 0, with its judge, without views. */
export async function openJudged(
  scenario: Scenario,
): Promise<{ readonly run: InProcessExecutor; readonly judge: Judge }> {
  let judge: Judge | null = null;
  const options = { keepWords: false, highlights: 'all' } as const;
  const run = await openInProcess(compileScenario(scenario, PROTOCOLS), options, (world) => {
    judge = new Judge(world);
    return [judge];
  });
  return { run, judge: required(judge as Judge | null, 'the judge of the run') };
}

export function findingsOf(judge: Judge): Finding[] {
  return [...judge.violations].map(([check, { at, detail }]) => ({ check, atMs: msFromMicros(at), detail }));
}
