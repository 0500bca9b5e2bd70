/** What callers hand in, checked: each refusal names the place, what was found and what was expected. */
import { type NodeIndex, nodeIndexOf } from '../core/ids.ts';
import { badInput, describeProblem, TestnetError } from '../core/problem.ts';
import { type Micros, SECOND } from '../core/time.ts';
import { type RunPlan, namingOf } from '../kernel/plan.ts';
import { EVENT_KIND } from '../kernel/trace/decoder.ts';
import type { ReservedKind, TraceEventKind } from '../kernel/trace/events.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { presetById, type Scenario, type ScenarioInput, unknownPreset, validateScenario } from '../scenario/index.ts';
import type { TraceQuery } from '../kernel/trace/query.ts';
import { oneOf, showValue } from '../scenario/show.ts';
import type { RunUntil, Speed, TraceFilter } from './api.ts';
import { microsOf } from './run.ts';

/** The longest that `runUntil` goes on unless told otherwise. */
const RUN_UNTIL_MAX: Micros = 600 * SECOND;
/** The same for a formula: one that holds from the beginning is watched as long as this. */
const FORMULA_MAX: Micros = 60 * SECOND;

/** A document or the id of a preset, validated. */
export function readScenario(given: ScenarioInput | string): Scenario {
  const preset = typeof given === 'string' ? presetById(given) : null;
  if (typeof given === 'string' && preset === null) {
    const { path, found, expected } = unknownPreset(given);
    throw badInput(path, found, expected);
  }
  const validated = validateScenario(preset?.scenario ?? given, PROTOCOLS);
  if ('scenario' in validated) return validated.scenario;
  const [first] = validated.problems;
  const more = validated.problems.length > 1 ? ` (and ${validated.problems.length - 1} more)` : '';
  throw new TestnetError(
    'bad-input',
    `${first === undefined ? '' : describeProblem(first)}${more}`,
    validated.problems,
  );
}

/** The speed asked for; `otherwise` where none is. */
export function readSpeed(options: { readonly speed?: Speed }, otherwise: Speed): Speed {
  const { speed = otherwise } = objectOf(options, 'options');
  if (speed === 'max' || (typeof speed === 'number' && speed >= 0.1 && speed <= 100)) return speed;
  throw badInput('speed', showValue(speed), '0.1 to 100, or "max"');
}

let runs = 0;

/** Ids of runs are unique in a browser profile: time of day, and a counter. */
export function newRunId(): string {
  runs++;
  return `run-${Date.now().toString(36)}-${runs}`;
}

/** The filter of the public contract in the units of the trace. */
export function traceQuery(filter: TraceFilter): TraceQuery {
  const { fromMs, toMs, kinds, nodes, limit } = objectOf(filter, 'filter');
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 0))
    throw badInput('limit', showValue(limit), 'a number of events');
  return {
    ...(fromMs === undefined ? {} : { fromMicros: microsOf(fromMs, 'fromMs') }),
    ...(toMs === undefined ? {} : { toMicros: microsOf(toMs, 'toMs') }),
    ...(kinds === undefined ? {} : { kinds: wordsOf(kinds, 'kinds', TRACE_KINDS) }),
    ...(nodes === undefined ? {} : { nodes: wordsOf(nodes, 'nodes', null) }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Kinds that a filter may name: also those that no protocol of today has, and that find none. */
const TRACE_KINDS: readonly (TraceEventKind | ReservedKind)[] = [...Object.values(EVENT_KIND), 'slash', 'parameter'];

function wordsOf<T extends string>(given: readonly T[], path: string, known: readonly string[] | null): readonly T[] {
  if (!Array.isArray(given)) throw badInput(path, showValue(given), 'a list');
  given.forEach((word, i) => {
    const fine = typeof word === 'string' && (known === null || known.includes(word));
    if (!fine) throw badInput(`${path}[${i}]`, showValue(word), known === null ? 'a name' : oneOf(known));
  });
  return given;
}

/** What `runUntil` is to reach, and the longest it may take, µs. */
export function readGoal(
  goal: RunUntil,
  options: { readonly maxMs?: number },
): { readonly goal: RunUntil; readonly budget: Micros } {
  const { ms, height, decided, ltl } = objectOf(goal, 'goal');
  if (ltl !== undefined && typeof ltl !== 'string') throw badInput('ltl', showValue(ltl), 'a temporal formula as text');
  if (ms !== undefined) microsOf(ms, 'ms');
  if (height !== undefined && !(Number.isInteger(height) && height >= 0))
    throw badInput('height', showValue(height), 'a height');
  if (decided !== undefined && typeof decided !== 'string')
    throw badInput('decided', showValue(decided), 'a node or a transaction id');
  if (ms === undefined && height === undefined && decided === undefined && ltl === undefined) {
    throw badInput('goal', showValue(goal), 'at least one of ms, height, decided, ltl');
  }
  const { maxMs } = objectOf(options, 'options');
  const longest = ltl === undefined ? RUN_UNTIL_MAX : FORMULA_MAX;
  return { goal, budget: maxMs === undefined ? longest : microsOf(maxMs, 'maxMs') };
}

/** The node of that name. @throws TestnetError 'not-found' */
export function readNode(id: string, plan: RunPlan): NodeIndex {
  const index = typeof id === 'string' ? nodeIndexOf(id, namingOf(plan)) : null;
  if (index === null) throw new TestnetError('not-found', `no node ${showValue(id)} in this testnet`);
  return index;
}

/** An id of something that may or may not be there. */
export function readId(id: string, what: string): string {
  if (typeof id !== 'string') throw badInput(what, showValue(id), 'a text');
  return id;
}

const NAME_MAX = 200;

/** What a snapshot is called; null for nothing. */
export function readName(name: string | undefined): string | null {
  if (name === undefined) return null;
  if (typeof name !== 'string' || name.length > NAME_MAX)
    throw badInput('name', showValue(name), `up to ${NAME_MAX} characters`);
  return name;
}

/** Where a fork begins: the id of a snapshot, or a moment, µs. */
export function readForkPoint(from: string | { readonly atMs: number }): string | Micros {
  return typeof from === 'string' ? from : microsOf(objectOf(from, 'from').atMs, 'atMs');
}

function objectOf<T>(value: T, path: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badInput(path, showValue(value), 'an object');
  return value;
}
