/** Changes that the header makes to a scenario, and what an imported file holds. Pure. */
import { type Problem, TestnetError } from '../../../core/problem.ts';
import { parseJson } from '../../../scenario/json.ts';
import type { Preset } from '../../../scenario/library.ts';
import type { Scenario, ScenarioInput } from '../../../scenario/types.ts';

export const VALIDATOR_COUNTS: readonly number[] = [4, 5, 6, 7, 10, 13, 16, 25, 32, 64, 100, 128];

export const SEED_MAX = 2 ** 32 - 1;

/** The seed in a text field, or null when it is not one. */
export function parseSeed(text: string): number | null {
  const seed = Number(text.trim());
  return /^\d+$/.test(text.trim()) && seed <= SEED_MAX ? seed : null;
}

export function validatorCountOf(scenario: Scenario): number {
  const { validators } = scenario as { readonly validators: unknown };
  return Array.isArray(validators) ? validators.length : Number(validators);
}

/** Counts on offer, with the present one among them. */
export function validatorOptions(count: number): readonly number[] {
  return VALIDATOR_COUNTS.includes(count) ? VALIDATOR_COUNTS : [...VALIDATOR_COUNTS, count].sort((a, b) => a - b);
}

const SHARD_COUNTS: readonly number[] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20];

/** How large a testnet is, as its header says it: shards where it has them, else validators. */
export function sizeOf(scenario: Scenario): number {
  return scenario.shards?.count ?? validatorCountOf(scenario);
}

/** Sizes on offer, with the present one among them. */
export function sizeOptions(scenario: Scenario): readonly { readonly value: string; readonly label: string }[] {
  const size = sizeOf(scenario);
  const { shards } = scenario;
  if (shards === null) return validatorOptions(size).map((count) => option(count, 'validator', ''));
  const each = shards.validatorsPerShard > 1 ? ` of ${shards.validatorsPerShard}` : '';
  const spare = shards.spare > 0 ? ` + ${shards.spare} spare` : '';
  return [...new Set([...SHARD_COUNTS, size])]
    .sort((a, b) => a - b)
    .map((count) => option(count, 'shard', each + spare));
}

function option(count: number, one: string, rest: string): { readonly value: string; readonly label: string } {
  return { value: String(count), label: `${count} ${one}${count === 1 ? '' : 's'}${rest}` };
}

/** What changes in a scenario for a testnet of another size. */
export function sizeChange({ shards }: Scenario, size: number): Readonly<Record<string, unknown>> {
  return shards === null ? { validators: size } : { shards: { ...shards, count: size } };
}

/** The same scenario with one thing changed. Recorded clicks of the run before stay out when validators go away. */
export function withChange(scenario: Scenario, change: Readonly<Record<string, unknown>>): ScenarioInput {
  return { ...scenario, ...change } as ScenarioInput;
}

export type Parsed = { readonly scenario: ScenarioInput } | { readonly problems: readonly Problem[] };

/** JSON text to a document for `load`, which validates it; here only what is not a JSON object is refused. */
export function parseScenarioText(text: string): Parsed {
  const parsed = parseJson(text);
  if ('problems' in parsed) return parsed;
  const { value } = parsed;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { scenario: value as ScenarioInput };
  return {
    problems: [
      { path: '', found: Array.isArray(value) ? 'an array' : `a ${typeof value}`, expected: 'a scenario object' },
    ],
  };
}

/** Presets in groups of one level, in the order of the library. */
export function byLevel(
  presets: readonly Preset[],
): readonly { readonly level: string; readonly presets: readonly Preset[] }[] {
  const groups = new Map<string, Preset[]>();
  for (const preset of presets) groups.set(preset.level, [...(groups.get(preset.level) ?? []), preset]);
  return [...groups].map(([level, members]) => ({ level, presets: members }));
}

/** The problems that an error of `load` carries, or one made of its message. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof TestnetError && error.problems.length > 0) return error.problems;
  const carried = (error as { readonly problems?: unknown } | null)?.problems;
  if (Array.isArray(carried) && carried.length > 0) return carried as readonly Problem[];
  return [
    {
      path: '',
      found: error instanceof Error ? error.message : String(error),
      expected: 'a scenario that can be loaded',
    },
  ];
}
