/** What a scenario of the library is. */
import type { ScenarioInput } from '../schema.ts';

/** How much a viewer should have seen before. */
export type Level = 'first steps' | 'faults' | 'attacks' | 'scale' | 'broken on purpose' | 'beyond the model';

export interface Preset {
  /** In links and on the command line: lower-case words joined by hyphens. */
  readonly id: string;
  readonly title: string;
  /** The one thing it teaches, in one sentence. */
  readonly teaches: string;
  readonly level: Level;
  /** The check that must fire, or null where all must hold. */
  readonly violates: string | null;
  readonly scenario: ScenarioInput;
}

type Written = Omit<Preset, 'violates'> & { readonly violates?: string };

/** Completes a preset: its scenario carries title and teaching point as name and description. */
export function preset(written: Written): Preset {
  const { title, teaches } = written;
  return {
    violates: null,
    ...written,
    scenario: { format: 'testnet-scenario/1', name: title, description: teaches, ...written.scenario },
  };
}
