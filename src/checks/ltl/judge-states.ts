/** Judges a trace that is given as states: objects from atom to boolean, number or text. */
import type { Problem } from '../../core/problem.ts';
import { type Micros, microsFromMs, msFromMicros } from '../../core/time.ts';
import { evaluate, type FiniteTrace } from './evaluate.ts';
import {
  compares,
  type Formula,
  isTimed,
  type Literal,
  type Proposition,
  propositionsOf,
  propositionText,
  variableOf,
} from './formula.ts';
import { Monitor, type MonitorVerdict } from './monitor.ts';
import { nodeTable } from './nodes.ts';
import { parseFormula } from './parse.ts';
import { describeReason } from './reason.ts';

export interface Judgement {
  /** Of the whole, finite trace. */
  readonly verdict: 'satisfied' | 'violated';
  /** Of the trace as the beginning of a longer one. */
  readonly monitor: MonitorVerdict;
  /** Position of the state with which the monitor's verdict became definite; null: it is not. */
  readonly at: number | null;
}

/** A judgement and, where it is a violation, one line that says why. */
export interface Judged {
  readonly judgement: Judgement;
  readonly why: string | null;
}

type State = Readonly<Record<string, unknown>>;
type Refused = { readonly problem: Problem };

/** Keys of a state that may say when it was, virtual ms, for operators with a bound in time. */
const TIME_KEYS = ['timeMs', 't'] as const;

/** Judges states that anybody may have written. Never throws. */
export function judgeStates(text: unknown, states: unknown): Judged | Refused {
  if (typeof text !== 'string') return refuse('formula', show(text), 'a formula as text');
  const parsed = parseFormula(text);
  if ('problem' in parsed) {
    const { line, column, found, expected } = parsed.problem;
    return refuse(`formula, line ${line}, column ${column}`, found, expected);
  }
  const { formula } = parsed;
  const problem = problemOf(states, formula);
  if (problem !== null) return { problem };
  return judge(formula, text, traceOf(states as readonly State[], formula), (proposition, position) =>
    valueText(proposition, (states as readonly State[])[position]),
  );
}

function judge(
  formula: Formula,
  text: string,
  trace: FiniteTrace,
  actual: (proposition: Proposition, position: number) => string | null,
): Judged {
  const table = nodeTable(formula, text);
  const monitor = new Monitor(table);
  for (let i = 0; i < trace.length; i++) {
    const holds = (index: number): boolean => trace.holds(table.propositions[index] as Proposition, i);
    monitor.step({ t: trace.timeAt(i), holds });
  }
  const satisfied = evaluate(formula, trace);
  const verdict = satisfied ? 'satisfied' : 'violated';
  // Where the formula was not followed to the end the definition still tells how it stands.
  const running = monitor.verdict ?? (satisfied ? 'currently true' : 'currently false');
  const at = monitor.definite?.position ?? null;
  const reason = satisfied ? null : monitor.whyNot();
  if (reason === null) return { judgement: { verdict, monitor: running, at }, why: null };
  const where = at ?? trace.length - 1;
  const detail = describeReason(
    reason,
    (t) => (table.isTimed ? `${msFromMicros(t)} ms` : ''),
    (index) => actual(table.propositions[index] as Proposition, where),
  );
  return { judgement: { verdict, monitor: running, at }, why: `state ${where}: ${detail}` };
}

function problemOf(states: unknown, formula: Formula): Problem | null {
  if (!Array.isArray(states)) return { path: 'trace', found: show(states), expected: 'a list of states' };
  if (states.length === 0) return { path: 'trace', found: 'an empty list', expected: 'at least one state' };
  const propositions = propositionsOf(formula);
  const timed = isTimed(formula);
  let before = 0;
  for (const [index, state] of states.entries()) {
    const path = `trace[${index}]`;
    if (typeof state !== 'object' || state === null || Array.isArray(state)) {
      return { path, found: show(state), expected: 'a state: an object from atom to boolean, number or text' };
    }
    for (const proposition of propositions) {
      const problem = atomProblem(proposition, state as State, path);
      if (problem !== null) return problem;
    }
    if (!timed) continue;
    const now = timeOf(state as State);
    if (now === null || now < before) {
      const found = now === null ? 'no time' : `${msFromMicros(now)} ms`;
      return { path: `${path}.timeMs`, found, expected: `a time in ms, not before ${msFromMicros(before)}` };
    }
    before = now;
  }
  return null;
}

function atomProblem(proposition: Proposition, state: State, path: string): Problem | null {
  const name = variableOf(proposition);
  const value = Object.hasOwn(state, name) ? state[name] : undefined;
  const where = `${path}.${name}`;
  if (value === undefined) return { path: where, found: 'nothing', expected: `a value of the atom ${name}` };
  if (typeof value !== 'boolean' && typeof value !== 'number' && typeof value !== 'string') {
    return { path: where, found: show(value), expected: 'true, false, a number or a text' };
  }
  if (proposition.comparison !== null || typeof value === 'boolean') return null;
  return { path: where, found: show(value), expected: `true or false, as ${name} is compared with nothing` };
}

function traceOf(states: readonly State[], formula: Formula): FiniteTrace {
  const truth = new Map<string, readonly boolean[]>();
  for (const proposition of propositionsOf(formula)) {
    const name = variableOf(proposition);
    const { comparison } = proposition;
    const values = states.map((state) => {
      const value = state[name] as Literal;
      return comparison === null ? value === true : compares(value, comparison.comparator, comparison.value);
    });
    truth.set(propositionText(proposition), values);
  }
  const values = new Map<Proposition, readonly boolean[]>();
  return {
    length: states.length,
    holds: (proposition, position) => {
      let known = values.get(proposition);
      if (known === undefined) {
        known = truth.get(propositionText(proposition)) ?? [];
        values.set(proposition, known);
      }
      return known[position] === true;
    },
    timeAt: (position) => timeOf(states[position] ?? {}) ?? 0,
  };
}

function timeOf(state: State): Micros | null {
  for (const key of TIME_KEYS) {
    const value = state[key];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return microsFromMs(value);
  }
  return null;
}

function valueText(proposition: Proposition, state: State | undefined): string | null {
  if (proposition.comparison === null || state === undefined) return null;
  const name = variableOf(proposition);
  return `${name} is ${show(state[name])}`;
}

function refuse(path: string, found: string, expected: string): Refused {
  return { problem: { path, found, expected } };
}

function show(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
