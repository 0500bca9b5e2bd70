/** A property of every run, watched as it happens. What it can miss stands beside each. */
import type { NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import type { DecidedBlock, Decision } from '../protocols/protocol.ts';
import type { Highlight } from '../kernel/trace/highlights.ts';
import type { Facts } from './facts.ts';

export interface Violation {
  /** When it was broken, virtual µs. */
  readonly at: Micros;
  /** Who did what, for people: one line. */
  readonly detail: string;
}

/** A decision of a correct node, read once for all invariants. */
export interface ReadDecision {
  readonly t: Micros;
  readonly node: NodeIndex;
  readonly decision: Decision;
  readonly block: DecidedBlock;
}

/** State is plain data, so that judging survives snapshots. The first violation counts. */
export interface Invariant {
  readonly name: string;
  /** What it says, for people. */
  readonly states: string;
  onDecision?(read: ReadDecision, facts: Facts): Violation | null;
  onHighlight?(highlight: Highlight, facts: Facts): Violation | null;
  /** Which highlights it wants; absent: all. */
  readonly kinds?: readonly Highlight['kind'][];
  /** Everything before `horizon` has been seen: for properties that time alone can break. */
  onHorizon?(horizon: Micros, facts: Facts): Violation | null;
  /** 'holds' while unbroken; an invariant that cannot judge this run says why. */
  standing(facts: Facts): { readonly verdict: 'holds' | 'pending'; readonly detail: string };
  capture(): unknown;
  restore(state: unknown): void;
}
