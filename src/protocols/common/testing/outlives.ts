import { expect } from 'vitest';
import type { Micros } from '../../../core/time.ts';
import type { Storm } from './storms.ts';

/** A network in a storm, and what its correct nodes have to show. */
interface Stormy {
  readonly network: { run(until: Micros, isDone?: () => boolean): unknown };
  /** What correct nodes disagree about, or null. */
  readonly disagreement: () => unknown;
  /** Heights that correct nodes decided. */
  readonly heights: () => readonly number[];
  readonly livenessBound: (network: {
    readonly deltaMicros: Micros;
    readonly validatorCount: number;
    readonly stepMicros: Micros;
  }) => Micros;
  /** Timers double: one that was armed in the storm may run as long as the storm lasted. Taken for granted where not said. */
  readonly timersGrow?: boolean;
}

/** Correct nodes agree in the storm and after it, and each decides again within the bound of the calm. Gives the height before. */
export function outlives(
  { n, calmAt }: Pick<Storm, 'n' | 'calmAt'>,
  { network, disagreement, heights, livenessBound, timersGrow = true }: Stormy,
): number {
  network.run(calmAt * 1000);
  expect(disagreement()).toBeNull();
  const before = Math.max(...heights());
  const bound =
    livenessBound({ deltaMicros: 25_000, validatorCount: n, stepMicros: 0 }) + (timersGrow ? calmAt * 1000 : 0);
  const isDone = () => heights().every((height) => height > before);
  network.run(calmAt * 1000 + bound, isDone);
  expect(disagreement()).toBeNull();
  expect(isDone()).toBe(true);
  return before;
}
