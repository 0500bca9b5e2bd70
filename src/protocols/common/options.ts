/** `protocol.config` of a scenario, the parts that every protocol shares: one record an option, found values shown in problems. */
import type { Problem } from '../../core/problem.ts';

/** A number of a protocol's configuration: default, bounds and the sentence of the published schema. */
export interface NumberOption {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
  readonly description: string;
}

export const DAY_MS = 86_400_000;

/** A whole number. */
export function count(byDefault: number, minimum: number, maximum: number, description: string): NumberOption {
  return { default: byDefault, minimum, maximum, integer: true, description };
}

/** Virtual ms, a day at most. */
export function time(byDefault: number, minimum: number, description: string): NumberOption {
  return { default: byDefault, minimum, maximum: DAY_MS, integer: false, description };
}

type Raw = Readonly<Record<string, unknown>>;

/** The options as properties of a JSON Schema. */
export function numberSchema(options: Readonly<Record<string, NumberOption>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { integer, ...rest }]) => [
      name,
      { type: integer ? 'integer' : 'number', ...rest },
    ]),
  );
}

/** Adds a problem for every key that is none of `known`. */
export function refuseUnknown(raw: Raw, known: readonly string[], problems: Problem[]): void {
  for (const key of Object.keys(raw)) {
    if (!known.includes(key)) {
      problems.push({ path: key, found: 'an unknown key', expected: `one of ${known.join(', ')}` });
    }
  }
}

export function own(raw: Raw, key: string): unknown {
  return Object.hasOwn(raw, key) ? raw[key] : undefined;
}

/** The number under `name`, or its default with a problem added. */
export function parseNumber(raw: Raw, name: string, option: NumberOption, problems: Problem[]): number {
  const value = own(raw, name);
  if (value === undefined) return option.default;
  const isNumber = typeof value === 'number' && (option.integer ? Number.isInteger(value) : Number.isFinite(value));
  if (isNumber && value >= option.minimum && value <= option.maximum) return value;
  const kind = option.integer ? 'an integer' : 'a number';
  problems.push({ path: name, found: show(value), expected: `${kind} from ${option.minimum} to ${option.maximum}` });
  return option.default;
}

export function parseBoolean(raw: Raw, name: string, byDefault: boolean, problems: Problem[]): boolean {
  const value = own(raw, name);
  if (value === undefined) return byDefault;
  if (typeof value === 'boolean') return value;
  problems.push({ path: name, found: show(value), expected: 'true or false' });
  return byDefault;
}

/** What was found, short enough for a line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** How far back a node can help others with blocks. */
export const BLOCKS_KEPT = count(
  128,
  0,
  1_000_000,
  'Decided blocks that a validator keeps for others to catch up; who lags further takes over the state. 0 = all.',
);
