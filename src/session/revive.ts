/** From a saved run to a running one: everything is checked before anybody relies on it. */
import { namingOf } from '../kernel/plan.ts';
import { describeProblem, type Problem, TestnetError } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Scenario, validateScenario, validatorCount } from '../scenario/index.ts';
import type { SnapshotRecord } from '../storage/types.ts';
import { askDecided } from './asks.ts';
import { type Payload, readPayload } from './payload.ts';
import { metricsOf } from './metrics.ts';
import { type OpenExecutor, Run, type TraceBatch } from './run.ts';
import { checksOf, testnetState } from './state.ts';

/** A saved run that cannot be taken up: what is wrong with it. */
export class ReviveError extends Error {
  override readonly name = 'ReviveError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const first = problems[0];
    super(first === undefined ? 'damaged' : describeProblem(first));
    this.problems = problems;
  }
}

/** The scenarios and the payload of a record whose outer shape is right. @throws ReviveError */
export function readSaved(record: SnapshotRecord): {
  readonly scenario: Scenario;
  readonly base: Scenario;
  readonly payload: Payload;
} {
  const scenario = scenarioOf(record.scenario, 'scenario');
  const read = readPayload(record.payload, {
    nodeCount: validatorCount(scenario) + scenario.clients,
    at: record.atMicros,
  });
  if ('problems' in read) throw new ReviveError(read.problems);
  return { scenario, base: scenarioOf(read.payload.base, 'payload.base'), payload: read.payload };
}

function scenarioOf(value: unknown, path: string): Scenario {
  const validated = validateScenario(value, PROTOCOLS);
  if ('scenario' in validated) return validated.scenario;
  throw new ReviveError(
    validated.problems.map((problem) => ({ ...problem, path: problem.path === '' ? path : `${path}.${problem.path}` })),
  );
}

const TRIAL_WINDOWS = 4;

/** What a page asks of a run at once, and a few windows more: what only looks like a state shows itself here. */
async function tryOut(run: Run, at: Micros): Promise<void> {
  const { declaration } = run.protocol;
  for (const windows of [0, TRIAL_WINDOWS]) {
    await run.advance({ windows });
    const status = await run.refresh();
    testnetState(status, await askDecided(run.executor), declaration, namingOf(run.executor.plan), 'paused');
    checksOf(status);
    metricsOf(status, declaration, run.executor.plan);
  }
  await run.rewind(at);
}

/**
 * Opens a testnet of its own and puts it where the record says. It must then have the fingerprint it had when it was saved.
 * @throws ReviveError when it is damaged, TestnetError when no testnet can be opened
 */
export async function revive(
  record: SnapshotRecord,
  trace: readonly TraceBatch[],
  runId: string,
  openExecutor: OpenExecutor,
): Promise<Run> {
  const { scenario, base, payload } = readSaved(record);
  const run = await Run.open(runId, scenario, openExecutor);
  try {
    await run.takeUp({ ...payload, base }, record.atMicros, trace);
    const found = await run.executor.fingerprint();
    if (found !== payload.fingerprint) {
      throw new ReviveError([{ path: 'payload.fingerprint', found, expected: payload.fingerprint }]);
    }
    await tryOut(run, record.atMicros);
    return run;
  } catch (error) {
    await run.close();
    if (error instanceof ReviveError || (error instanceof TestnetError && error.code === 'worker')) throw error;
    const found = error instanceof Error ? error.message : String(error);
    throw new ReviveError([{ path: 'payload.snapshot', found, expected: 'a state that can be taken up' }]);
  }
}
