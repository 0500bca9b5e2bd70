/**
 * All verdicts of a run: those of every observer whose report lists checks, in the order in which they watch. Once the run
 * `isOver`, those for good, where a report tells them apart.
 */
import type { CheckResult } from './judge.ts';

interface Lists {
  readonly checks?: readonly CheckResult[];
  readonly finalChecks?: readonly CheckResult[];
}

export function checksIn(reports: Readonly<Record<string, unknown>>, isOver = false): readonly CheckResult[] {
  return Object.values(reports).flatMap((report) => {
    const { checks = [], finalChecks = checks } = (report ?? {}) as Lists;
    return isOver ? finalChecks : checks;
  });
}
