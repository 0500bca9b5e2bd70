/** A way to search: a pure function from (field, seed, index) to a scenario. Index k means the same in every thread. */
import type { FaultInput, Scenario } from '../../scenario/index.ts';
import { checked } from '../plain.ts';
import type { Field } from '../field.ts';

export interface Mode {
  readonly name: string;
  /** One sentence for people. */
  readonly explain: string;
  /** The index-th scenario, or null where an enumeration has come to its end. */
  candidate(field: Field, seed: number, index: number): Scenario | null;
}

export interface Drawn {
  readonly seed?: number;
  readonly network?: Partial<Scenario['network']>;
  readonly faults: readonly FaultInput[];
  readonly stopMs: number;
}

/** Crashes of the base, and when each ends, ms; those that wait for a condition left out. */
function downTimes({ faults }: Scenario): readonly { target: string; from: number; to: number }[] {
  return faults.flatMap((fault) =>
    fault.kind === 'crash' && fault.when === null
      ? [{ target: fault.target, from: fault.at ?? 0, to: fault.until ?? Number.POSITIVE_INFINITY }]
      : [],
  );
}

/** What can be added to the base: a node that it has down at the time has nothing left to crash. */
function possible(base: Scenario, drawn: readonly FaultInput[]): readonly FaultInput[] {
  const down = downTimes(base);
  return drawn.filter((fault) => {
    if (fault.kind !== 'crash') return true;
    const [from, to] = [fault.at ?? 0, fault.until ?? Number.POSITIVE_INFINITY];
    return !down.some((before) => before.target === fault.target && from < before.to && before.from < to);
  });
}

/** The base with other faults (its own come first), another seed, and an end. */
export function withFaults({ base }: Field, drawn: Drawn): Scenario {
  return checked({
    ...base,
    seed: drawn.seed ?? base.seed,
    network: { ...base.network, ...drawn.network },
    faults: [...base.faults, ...possible(base, drawn.faults)],
    stop: { height: null, ms: Math.ceil(drawn.stopMs) },
  });
}

/** `base + index`, within the seeds there are. */
export function seedAt(base: number, index: number): number {
  return (base + index) % 2 ** 32;
}
