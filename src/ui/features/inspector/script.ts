/** The faults of a scenario as a list of what happens when. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { Scenario } from '../../../scenario/types.ts';
import { formatTime } from '../../lib/format.ts';
import { faultText } from '../../lib/faults.ts';

export interface ScriptEntry {
  readonly text: string;
  /** `at 3.000 s, until 12.000 s`, `once height >= 5`. */
  readonly when: string;
  /** It has not begun where the run has got to; null where that depends on a condition. */
  readonly isAhead: boolean | null;
}

/** In the order of their times; those that wait for a condition last. `head`: where the run has got to. */
export function scriptOf(faults: Scenario['faults'], head: Micros): readonly ScriptEntry[] {
  const startOf = ({ at, when }: Scenario['faults'][number]): number =>
    at ?? (when === null ? 0 : Number.POSITIVE_INFINITY);
  return faults
    .toSorted((a, b) => startOf(a) - startOf(b))
    .map((fault) => ({
      text: faultText(fault),
      when: whenOf(fault),
      isAhead: fault.when === null ? startOf(fault) * 1_000 > head : null,
    }));
}

function whenOf({ at, when, until, untilWhen }: Scenario['faults'][number]): string {
  const ms = (value: number): string => formatTime(value * 1_000);
  const begins = [at === null && when !== null ? null : `at ${ms(at ?? 0)}`, when === null ? null : `once ${when}`];
  const ends = [until === null ? null : `until ${ms(until)}`, untilWhen === null ? null : `until ${untilWhen}`];
  return [...begins, ...ends].filter((part) => part !== null).join(', ');
}
