/**
 * A comparison in an address: `#compare=<id>` for a shipped one; `#s=…&compare=pbft,raft&vary=validators:4,7` (or
 * `#preset=…&compare=…`) for the scenario of the same address. The command line says `--protocols` and `--vary` alike.
 */
import type { Problem } from '../../core/problem.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { parseHash } from '../../scenario/index.ts';
import { oneOf } from '../../scenario/show.ts';
import { CASES_DEFAULT, FAULT_CASES, faultCase } from './cases.ts';
import { COUNTS_MAX } from './plan.ts';
import { SHIPPED, shippedById } from './shipped.ts';
import { PROTOCOLS_MAX, PROTOCOLS_MIN, type Variation } from './types.ts';

export type ComparisonAddress =
  | { readonly kind: 'shipped'; readonly id: string }
  | { readonly kind: 'own'; readonly protocols: readonly string[]; readonly vary: Variation };

type Read<T> = T | { readonly problem: Problem };

const VALIDATORS_MAX = 256;

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

/** '' · `validators:4,7,10` (also with `=`) · `faults` · `faults:none,one-liar`. */
export function readVariation(text: string, path: string): Read<Variation> {
  if (text === '') return { kind: 'none' };
  const [kind = '', list = ''] = text.split(/[:=]/, 2);
  const items = list === '' ? [] : list.split(',').map((item) => item.trim());
  if (kind === 'validators') {
    const counts = items.map((item) => (/^\d{1,3}$/.test(item) ? Number(item) : 0));
    const isFine = counts.every((count, i) => count >= 1 && count <= VALIDATORS_MAX && counts.indexOf(count) === i);
    if (isFine && counts.length >= 1 && counts.length <= COUNTS_MAX) return { kind, counts };
    return refuse(path, text, `validators: and 1 to ${COUNTS_MAX} different numbers from 1 to ${VALIDATORS_MAX}`);
  }
  if (kind === 'faults') {
    const cases = items.length === 0 ? CASES_DEFAULT : items;
    if (cases.every((id, i) => faultCase(id) !== null && cases.indexOf(id) === i)) return { kind, cases };
    return refuse(path, text, `faults: and different ones of ${oneOf(FAULT_CASES.map(({ id }) => id))}`);
  }
  return refuse(path, text, 'validators:4,7,… or faults');
}

function refuse(path: string, found: string, expected: string): { readonly problem: Problem } {
  return { problem: { path, found: JSON.stringify(found.slice(0, 60)), expected } };
}
