/**
 * Nets as JSON: `{ name?, places: [{ id, name?, initial? }], transitions: [{ id, name? }], arcs: [{ from, to, weight?, kind? }] }`.
 * Left out: a name is the id, 0 tokens, weight 1, kind "normal" (or "inhibitor").
 */
import { type Problem, TestnetError } from '../../core/problem.ts';
import { ARCS_MAX, checkNet, countProblem, isCount, NODES_MAX, type PetriArc, type PetriNet, quote } from './net.ts';
import { mergeArcs } from './pnml.ts';

type Fields = Readonly<Record<string, unknown>>;

/** @throws {TestnetError} bad-input, with every problem's path. */
export function readJsonNet(source: string): PetriNet {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new TestnetError('bad-input', 'not JSON', [{ path: '', found, expected: 'a net as JSON' }]);
  }
  return parseNet(value);
}

/** @throws {TestnetError} bad-input, with every problem's path. */
export function parseNet(value: unknown): PetriNet {
  const problems: Problem[] = [];
  if (!isFields(value))
    throw refusal([{ path: '', found: quote(value), expected: 'an object with places, transitions, arcs' }]);
  unknownFields(value, ['name', 'places', 'transitions', 'arcs'], '', problems);
  const text = (fields: Fields, key: string, path: string, otherwise: string | null): string => {
    const found = fields[key];
    if (found === undefined && otherwise !== null) return otherwise;
    if (typeof found === 'string') return found;
    problems.push({ path: `${path}${key}`, found: quote(found), expected: 'a text' });
    return '';
  };
  const number = (fields: Fields, key: string, path: string, least: number): number => {
    const found = fields[key] ?? least;
    if (typeof found === 'number' && isCount(found, least)) return found;
    problems.push(countProblem(`${path}${key}`, found, least));
    return least;
  };
  const places = list(value, 'places', NODES_MAX, ['id', 'name', 'initial'], problems, (fields, path) => {
    const id = text(fields, 'id', path, null);
    return { id, name: text(fields, 'name', path, id), initial: number(fields, 'initial', path, 0) };
  });
  const transitions = list(value, 'transitions', NODES_MAX, ['id', 'name'], problems, (fields, path) => {
    const id = text(fields, 'id', path, null);
    return { id, name: text(fields, 'name', path, id) };
  });
  const arcs = list(value, 'arcs', ARCS_MAX, ['from', 'to', 'weight', 'kind'], problems, (fields, path): PetriArc => {
    const kind = fields['kind'] ?? 'normal';
    if (kind !== 'normal' && kind !== 'inhibitor') {
      problems.push({ path: `${path}kind`, found: quote(kind), expected: '"normal" or "inhibitor"' });
    }
    return {
      from: text(fields, 'from', path, null),
      to: text(fields, 'to', path, null),
      weight: number(fields, 'weight', path, 1),
      kind: kind === 'inhibitor' ? 'inhibitor' : 'normal',
    };
  });
  if (problems.length > 0) throw refusal(problems);
  const ends: PetriNet = { name: text(value, 'name', '', ''), places, transitions, arcs };
  // Judged before arcs are merged, so that problems name the arcs of the document; several between two nodes are fine.
  const found = [...problems, ...checkNet(ends).filter(({ expected }) => !expected.startsWith('one arc with'))];
  if (found.length > 0) throw refusal(found);
  const net = { ...ends, arcs: mergeArcs(arcs) };
  const merged = checkNet(net);
  if (merged.length > 0) throw refusal(merged);
  return net;
}

/** What `readJsonNet` reads, defaults left out. */
export function writeJsonNet({ name, places, transitions, arcs }: PetriNet): string {
  const document = {
    name,
    places: places.map(({ id, name: label, initial }) => ({
      id,
      ...nameOf(id, label),
      ...(initial === 0 ? {} : { initial }),
    })),
    transitions: transitions.map(({ id, name: label }) => ({ id, ...nameOf(id, label) })),
    arcs: arcs.map(({ from, to, weight, kind }) => ({
      from,
      to,
      ...(weight === 1 ? {} : { weight }),
      ...(kind === 'normal' ? {} : { kind }),
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function nameOf(id: string, name: string): { readonly name?: string } {
  return name === id ? {} : { name };
}

function list<T>(
  net: Fields,
  key: string,
  most: number,
  known: readonly string[],
  problems: Problem[],
  read: (fields: Fields, path: string) => T,
): readonly T[] {
  const value = net[key];
  if (!Array.isArray(value) || value.length > most) {
    const found = Array.isArray(value) ? `${value.length} entries` : quote(value);
    problems.push({ path: key, found, expected: `a list of at most ${most}` });
    return [];
  }
  return value.flatMap((item: unknown, i) => {
    const path = `${key}[${i}]`;
    if (!isFields(item)) {
      problems.push({ path, found: quote(item), expected: `an object with ${known.join(', ')}` });
      return [];
    }
    unknownFields(item, known, `${path}.`, problems);
    return [read(item, `${path}.`)];
  });
}

function unknownFields(fields: Fields, known: readonly string[], path: string, problems: Problem[]): void {
  for (const key of Object.keys(fields)) {
    if (known.includes(key)) continue;
    problems.push({ path: `${path}${key.slice(0, 40)}`, found: 'an unknown field', expected: known.join(', ') });
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(problems: readonly Problem[]): TestnetError {
  return new TestnetError('bad-input', 'not a net', problems);
}
