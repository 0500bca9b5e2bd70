/** What `npm run sim -- …` was asked to do. Every refusal says where, what was found and what was expected. */
import type { Problem } from '../core/problem.ts';
import { type ExportWish, readExports } from './export-arguments.ts';

export type ExecutorKind = 'inprocess' | 'workers';

/** Inclusive. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

export interface ListRequest {
  readonly kind: 'list';
  readonly json: boolean;
}

export interface RunRequest {
  readonly kind: 'run';
  /** A file, a preset id or a scenario link. */
  readonly source: string;
  /** Null: the scenario's own. */
  readonly seed: number | null;
  readonly seeds: SeedRange | null;
  readonly executor: ExecutorKind;
  /** `path=value`, in the order given. */
  readonly set: readonly string[];
  readonly json: boolean;
  /** Threads of a sweep; null: chosen by its length. */
  readonly jobs: number | null;
  readonly exports: ExportWish;
}

export type SimRequest = { readonly kind: 'help' } | ListRequest | RunRequest;
export type ParsedArguments = SimRequest | { readonly problem: Problem };

export const USAGE = `Runs a scenario without a page.

  npm run sim -- <file | presetId | link> [options]
  npm run sim -- --list [--json]
  npm run sim -- compare --help        several protocols side by side

  --seed N              another seed, 0 … 4294967295
  --seeds A..B          a sweep over seeds A to B
  --executor KIND       inprocess (default) or workers: one worker thread a validator, the same fingerprint
  --set path=value      changes one value of the scenario, such as validators=7 or storm.beyond=true; repeatable
  --jobs N              threads of a sweep; default: all cores beyond 20 seeds
  --export FORMAT[=path] writes an export of the run to the path, or to the standard output (what the run prints then goes
                        to the standard error); repeatable; FORMAT as in the page: trace, itf, mermaid, openmetrics, …
  --from MS, --to MS    the part of the run that is exported, virtual ms
  --json                one JSON object a run and line
  --help                this text

Exits 0 when every check holds, 1 when one is violated (with the link that shows it), 2 on bad input.
`;

const SEED_MAX = 0xffff_ffff;
export const JOBS_MAX = 256;
const OPTIONS = [
  ...['--seed', '--seeds', '--executor', '--set', '--jobs', '--export', '--from', '--to'],
  ...['--json', '--list', '--help'],
];
const FLAGS: ReadonlySet<string> = new Set(['--json', '--list', '--help']);

/** Options by name with the values they were given, and the words between them. */
interface Words {
  readonly given: Map<string, string[]>;
  readonly positional: string[];
}

/** Reads the arguments after `sim`. Never throws. */
export function parseSimArguments(args: readonly string[]): ParsedArguments {
  const words = splitWords(args);
  if ('problem' in words) return words;
  const { given, positional } = words;
  if (given.has('--help')) return { kind: 'help' };
  if (given.has('--list')) {
    const other = positional[0] ?? [...given.keys()].find((name) => name !== '--list' && name !== '--json');
    if (other !== undefined) return refuse('--list', show(other), 'at most --json beside it');
    return { kind: 'list', json: given.has('--json') };
  }
  const [source, second] = positional;
  if (source === undefined)
    return refuse('scenario', 'nothing', 'a file, a preset id or a link (see --list and --help)');
  if (second !== undefined) return refuse('argument', show(second), 'one scenario only');
  return runRequest(source, given);
}

function runRequest(source: string, given: Words['given']): ParsedArguments {
  const last = (name: string): string | null => given.get(name)?.at(-1) ?? null;
  const [seedText, seedsText, jobsText] = [last('--seed'), last('--seeds'), last('--jobs')];
  const seed = seedText === null ? null : readInteger(seedText, 0, SEED_MAX);
  if (seed === undefined) return refuse('--seed', show(seedText), `an integer from 0 to ${SEED_MAX}`);
  const seeds = seedsText === null ? null : readRange(seedsText);
  if (seeds === undefined) return refuse('--seeds', show(seedsText), 'A..B with integers 0 ≤ A ≤ B < 2^32');
  if (seed !== null && seeds !== null) return refuse('--seeds', show(seedsText), 'either --seed or --seeds');
  const executor = last('--executor') ?? 'inprocess';
  if (executor !== 'inprocess' && executor !== 'workers') {
    return refuse('--executor', show(executor), '"inprocess" or "workers"');
  }
  const jobs = jobsText === null ? null : readInteger(jobsText, 1, JOBS_MAX);
  if (jobs === undefined) return refuse('--jobs', show(jobsText), `an integer from 1 to ${JOBS_MAX}`);
  if (executor === 'workers' && jobs !== null && jobs > 1) {
    return refuse('--jobs', show(jobsText), '1 with --executor workers, whose runs use all cores by themselves');
  }
  const exports = readExports(given);
  if ('problem' in exports) return exports;
  if (exports.requests.length > 0 && seeds !== null) return refuse('--export', 'a sweep', 'one run (--seed)');
  const set = given.get('--set') ?? [];
  return {
    kind: 'run',
    source,
    seed,
    seeds,
    executor,
    set,
    json: given.has('--json'),
    jobs,
    exports,
  };
}

/** `--name value` and `--name=value` alike; after `--` everything is positional. */
function splitWords(args: readonly string[]): Words | { readonly problem: Problem } {
  const words: Words = { given: new Map(), positional: [] };
  for (let i = 0; i < args.length; i++) {
    const word = args[i] as string;
    if (word === '--') {
      words.positional.push(...args.slice(i + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      words.positional.push(word);
      continue;
    }
    const split = word.indexOf('=');
    const name = split < 0 ? word : word.slice(0, split);
    if (!OPTIONS.includes(name)) return refuse('option', show(name), OPTIONS.join(', '));
    const isFlag = FLAGS.has(name);
    if (isFlag && split >= 0) return refuse(name, show(word.slice(split + 1)), 'no value');
    const value = isFlag ? '' : split >= 0 ? word.slice(split + 1) : args[++i];
    if (value === undefined) return refuse(name, 'nothing', 'a value');
    words.given.set(name, [...(words.given.get(name) ?? []), value]);
  }
  return words;
}

/** Undefined where the text is no decimal integer within the bounds. */
function readInteger(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function readRange(text: string): SeedRange | undefined {
  const [firstText = '', lastText = '', ...rest] = text.split('..');
  const first = readInteger(firstText, 0, SEED_MAX);
  const last = readInteger(lastText, 0, SEED_MAX);
  if (rest.length > 0 || first === undefined || last === undefined || first > last) return undefined;
  return { first, last };
}

const show = (text: string | null): string => JSON.stringify((text ?? '').slice(0, 60));

function refuse(path: string, found: string, expected: string): { readonly problem: Problem } {
  return { problem: { path, found, expected } };
}
