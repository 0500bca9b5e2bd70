/** What `npm run sim -- explore …` was asked to do. Every refusal says where, what was found and what was expected. */
import type { Problem } from '../../core/problem.ts';
import { refuseWord, sortWords } from '../words.ts';
import { MODES } from '../../explore/index.ts';
import { JOBS_MAX } from '../arguments.ts';

export interface ExploreArguments {
  /** A file, preset id or link; null: the plain configuration of `protocol`. */
  readonly source: string | null;
  readonly protocol: string;
  readonly mutant: string | null;
  readonly validators: number;
  readonly set: readonly string[];
  readonly mode: string;
  readonly budget: number;
  readonly seed: number;
  readonly check: string | null;
  readonly shrink: boolean;
  readonly futures: number;
  readonly jobs: number | null;
  /** File to write the evidence of what is found to; null: none. */
  readonly evidence: string | null;
  readonly json: boolean;
  /** Look for every broken variant there is and print the table. */
  readonly mutants: boolean;
  /** Only the variants of this protocol; null: of all. */
  readonly only: string | null;
  /** A built-in model, for `--mode exhaustive`. */
  readonly model: string | null;
  readonly drops: number;
  readonly timeouts: number;
  readonly duplicates: number;
  readonly crashes: number;
  readonly depth: number;
}

export const EXHAUSTIVE = 'exhaustive';
const MODE_NAMES = [...MODES.map(({ name }) => name), EXHAUSTIVE];

export const EXPLORE_USAGE = `Searches for scenarios that violate a check.

  npm run sim -- explore <file | presetId | link> [options]
  npm run sim -- explore --protocol svbft [--mutant NAME] [--validators N] [options]
  npm run sim -- explore --mutants [--protocol NAME] [--mutant NAME]    look for every broken variant, print a table
  npm run sim -- explore --mode exhaustive --model NAME | --protocol NAME …

${MODES.map(({ name, explain }) => `  --mode ${name.padEnd(12)}   ${explain}`).join('\n')}
  --mode exhaustive     all orders of messages, drops and timeouts of a model, or of real machines within bounds
  --budget N            runs at most (states, for exhaustive); default 1000 (100000)
  --seed N              names the random choices; default 1
  --check NAME          only a violation of this check counts
  --shrink              make what is found small; the same check stays violated
  --futures N           when it became inevitable: N other futures from each of 12 moments
  --evidence FILE       writes who is convicted by what is found (npm run check -- evidence FILE verifies it)
  --jobs N              threads; default: all cores
  --drops, --timeouts, --duplicates, --crashes, --depth N    bounds of the exhaustive mode
  --set path=value      changes one value of the scenario; repeatable
  --json                one JSON document
  --help                this text

Exits 0 when nothing is violated, 1 when something is (with the link that shows it), 2 on bad input.
`;

const NUMBERS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '--validators': [1, 256],
  '--budget': [1, 100_000_000],
  '--seed': [0, 0xffff_ffff],
  '--futures': [1, 10_000],
  '--jobs': [1, JOBS_MAX],
  '--drops': [0, 100],
  '--timeouts': [0, 100],
  '--duplicates': [0, 100],
  '--crashes': [0, 100],
  '--depth': [1, 1_000_000],
};
const TEXTS = ['--evidence', '--protocol', '--mutant', '--mode', '--check', '--model', '--set'];
const FLAGS = ['--shrink', '--json', '--mutants', '--help'];

export type ParsedExplore =
  | { readonly kind: 'help' }
  | { readonly kind: 'explore'; readonly arguments: ExploreArguments }
  | { readonly problem: Problem };

/** Reads the words after `explore`. Never throws. */
export function parseExploreArguments(words: readonly string[]): ParsedExplore {
  const sorted = sortWords(words, [...TEXTS, ...Object.keys(NUMBERS)], FLAGS);
  if ('problem' in sorted) return sorted;
  const { given, others: sources } = sorted;
  if (given.has('--help')) return { kind: 'help' };
  return request(sources, given);
}

function request(sources: readonly string[], given: ReadonlyMap<string, string[]>): ParsedExplore {
  const text = (name: string): string | null => given.get(name)?.at(-1) ?? null;
  for (const [name, [least, most]] of Object.entries(NUMBERS)) {
    const value = text(name);
    if (value === null) continue;
    const isWithin = /^\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most;
    if (!isWithin) return refuseWord(name, value, `an integer from ${least} to ${most}`);
  }
  const number = (name: string, otherwise: number): number => Number(text(name) ?? otherwise);
  const mode = text('--mode') ?? 'mixed';
  if (!MODE_NAMES.includes(mode)) return refuseWord('--mode', mode, MODE_NAMES.join(', '));
  const [source, second] = sources;
  if (second !== undefined) return refuseWord('argument', second, 'one scenario only');
  const [mutants, protocol, model] = [given.has('--mutants'), text('--protocol'), text('--model')];
  if (source === undefined && protocol === null && model === null && !mutants) {
    return refuseWord('scenario', null, 'a file, a preset id, a link, --protocol, --model or --mutants (see --help)');
  }
  return {
    kind: 'explore',
    arguments: {
      source: source ?? null,
      protocol: protocol ?? 'svbft',
      mutant: text('--mutant'),
      validators: number('--validators', 4),
      set: given.get('--set') ?? [],
      mode,
      budget: number('--budget', mode === EXHAUSTIVE ? 100_000 : mutants ? 400 : 1000),
      seed: number('--seed', 1),
      check: text('--check'),
      shrink: given.has('--shrink'),
      futures: number('--futures', 0),
      jobs: text('--jobs') === null ? null : number('--jobs', 1),
      evidence: text('--evidence'),
      json: given.has('--json'),
      mutants,
      only: protocol,
      model,
      drops: number('--drops', 0),
      timeouts: number('--timeouts', 0),
      duplicates: number('--duplicates', 0),
      crashes: number('--crashes', 0),
      depth: number('--depth', 1_000_000),
    },
  };
}
