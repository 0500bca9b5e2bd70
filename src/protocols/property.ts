/** What a protocol promises beyond the common invariants, judged on every run. */
import type { NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import type { Decision, MarkKind, Shards } from './machine.ts';

/**
 * What one protocol promises beyond the common invariants (one leader a term, no stale read). A fold over what correct nodes
 * say, show and decide; its memory is plain data. Each handler returns what is wrong, one line for people, or null.
 */
export interface Property<M> {
  readonly name: string;
  /** What it says, for people. */
  readonly states: string;
  /** What it remembers from the start on. `setting`: the run's configuration, as `parseConfig` gave it, and its size. */
  createMemory(setting?: PropertySetting): unknown;
  onMessage?(
    memory: unknown,
    said: { readonly t: Micros; readonly node: NodeIndex; readonly message: M },
  ): string | null;
  /** `fields` as declared; only validators show them. */
  onState?(
    memory: unknown,
    shown: {
      readonly t: Micros;
      readonly node: NodeIndex;
      readonly alive: boolean;
      readonly fields: readonly number[];
    },
  ): string | null;
  /** Locks, waits and steps of transactions, as `Effects.mark` told them. */
  onMark?(
    memory: unknown,
    marked: {
      readonly t: Micros;
      readonly node: NodeIndex;
      readonly mark: MarkKind;
      readonly transaction: number;
      readonly what: string;
      readonly holder: number | null;
    },
  ): string | null;
  onDecision?(
    memory: unknown,
    decided: { readonly t: Micros; readonly node: NodeIndex; readonly decision: Decision },
  ): string | null;
}

/** What a property may know of the run that it judges. */
export interface PropertySetting {
  readonly config: unknown;
  readonly shards: Shards | null;
  readonly validatorCount: number;
}
