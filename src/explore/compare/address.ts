/**
 * A comparison in an address: `#compare=<id>` for a shipped one; `#s=…&compare=pbft,raft&vary=validators:4,7` (or
 * `#preset=…&compare=…`) for the scenario of the same address. The command line says `--protocols` and `--vary` alike.
 */
import type { Problem } from '../../core/problem.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { parseHash } from '../../scenario/index.ts';
import { oneOf } from '../../scenario/show.ts';
import { CASES_DEFAULT, FAULT_CASES, faultCase } from './cases.ts';
import { ROWS_MAX } from './plan.ts';
import { SHIPPED, shippedById } from './shipped.ts';
import { PROTOCOLS_MAX, PROTOCOLS_MIN, type Variation } from './types.ts';

export type ComparisonAddress =
  | { readonly kind: 'shipped'; readonly id: string }
  | { readonly kind: 'own'; readonly protocols: readonly string[]; readonly vary: Variation };

type Read<T> = T | { readonly problem: Problem };

const VALIDATORS_MAX = 256;
const SEED_MAX = 0xffff_ffff;

/** What the hash asks to compare; null where it asks for nothing. Never throws. */
export function comparisonOfHash(hash: string): Read<ComparisonAddress> | null {
  const { options } = parseHash(hash);
  const text = options.get('compare');
  if (text === undefined) return null;
  if (shippedById(text) !== null) return { kind: 'shipped', id: text };
  const protocols = readProtocols(text, 'compare');
  if ('problem' in protocols) {
    const { problem } = protocols;
    const ids = SHIPPED.map(({ id }) => id).join(', ');
    return text.includes(',')
      ? protocols
      : { problem: { ...problem, expected: `${problem.expected}; or one of ${ids}` } };
  }
  const vary = readVariation(options.get('vary') ?? '', 'vary');
  return 'problem' in vary ? vary : { kind: 'own', protocols: protocols.protocols, vary };
}

/** The part of a hash behind the scenario: `compare=pbft,raft&vary=faults`. */
export function addressPart(protocols: readonly string[], vary: Variation): string {
  const varied = variationText(vary);
  return `compare=${protocols.join(',')}${varied === '' ? '' : `&vary=${varied}`}`;
}

export function variationText(vary: Variation): string {
  if (vary.kind === 'none') return '';
  if (vary.kind === 'seeds') return `seeds:${vary.seeds.join(',')}`;
  if (vary.kind === 'validators') return `validators:${vary.counts.join(',')}`;
  const isDefault = vary.cases.join() === CASES_DEFAULT.join();
  return isDefault ? 'faults' : `faults:${vary.cases.join(',')}`;
}

/** `pbft,raft`: two to four registered names, each once. */
export function readProtocols(text: string, path: string): Read<{ readonly protocols: readonly string[] }> {
  const names = text.split(',').map((name) => name.trim());
  const isFine = names.every((name, i) => PROTOCOLS.has(name) && names.indexOf(name) === i);
  if (isFine && names.length >= PROTOCOLS_MIN && names.length <= PROTOCOLS_MAX) return { protocols: names };
  const expected = `${PROTOCOLS_MIN} to ${PROTOCOLS_MAX} different ones of ${[...PROTOCOLS.keys()].join(', ')}`;
  return refuse(path, text, `${expected}, with commas between`);
}

/** '' · `validators:4,7,10` (also with `=`) · `seeds:1,2,3` · `faults` · `faults:none,one-liar`. */
export function readVariation(text: string, path: string): Read<Variation> {
  if (text === '') return { kind: 'none' };
  const [kind = '', list = ''] = text.split(/[:=]/, 2);
  const items = list === '' ? [] : list.split(',').map((item) => item.trim());
  if (kind === 'validators') {
    const counts = readNumbers(items, 1, VALIDATORS_MAX);
    if (counts !== null) return { kind, counts };
    return refuse(path, text, `validators: and 1 to ${ROWS_MAX} different numbers from 1 to ${VALIDATORS_MAX}`);
  }
  if (kind === 'seeds') {
    const seeds = readNumbers(items, 0, SEED_MAX);
    if (seeds !== null) return { kind, seeds };
    return refuse(path, text, `seeds: and 1 to ${ROWS_MAX} different numbers from 0 to ${SEED_MAX}`);
  }
  if (kind === 'faults') {
    const cases = items.length === 0 ? CASES_DEFAULT : items;
    if (cases.every((id, i) => faultCase(id) !== null && cases.indexOf(id) === i)) return { kind, cases };
    return refuse(path, text, `faults: and different ones of ${oneOf(FAULT_CASES.map(({ id }) => id))}`);
  }
  return refuse(path, text, 'validators:4,7,…, seeds:1,2,… or faults');
}

/** Null where they are none, too many, out of bounds or not all different. */
function readNumbers(items: readonly string[], least: number, most: number): number[] | null {
  const numbers = items.map((item) => (/^\d{1,10}$/.test(item) ? Number(item) : -1));
  const isFine = numbers.every((each, i) => each >= least && each <= most && numbers.indexOf(each) === i);
  return isFine && numbers.length >= 1 && numbers.length <= ROWS_MAX ? numbers : null;
}

function refuse(path: string, found: string, expected: string): { readonly problem: Problem } {
  return { problem: { path, found: JSON.stringify(found.slice(0, 60)), expected } };
}
