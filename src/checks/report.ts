/** All verdicts of a run: those of every observer whose report lists checks, in the order in which they watch. */
import type { CheckResult } from './judge.ts';

export function checksIn(reports: Readonly<Record<string, unknown>>): readonly CheckResult[] {
  return Object.values(reports).flatMap((report) => {
    const { checks = [] } = (report ?? {}) as { readonly checks?: readonly CheckResult[] };
    return checks;
  });
}
