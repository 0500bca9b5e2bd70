/** What `npm run sim -- compare …` was asked to do. Every refusal says where, what was found and what was expected. */
import type { Problem } from '../../core/problem.ts';
import { refuseWord, sortWords } from '../words.ts';
import {
  FAULT_CASES,
  PROTOCOLS_MAX,
  PROTOCOLS_MIN,
  readProtocols,
  readVariation,
  SHIPPED,
  type Variation,
} from '../../explore/compare/index.ts';

export interface CompareArguments {
  /** The id of a shipped comparison, or a file, preset id or link. */
  readonly source: string;
  /** Null: those of the shipped comparison. */
  readonly protocols: readonly string[] | null;
  readonly vary: Variation | null;
  /** Null: the scenario's own. */
  readonly seed: number | null;
  readonly set: readonly string[];
  readonly realSignatures: boolean;
  readonly format: 'text' | 'json' | 'csv';
}

export type ParsedCompare =
  | { readonly kind: 'help' | 'list' }
  | { readonly kind: 'compare'; readonly arguments: CompareArguments }
  | { readonly problem: Problem };

const SHIPPED_LINES = SHIPPED.map(({ id, title }) => `    ${id.padEnd(18)}  ${title}`).join('\n');
const CASE_LINES = FAULT_CASES.map(({ id, label }) => `    ${id.padEnd(18)}  ${label}`).join('\n');

export const COMPARE_USAGE = `Runs the same seed, network, load and faults on several protocols and prints a table.

  npm run sim -- compare <file | presetId | link> --protocols a,b[,c[,d]] [options]
  npm run sim -- compare <comparison> [options]

  Comparisons that are there already:
${SHIPPED_LINES}

  --protocols a,b,…     ${PROTOCOLS_MIN} to ${PROTOCOLS_MAX} protocols, in the order of the columns (see --list of sim)
  --vary validators:A,B,…   a row for each number of validators
  --vary seeds:A,B,…    a row for each seed, and the median
  --vary faults[:id,…]  a row for each case, in the place of the scenario's own faults:
${CASE_LINES}
  --seed N              another seed, 0 … 4294967295
  --set path=value      changes one value of the scenario; repeatable
  --real-signatures     as the scenario says; otherwise modelled ones, with the same sizes and virtual costs
  --json, --csv         the document or the lines instead of the table
  --list                the comparisons that are there already
  --help                this text

Exits 0 when all runs were made and each protocol kept what it promises within its fault model, 1 when one did not, 2 on bad input.
`;

const VALUES = ['--protocols', '--vary', '--seed', '--set'];
const FLAGS = ['--real-signatures', '--json', '--csv', '--list', '--help'];
const SEED_MAX = 0xffff_ffff;

/** Reads the words after `compare`. Never throws. */
export function parseCompareArguments(words: readonly string[]): ParsedCompare {
  const sorted = sortWords(words, VALUES, FLAGS);
  if ('problem' in sorted) return sorted;
  const { given, others: sources } = sorted;
  if (given.has('--help')) return { kind: 'help' };
  if (given.has('--list')) return { kind: 'list' };
  return request(sources, given);
}

function request(sources: readonly string[], given: ReadonlyMap<string, string[]>): ParsedCompare {
  const [source, second] = sources;
  if (source === undefined)
    return refuseWord('scenario', null, 'a file, a preset id, a link or a comparison (see --help)');
  if (second !== undefined) return refuseWord('argument', second, 'one scenario only');
  const text = (name: string): string | null => given.get(name)?.at(-1) ?? null;
  const [protocolsText, varyText, seedText] = [text('--protocols'), text('--vary'), text('--seed')];
  const protocols = protocolsText === null ? null : readProtocols(protocolsText, '--protocols');
  if (protocols !== null && 'problem' in protocols) return protocols;
  const vary = varyText === null ? null : readVariation(varyText, '--vary');
  if (vary !== null && 'problem' in vary) return vary;
  if (seedText !== null && !(/^\d{1,10}$/.test(seedText) && Number(seedText) <= SEED_MAX)) {
    return refuseWord('--seed', seedText, `an integer from 0 to ${SEED_MAX}`);
  }
  if (given.has('--json') && given.has('--csv')) return refuseWord('--csv', '--json', 'one format only');
  return {
    kind: 'compare',
    arguments: {
      source,
      protocols: protocols?.protocols ?? null,
      vary,
      seed: seedText === null ? null : Number(seedText),
      set: given.get('--set') ?? [],
      realSignatures: given.has('--real-signatures'),
      format: given.has('--json') ? 'json' : given.has('--csv') ? 'csv' : 'text',
    },
  };
}
