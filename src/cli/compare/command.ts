/** `npm run sim -- compare`: several protocols side by side, as a table, JSON or CSV. */
import { describeProblem, type Problem, TestnetError } from '../../core/problem.ts';
import {
  compare,
  type Comparison,
  comparisonCsv,
  type ComparisonRequest,
  isBroken,
  requestOf,
  SHIPPED,
  shippedById,
} from '../../explore/compare/index.ts';
import { setPaths, validateScenario } from '../../scenario/index.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { ProgressBar, type Terminal } from '../progress.ts';
import { loadScenario } from '../source.ts';
import { type CompareArguments, COMPARE_USAGE, parseCompareArguments } from './arguments.ts';
import { comparisonText } from './show.ts';

const [OK, VIOLATED, BAD_INPUT] = [0, 1, 2] as const;
export type CompareExit = typeof OK | typeof VIOLATED | typeof BAD_INPUT;

export interface CompareIo {
  readonly out: (text: string) => void;
  readonly err: Terminal;
}

type Prepared = { readonly request: ComparisonRequest } | { readonly problems: readonly Problem[] };

export async function runCompare(words: readonly string[], io: CompareIo): Promise<CompareExit> {
  const parsed = parseCompareArguments(words);
  if ('problem' in parsed) return refuse([parsed.problem], io);
  if (parsed.kind !== 'compare') {
    io.out(parsed.kind === 'help' ? COMPARE_USAGE : listText());
    return OK;
  }
  const bar = new ProgressBar(io.err);
  try {
    const prepared = await requestFor(parsed.arguments);
    if ('problems' in prepared) return refuse(prepared.problems, io);
    const { request } = prepared;
    const comparison = await compare(request, (share, what) => bar.show(share, what));
    bar.clear();
    io.out(shown(comparison, parsed.arguments.format));
    return comparison.rows.some(({ cells }) => cells.some(isBroken)) ? VIOLATED : OK;
  } catch (error) {
    bar.clear();
    if (error instanceof TestnetError && error.code === 'bad-input') return refuse(error.problems, io, error.message);
    throw error;
  }
}

async function requestFor(asked: CompareArguments): Promise<Prepared> {
  const { source, protocols, vary, seed, set, realSignatures } = asked;
  const shipped = shippedById(source);
  if (shipped !== null) {
    const request = requestOf(shipped, protocols);
    const changed = setPaths({ ...request.base, seed: seed ?? request.base.seed }, set);
    if ('problems' in changed) return changed;
    const validated = validateScenario(changed.document, PROTOCOLS);
    if ('problems' in validated) return validated;
    const base = validated.scenario;
    return { request: { ...request, vary: vary ?? request.vary, base, realSignatures } };
  }
  const loaded = await loadScenario(source, set, seed);
  if ('problems' in loaded) return loaded;
  if (protocols === null) {
    const expected = `protocols to compare, such as ${[...PROTOCOLS.keys()].slice(0, 2).join(',')}`;
    return { problems: [{ path: '--protocols', found: 'nothing', expected }] };
  }
  const base = loaded.scenario;
  return { request: { name: base.name, base, protocols, vary: vary ?? { kind: 'none' }, realSignatures } };
}

function shown(comparison: Comparison, format: CompareArguments['format']): string {
  if (format === 'json') return `${JSON.stringify(comparison)}\n`;
  return format === 'csv' ? comparisonCsv(comparison) : comparisonText(comparison);
}

function listText(): string {
  return SHIPPED.map(({ id, title, teaches }) => `${id.padEnd(18)}  ${title}\n${' '.repeat(20)}${teaches}\n`).join('');
}

function refuse(problems: readonly Problem[], io: CompareIo, otherwise = 'bad input'): CompareExit {
  const [first, ...more] = problems;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  io.err.write(`${first === undefined ? otherwise : describeProblem(first) + rest}\n`);
  return BAD_INPUT;
}
