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

/** The base with other faults (its own come first), another seed, and an end. */
export function withFaults({ base }: Field, drawn: Drawn): Scenario {
  return checked({
    ...base,
    seed: drawn.seed ?? base.seed,
    network: { ...base.network, ...drawn.network },
    faults: [...base.faults, ...drawn.faults],
    stop: { height: null, ms: Math.ceil(drawn.stopMs) },
  });
}

/** `base + index`, within the seeds there are. */
export function seedAt(base: number, index: number): number {
  return (base + index) % 2 ** 32;
}
