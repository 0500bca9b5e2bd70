/** What the scenarios of broken variants have in common, whatever the protocol: a script of faults under which the named check fires. */
import type { FaultInput, ScenarioInput } from '../schema.ts';
import { type Preset, preset } from './preset.ts';

type Network = NonNullable<ScenarioInput['network']>;

export interface BrokenScript {
  readonly id: string;
  readonly mutant: string;
  readonly title: string;
  readonly teaches: string;
  /** The check that must fire. */
  readonly violates: string;
  /** Over what all variants of the protocol begin with. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** 4 if absent. */
  readonly validators?: number;
  readonly network?: Network;
  /** 1 if absent. */
  readonly seed?: number;
  /** 20 if absent. */
  readonly ratePerSecond?: number;
  readonly faults: FaultInput[];
  readonly stopMs: number;
}

/** Makes presets of one protocol's variants. */
export function brokenOf(
  name: string,
  common: { readonly config: Readonly<Record<string, unknown>>; readonly network?: Network },
): (script: BrokenScript) => Preset {
  return ({ id, mutant, title, teaches, violates, config, validators, network, seed, ratePerSecond, faults, stopMs }) =>
    preset({
      id,
      title,
      teaches,
      level: 'broken on purpose',
      violates,
      scenario: {
        seed: seed ?? 1,
        protocol: { name, mutant, config: { ...common.config, ...config } },
        validators: validators ?? 4,
        crypto: { suite: 'modelled:ml-dsa-65' },
        network: network ?? common.network ?? {},
        workload: { ratePerSecond: ratePerSecond ?? 20 },
        faults,
        stop: { ms: stopMs },
      },
    });
}
