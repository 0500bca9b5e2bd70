/** A clean copy of a value that may come from anywhere (a page, a test, a damaged record): plain JSON data or a problem. */
import type { Problem } from '../core/problem.ts';
import { DEPTH_LIMIT } from './json.ts';
import { formatPath, showText } from './show.ts';

/** Values in one document; a scenario of a thousand faults has some twenty thousand. */
const VALUE_COUNT_MAX = 200_000;

interface Copying {
  valueCount: number;
  readonly path: PropertyKey[];
}

class Refusal extends Error {
  readonly problem: Problem;
  constructor(path: readonly PropertyKey[], found: string, expected: string) {
    super(expected);
    this.problem = { path: formatPath(path), found, expected };
  }
}

/**
 * Copies objects (own enumerable keys), lists, texts, finite numbers, booleans and null; −0 becomes 0 and keys without a value
 * are left out. Cycles end at the depth limit. Never throws, whatever getters or proxies do.
 */
export function plainCopy(raw: unknown): { readonly value: unknown } | { readonly problems: readonly Problem[] } {
  try {
    return { value: copy(raw, { valueCount: 0, path: [] }) };
  } catch (error) {
    const problem =
      error instanceof Refusal
        ? error.problem
        : { path: '', found: 'a value that cannot be read', expected: 'plain data' };
    return { problems: [problem] };
  }
}

function copy(value: unknown, state: Copying): unknown {
  if (++state.valueCount > VALUE_COUNT_MAX) {
    throw new Refusal([], `more than ${VALUE_COUNT_MAX} values`, 'a smaller document');
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Refusal(state.path, String(value), 'a finite number');
    return value === 0 ? 0 : value;
  }
  if (typeof value !== 'object') throw new Refusal(state.path, `a value of type ${typeof value}`, 'plain data');
  if (state.path.length > DEPTH_LIMIT) {
    throw new Refusal(state.path.slice(0, 4), 'deeper nesting', `at most ${DEPTH_LIMIT} levels of nesting`);
  }
  return Array.isArray(value) ? copyList(value, state) : copyObject(value, state);
}

function copyList(list: readonly unknown[], state: Copying): unknown[] {
  const out: unknown[] = [];
  for (let i = 0; i < list.length; i++) {
    state.path.push(i);
    out.push(copy(list[i], state));
    state.path.pop();
  }
  return out;
}

function copyObject(object: object, state: Copying): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(object)) {
    if (item === undefined) continue;
    if (key === '__proto__') throw new Refusal(state.path, `the key ${showText(key)}`, 'any other key');
    state.path.push(key);
    out[key] = copy(item, state);
    state.path.pop();
  }
  return out;
}
