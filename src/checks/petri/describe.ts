/** Deviations in words: who did what, and what was missing for it. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { MissingToken, ReplayStep } from './replay.ts';

/** A step that the net does not allow at that point. Plain data. */
export interface Deviation {
  readonly t: Micros;
  readonly node: NodeIndex;
  /** False: a traitor's, which proves nothing against the protocol. */
  readonly isCorrect: boolean;
  /** As in `labelKey`. */
  readonly label: string;
  readonly slot: number;
  /** False: about the whole run, such as an election; the slot then says nothing. */
  readonly isOfSlot: boolean;
  readonly epoch: number;
  /** First 16 hex digits. */
  readonly value: string;
  readonly transition: string | null;
  readonly missing: readonly MissingToken[];
}

export function describeStep({ event, transition, missing }: ReplayStep, isCorrect: boolean): Deviation {
  const { t, node, label, slot, epoch, value } = event;
  const isOfSlot = transition?.isOfSlot ?? true;
  return { t, node, isCorrect, label, slot, isOfSlot, epoch, value, transition: transition?.id ?? null, missing };
}

/** `prepare for slot 3, epoch 0, without "may prepare" (0 of 1)`; `vote for epoch 2, without …`. */
export function describeDeviation({ label, slot, isOfSlot, epoch, missing }: Deviation): string {
  const what = label.startsWith('send ') ? label.slice(5) : label;
  return `${what} for ${isOfSlot ? `slot ${slot}, ` : ''}epoch ${epoch}, without ${missing.map(describeMissing).join(' and ')}`;
}

export function describeMissing({ place, has, needs }: MissingToken): string {
  return `"${place}" (${has} of ${needs})`;
}
