/** Checks in groups, the graver verdicts first. Pure. */
import type { CheckResult, Verdict } from '../../../session/api.ts';

export interface CheckGroup {
  readonly kind: CheckResult['kind'];
  readonly title: string;
  readonly checks: readonly CheckResult[];
}

const TITLES: Readonly<Record<CheckResult['kind'], string>> = {
  invariant: 'Invariants',
  ltl: 'Expectations',
  petri: 'Conformance',
};
const ORDER: Readonly<Record<Verdict, number>> = { violated: 0, pending: 1, holds: 2 };

/** Groups that have any check; within one, violated first, else in the given order. */
export function byKind(checks: readonly CheckResult[]): readonly CheckGroup[] {
  return (Object.keys(TITLES) as CheckResult['kind'][]).flatMap((kind) => {
    const members = checks.filter((check) => check.kind === kind);
    const sorted = members.toSorted((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
    return members.length === 0 ? [] : [{ kind, title: TITLES[kind], checks: sorted }];
  });
}
