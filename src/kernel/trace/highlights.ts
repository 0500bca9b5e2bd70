/**
 * The part of the trace that judges and conditions need, as objects, made by hosts beside the packed records. A highlight
 * is a pure function of the same step as its record; it is not hashed itself.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Decision, MarkKind } from '../../protocols/protocol.ts';
import type { Envelope } from '../envelope.ts';
import type { FaultPlan } from '../plan.ts';

interface Base {
  readonly t: Micros;
  readonly node: NodeIndex;
}

/** A node signed a message and let it go. One a message, not one a copy. */
export interface MessageHighlight extends Base {
  readonly kind: 'message';
  readonly type: number;
  readonly slot: number;
  readonly epoch: number;
  readonly digest: string;
  readonly envelope: Envelope;
}

export interface DecideHighlight extends Base {
  readonly kind: 'decide';
  readonly decision: Decision;
}

export interface StateHighlight extends Base {
  readonly kind: 'state';
  readonly alive: boolean;
  /** The declared fields. An ordinary array: thousands a second are made, and a typed array costs several times as much. */
  readonly fields: readonly number[];
}

export interface FaultHighlight extends Base {
  readonly kind: 'fault' | 'heal';
  readonly fault: FaultPlan;
}

/** A node holds two statements that convict another. */
export interface EvidenceHighlight extends Base {
  readonly kind: 'evidence';
  readonly against: NodeIndex;
  readonly what: string;
  readonly statements: readonly { readonly message: unknown; readonly signature: Uint8Array }[];
}

/** A lock taken, waited for or given back, or one step of a transaction between shards. */
export interface MarkHighlight extends Base {
  readonly kind: 'mark';
  readonly mark: MarkKind;
  readonly transaction: number;
  readonly what: string;
  /** Who is waited for; null but for waits. */
  readonly holder: number | null;
}

export type Highlight =
  | MarkHighlight
  | MessageHighlight
  | DecideHighlight
  | StateHighlight
  | FaultHighlight
  | EvidenceHighlight;

/** Which highlights a run makes: sweeps and page all, kernel benchmarks only decisions. */
export type HighlightLevel = 'all' | 'decisions';
