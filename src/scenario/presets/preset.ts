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
  /** What a presenter says, step by step; absent: a presentation stops at the marks of the run. */
  readonly story?: readonly StoryStep[];
}

/** The marks of a run that a step can be bound to, as the timeline shows them. */
export type StoryMark = 'decision' | 'viewChange' | 'fault' | 'heal' | 'violation' | 'evidence';

export interface StoryStep {
  /** Where the playhead comes to stand: virtual ms, or so long after the nth (from 1) mark of a kind. */
  readonly at: number | { readonly mark: StoryMark; readonly nth?: number; readonly afterMs?: number };
  readonly title: string;
  readonly text: string;
  /** The node to look at. */
  readonly look?: string;
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
