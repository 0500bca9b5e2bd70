/** Collects problems of one document while it is checked. */
import type { Problem } from '../core/problem.ts';
import { PROBLEMS_MAX, valueAt } from './issues.ts';
import { formatPath, showValue } from './show.ts';

export interface Report {
  /** The document as its author wrote it. */
  readonly document: unknown;
  readonly problems: Problem[];
}

export function add(report: Report, problem: Problem): void {
  if (report.problems.length < PROBLEMS_MAX) report.problems.push(problem);
}

/** What stands at `path` is not what it should be. `found` says it better than the value itself where given. */
export function expect(report: Report, path: readonly PropertyKey[], expected: string, found?: string): void {
  add(report, { path: formatPath(path), found: found ?? showValue(valueAt(report.document, path)), expected });
}
