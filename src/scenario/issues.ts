/** Turns what zod found into problems that a person can act on. */
import type { z } from 'zod';
import type { Problem } from '../core/problem.ts';
import { expectedAt, knownKeysAt } from './expected.ts';
import { formatPath, oneOf, showValue } from './show.ts';

/** Problems shown for one document; more do not help anybody. */
export const PROBLEMS_MAX = 50;

type Issue = z.core.$ZodIssue;

/** One problem for each issue (for each unknown key), in document order as zod reports them. */
export function problemsOf(issues: readonly Issue[], document: unknown): Problem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, document, [])).slice(0, PROBLEMS_MAX);
}

function problemsOfIssue(issue: Issue, document: unknown, base: readonly PropertyKey[]): Problem[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, PROBLEMS_MAX).map((key) => ({
        path: formatPath([...path, key]),
        found: `an unknown key with ${showValue(valueAt(document, [...path, key]))}`,
        expected: `only ${oneOf(knownKeysAt(document, path), 40)}`,
      }));
    case 'invalid_union': {
      const branch = closestBranch(issue.errors);
      if (branch !== null) return branch.flatMap((inner) => problemsOfIssue(inner, document, path));
      break;
    }
    case 'invalid_key':
      return [
        { path: formatPath(path), found: 'an unknown key', expected: 'the id of a fault of the storm, like "f0"' },
      ];
    default:
  }
  const expected = expectedAt(document, path);
  return [{ path: formatPath(path), found: showValue(valueAt(document, path)), expected }];
}

/** The branch of a plain union that got past its own type, so that its problems are the ones meant; null when none did. */
function closestBranch(errors: readonly (readonly Issue[])[]): readonly Issue[] | null {
  return (
    errors.find((issues) => issues.every((issue) => issue.code !== 'invalid_type' || issue.path.length > 0)) ?? null
  );
}

/** What stands at a path, or undefined. */
export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = document;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
