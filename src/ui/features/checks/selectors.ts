/** Checks in groups, the graver verdicts first. Pure. */
import type { CheckResult, Verdict } from '../../../session/api.ts';

export interface CheckGroup {
  readonly kind: CheckResult['kind'];
  readonly title: string;
  readonly checks: readonly CheckResult[];
}

const TITLES: Readonly<Record<CheckResult['kind'], string>> = {
  invariant: 'Invariants',
  ltl: 'Temporal formulas',
  petri: 'Conformance',
};
const ORDER: Readonly<Record<Verdict, number>> = { violated: 0, pending: 1, holds: 2 };

/** Groups that have any check; within one, violated first, else in the given order. */
export function byKind(checks: readonly CheckResult[]): readonly CheckGroup[] {
  return (Object.keys(TITLES) as CheckResult['kind'][]).flatMap((kind) => {
    const members = checks.filter((check) => check.kind === kind);
    const sorted = members.toSorted((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
    // Formulas can be added by hand, so that their place is there even while there is none.
    return members.length === 0 && kind !== 'ltl' ? [] : [{ kind, title: TITLES[kind], checks: sorted }];
  });
}
