/** `--set path=value` of the command line: one value of a scenario document changed before it is validated. */
import type { Problem } from '../core/problem.ts';
import { DEPTH_LIMIT, parseJson } from './json.ts';
import { formatPath, showText, showValue } from './show.ts';

export type SetResult = { readonly document: unknown } | { readonly problems: readonly Problem[] };

/**
 * The document with `path` set: `validators=7`, `storm.beyond=true`, `faults[0].at=500`, `faults.0.target=v2`. The value is JSON where
 * it parses as such and plain text otherwise. Objects that are missing (or null) on the way are created; a list can grow by one at
 * its end. The given document stays as it is. Never throws.
 */
export function setPath(document: unknown, assignment: string): SetResult {
  const split = assignment.indexOf('=');
  if (split <= 0) return refuse('--set', showText(assignment), 'path=value, such as validators=7');
  const keys = splitPath(assignment.slice(0, split));
  if (keys === null)
    return refuse('--set', showText(assignment.slice(0, split)), 'a path such as storm.beyond or faults[0].at');
  return place(document, keys, 0, readValue(assignment.slice(split + 1)));
}

/** Several assignments, one after the other; problems of the first that fails. */
export function setPaths(document: unknown, assignments: readonly string[]): SetResult {
  let current = document;
  for (const assignment of assignments) {
    const result = setPath(current, assignment);
    if ('problems' in result) return result;
    current = result.document;
  }
  return { document: current };
}

function readValue(text: string): unknown {
  const parsed = parseJson(text);
  return 'value' in parsed ? parsed.value : text;
}

/** `a.b[0]` and `a.b.0` alike as [a, b, 0]; null when malformed. Numbers are positions in lists or keys of objects, as it turns out. */
function splitPath(text: string): (string | number)[] | null {
  const keys = text.replace(/\[(\d+)\]/g, '.$1').split('.');
  const isPath =
    keys.length <= DEPTH_LIMIT && keys.every((key) => /^[A-Za-z0-9_$-]{1,60}$/.test(key) && key !== '__proto__');
  return isPath ? keys.map((key) => (/^\d{1,6}$/.test(key) ? Number(key) : key)) : null;
}

function place(parent: unknown, keys: readonly (string | number)[], depth: number, value: unknown): SetResult {
  const key = keys[depth];
  if (key === undefined) return { document: value };
  // A missing parent becomes a list where its first position is meant, else an object.
  if (key === 0 && (parent === undefined || parent === null)) return place([], keys, depth, value);
  if (Array.isArray(parent)) {
    if (typeof key !== 'number' || key > parent.length) {
      return refuse(
        formatPath(keys.slice(0, depth + 1)),
        showText(String(key)),
        `a position from 0 to ${parent.length}`,
      );
    }
    const inner = place(parent[key], keys, depth + 1, value);
    return 'problems' in inner ? inner : { document: parent.toSpliced(key, 1, inner.document) };
  }
  if (typeof parent !== 'object' && parent !== undefined) {
    return refuse(formatPath(keys.slice(0, depth)), showValue(parent), 'an object or a list to set a part of');
  }
  const object: Record<string, unknown> = { ...parent };
  const name = String(key);
  const inner = place(Object.hasOwn(object, name) ? object[name] : undefined, keys, depth + 1, value);
  return 'problems' in inner ? inner : { document: { ...object, [name]: inner.document } };
}

function refuse(path: string, found: string, expected: string): { readonly problems: readonly Problem[] } {
  return { problems: [{ path, found, expected }] };
}
