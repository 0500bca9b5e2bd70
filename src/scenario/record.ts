/**
 * Interventions written back into the scenario: what somebody did by hand at a barrier of a run, so that the scenario with it
 * reproduces that run. Faults are appended and keep their ids. A session does not apply what was asked for but what the
 * recorded scenario compiles to: then both cannot differ.
 */
import type { Problem } from '../core/problem.ts';
import { microsFromMs, msFromMicros } from '../core/time.ts';
import { compileScenario, faultId, type ProtocolMap } from './compile.ts';
import { plainCopy } from './plain.ts';
import type { Fault, FaultInput, Scenario, ScenarioInput } from './schema.ts';
import { showValue } from './show.ts';
import { type Validated, validateScenario } from './validate.ts';

export type RecordedFault =
  | { readonly scenario: Scenario; readonly faultId: string }
  | { readonly problems: readonly Problem[] };

/**
 * The scenario with a fault that begins now, at virtual `atMs` (or later, where the fault says `at`). Conditions on its begin are
 * refused: one that has held before would begin at another time in the replay.
 */
export function recordFault(
  scenario: Scenario,
  fault: FaultInput,
  atMs: number,
  protocols: ProtocolMap,
): RecordedFault {
  const copied = plainCopy(fault);
  if ('problems' in copied) return { problems: copied.problems.map((problem) => under('fault', problem)) };
  const written = copied.value;
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return refused('fault', showValue(written), 'a fault: an object with at least `kind`');
  }
  const { at, when } = written as { at?: unknown; when?: unknown };
  if (when !== undefined && when !== null)
    return refused('fault.when', showValue(when), 'no condition: an injected fault begins now');
  if (typeof at === 'number' && at < atMs) return refused('fault.at', showValue(at), `a time from now on (${atMs} ms)`);
  const index = scenario.faults.length;
  const appended = { ...written, at: at ?? atMs } as FaultInput;
  const validated = validateScenario(inputOf(scenario, { faults: [...scenario.faults, appended] }), protocols);
  if ('problems' in validated) return { problems: rename(validated.problems, `faults[${index}]`, 'fault') };
  const id = compileScenario(validated.scenario, protocols).faults.at(-1)?.id ?? faultId(index);
  return { scenario: validated.scenario, faultId: id };
}

/**
 * The scenario in which the fault ends now. One that began at this very moment ends a microsecond later, since an interval
 * cannot be empty. Refused for faults that do not exist, have not begun or are over.
 */
export function recordHeal(scenario: Scenario, id: string, atMs: number, protocols: ProtocolMap): Validated {
  const { faults } = compileScenario(scenario, protocols);
  const planIndex = faults.findIndex((fault) => fault.id === id);
  const planned = faults[planIndex];
  if (planned === undefined)
    return refused(
      'faultId',
      showValue(id),
      faults.length === 0 ? 'a fault, but there is none' : `f0 to f${faults.length - 1}`,
    );
  const now = microsFromMs(atMs);
  if (planned.at !== null && planned.at > now) return refused('faultId', showValue(id), 'a fault that has begun');
  if (planned.until !== null && planned.until <= now)
    return refused('faultId', showValue(id), 'a fault that is not over');
  const until = msFromMicros(Math.max(now, (planned.at ?? -1) + 1));
  const index = planIndex - (faults.length - scenario.faults.length);
  if (index < 0 && scenario.storm !== null) {
    const storm = { ...scenario.storm, healed: { ...scenario.storm.healed, [id]: until } };
    return { scenario: { ...scenario, storm } };
  }
  const healed = scenario.faults.map((fault, i): Fault => (i === index ? { ...fault, until, untilWhen: null } : fault));
  return { scenario: { ...scenario, faults: healed } };
}

export interface TransactionFields {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  /** Who submits it; left out: the client that owns `from`. */
  readonly client?: string;
}

/** The scenario with a transaction submitted now. */
export function recordSubmission(
  scenario: Scenario,
  transaction: TransactionFields,
  atMs: number,
  protocols: ProtocolMap,
): Validated {
  const index = scenario.transactions.length;
  const copied = plainCopy(transaction);
  if ('problems' in copied) return { problems: copied.problems.map((problem) => under('transaction', problem)) };
  const written = copied.value;
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return refused('transaction', showValue(written), 'a transaction: { from, to, amount }');
  }
  const appended = { ...(written as TransactionFields), at: atMs };
  const validated = validateScenario(
    inputOf(scenario, { transactions: [...scenario.transactions, appended] }),
    protocols,
  );
  return 'problems' in validated
    ? { problems: rename(validated.problems, `transactions[${index}]`, 'transaction') }
    : validated;
}

function inputOf(scenario: Scenario, changes: Partial<ScenarioInput>): ScenarioInput {
  return { ...scenario, ...changes };
}

function refused(path: string, found: string, expected: string): { readonly problems: readonly Problem[] } {
  return { problems: [{ path, found, expected }] };
}

function under(root: string, problem: Problem): Problem {
  const joint = problem.path === '' || problem.path.startsWith('[') ? '' : '.';
  return { ...problem, path: `${root}${joint}${problem.path}` };
}

function rename(problems: readonly Problem[], from: string, to: string): Problem[] {
  return problems.map((problem) =>
    problem.path.startsWith(from) ? { ...problem, path: to + problem.path.slice(from.length) } : problem,
  );
}
