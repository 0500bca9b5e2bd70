/** `npm run check -- avalanche-bound`: how often Slush and Snowflake disagree, seen on runs and worked out from the paper's model. */
import { describeProblem, type Problem } from '../../../core/problem.ts';
import { CHECK_EXIT, type CheckCommand, type CheckExit, type CheckIo } from '../command.ts';
import { disagreement, type SnowModel } from './chain.ts';
import { type Measured, measure } from './measure.ts';

export const snowCommand: CheckCommand = {
  usage:
    '[--mode snowflake|slush] [--nodes <n>] [--liars <n>] [--sample <k>] [--alpha <n>] [--beta <n,n,…>] [--seeds <n>] [--json]',
  what: 'how often nodes of the Avalanche family disagree: seen on runs, beside the probability from its Markov chain',
  run: runSnow,
};

/** One row of the table. */
export interface SnowRow extends SnowModel, Measured {
  /** Share of instances; null without any. */
  readonly observed: number | null;
  /** Where the true share lies, 95 % (Wilson's interval). */
  readonly interval: readonly [number, number];
  /** From the first splits that were seen; null where the chain has too many states. */
  readonly expected: number | null;
  /** From the worst first split. */
  readonly bound: number | null;
}

interface Asked {
  readonly mode: SnowModel['mode'];
  readonly nodes: number;
  readonly liars: number;
  readonly sample: number;
  readonly alpha: number;
  readonly betas: readonly number[];
  readonly seeds: number;
  readonly json: boolean;
}

const NUMBERS = {
  '--nodes': [2, 64, 8],
  '--liars': [0, 21, 0],
  '--sample': [1, 63, 4],
  '--alpha': [1, 63, 3],
  '--seeds': [1, 10_000, 4],
} as const;
const BETA_MAX = 50;

/** Exit 1 where runs disagree more often than the bound allows: the lower end of the interval is above it. */
async function runSnow(args: readonly string[], io: CheckIo): Promise<CheckExit> {
  const asked = parseWords(args);
  if ('problem' in asked) {
    io.err(`${describeProblem(asked.problem)}\n`);
    return CHECK_EXIT.badInput;
  }
  const { mode, nodes: nodeCount, liars: liarCount, sample: sampleSize, alpha, seeds } = asked;
  const rows: SnowRow[] = [];
  for (const beta of asked.betas) {
    rows.push(await snowRow({ mode, nodeCount, liarCount, sampleSize, alpha, beta }, seeds));
  }
  io.out(asked.json ? `${JSON.stringify(rows)}\n` : tableText(rows));
  const isExceeded = rows.some(({ bound, interval }) => bound !== null && interval[0] > bound);
  return isExceeded ? CHECK_EXIT.violated : CHECK_EXIT.ok;
}

/** Runs the model with seeds 1 … and works it out. */
export async function snowRow(model: SnowModel, seedCount: number): Promise<SnowRow> {
  const seeds = Array.from({ length: seedCount }, (_, i) => i + 1);
  const measured = await measure(model, seeds);
  const { instances, disagreements, splits } = measured;
  const chances = disagreement(model);
  const weighted = splits.reduce((sum, count, firsts) => sum + count * (chances?.[firsts] ?? 0), 0);
  return {
    ...model,
    ...measured,
    observed: instances === 0 ? null : disagreements / instances,
    interval: wilson(disagreements, instances),
    expected: chances === null || instances === 0 ? null : weighted / instances,
    bound: chances === null ? null : Math.max(...chances),
  };
}

/** Wilson's score interval, 95 %. Ref: Wilson, JASA 22(158), 1927. */
export function wilson(hits: number, trials: number): readonly [number, number] {
  if (trials === 0) return [0, 1];
  const z = 1.96;
  const share = hits / trials;
  const middle = share + (z * z) / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}

function tableText(rows: readonly SnowRow[]): string {
  const show = (value: number | null): string => (value === null ? '–' : value.toPrecision(3));
  const lines = rows.map((row) => {
    const { mode, nodeCount, liarCount, sampleSize, alpha, beta, instances, disagreements, observed, interval } = row;
    const seen = `${disagreements} of ${instances} = ${show(observed)} (${interval.map(show).join(' … ')})`;
    const model = `${mode} | ${nodeCount} | ${liarCount} | ${sampleSize} | ${alpha} | ${beta}`;
    return `| ${model} | ${seen} | ${show(row.expected)} | ${show(row.bound)} |`;
  });
  const head =
    '| mode | n | f | k | α | β, m | disagreements seen (95 %) | expected | bound |\n|---|---|---|---|---|---|---|---|---|';
  return `${[head, ...lines].join('\n')}\n`;
}

function parseWords(words: readonly string[]): Asked | { readonly problem: Problem } {
  const given = new Map<string, string>();
  const known = ['--mode', '--beta', ...Object.keys(NUMBERS)];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--json') given.set(word, '');
    else if (known.includes(word)) given.set(word, words[++i] ?? '');
    else return refuse('option', word, [...known, '--json'].join(', '));
  }
  const mode = given.get('--mode') ?? 'snowflake';
  if (mode !== 'slush' && mode !== 'snowflake') return refuse('--mode', mode, 'snowflake or slush');
  for (const [name, [least, most]] of Object.entries(NUMBERS)) {
    const value = given.get(name);
    if (value !== undefined && !isWithin(value, least, most))
      return refuse(name, value, `an integer from ${least} to ${most}`);
  }
  const betas = given.get('--beta') ?? '1,2,3';
  if (!betas.split(',').every((beta) => isWithin(beta, 1, BETA_MAX))) {
    return refuse('--beta', betas, `integers from 1 to ${BETA_MAX}, separated by commas`);
  }
  const number = (name: keyof typeof NUMBERS): number => Number(given.get(name) ?? NUMBERS[name][2]);
  const [nodes, liars, sample, alpha] = [number('--nodes'), number('--liars'), number('--sample'), number('--alpha')];
  if (liars > nodes - 2)
    return refuse('--liars', `${liars}`, `at most ${nodes - 2}: two correct nodes must be left to disagree`);
  if (sample > nodes - 1) return refuse('--sample', `${sample}`, `at most ${nodes - 1}, as many as there are others`);
  if (2 * alpha <= sample || alpha > sample)
    return refuse('--alpha', `${alpha}`, `more than half of ${sample}, at most all`);
  const seeds = number('--seeds');
  return { mode, nodes, liars, sample, alpha, betas: betas.split(',').map(Number), seeds, json: given.has('--json') };
}

function isWithin(text: string, least: number, most: number): boolean {
  return /^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function refuse(path: string, found: string, expected: string): { readonly problem: Problem } {
  return { problem: { path, found: JSON.stringify(found.slice(0, 60)), expected } };
}
