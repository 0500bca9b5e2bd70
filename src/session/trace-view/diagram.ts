/** What the space-time diagram and the block tree read of a trace. Types alone; all times are integer virtual µs. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Flight } from '../view.ts';

/** Copies under way in a stretch of time, perhaps thinned. */
export interface CopySample {
  readonly flights: readonly Flight[];
  /** Position in the trace of each copy's sending, in step with `flights`. */
  readonly sends: readonly number[];
  /** One copy in so many is here: a power of two, 1 = all of them. */
  readonly step: number;
}

/** A stretch of a node's life in which it showed the same role, epoch, height and phase. */
export interface Band {
  readonly from: Micros;
  /** When the next begins; Infinity for the last. */
  readonly until: Micros;
  readonly alive: boolean;
  readonly isByzantine: boolean;
  /** Declared values; '' and −1 where the protocol shows none. */
  readonly role: string;
  readonly phase: string;
  readonly epoch: number;
  readonly height: number;
}

export type MarkKind = 'decide' | 'timer' | 'drop' | 'fault' | 'heal' | 'evidence';

/** Something that happened at one node (or, for faults, to several) and is not a message on its way. */
export interface Mark {
  readonly kind: MarkKind;
  readonly at: Micros;
  readonly seq: number;
  readonly node: NodeIndex;
  /** The nodes a fault concerns; otherwise the node itself. */
  readonly targets: readonly NodeIndex[];
  /** One line for people. */
  readonly text: string;
}

export interface MarkSample {
  readonly marks: readonly Mark[];
  /** How many there are in the stretch; more than `marks` when the limit was reached. */
  readonly total: number;
}

export interface Stretch {
  readonly from: Micros;
  readonly until: Micros;
}

/**
 * What happened before an event and what after it, in the sense of Lamport (Time, Clocks, and the Ordering of Events,
 * CACM 1978): along each node's own events and from every sending to its delivery. Found piece by piece: call `work`
 * until it says that nothing is left.
 */
export interface Cone {
  readonly seq: number;
  readonly node: NodeIndex;
  /** Looks at up to so many more events each way; true while there may be more to find. The future grows with the trace. */
  work(events: number): boolean;
  /** Whether the event at `seq` of `node` can have influenced this one. Nothing below `reach` is known yet. */
  isPast(node: NodeIndex, seq: number): boolean;
  isFuture(node: NodeIndex, seq: number): boolean;
  /** Whether a copy (by the position of its sending) carried influence to this event. */
  isPastCopy(send: number): boolean;
  /** Whether a copy carries influence of this event on. */
  isFutureCopy(from: NodeIndex, send: number): boolean;
  /** The first position looked at so far: the past before it is not known. */
  readonly reach: number;
  /** How many nodes are influenced so far, the event's own included. */
  readonly influencedCount: number;
  /** How many nodes are known to have influenced it, its own included. */
  readonly sourceCount: number;
}

/** Who voted for a block in one kind of vote. */
export interface VoteTally {
  /** Position in `Declaration.messages`. */
  readonly type: number;
  readonly epoch: number;
  /** Distinct, in the order in which they voted. */
  readonly voters: readonly NodeIndex[];
  readonly needed: number;
  /** When the quorum was complete, or null. */
  readonly closedAt: Micros | null;
}

/** Something that was proposed or voted for at a slot, whether or not it was decided. */
export interface Candidate {
  readonly slot: number;
  /** First 16 hex digits of its hash. */
  readonly digest: string;
  /** The epoch of its first mention. */
  readonly epoch: number;
  /** The first proposal of it, or null when only votes are known. */
  readonly proposal: {
    readonly messageId: string;
    readonly node: NodeIndex;
    readonly at: Micros;
    readonly type: number;
  } | null;
  readonly votes: readonly VoteTally[];
}

/** The part of a `TraceView` that diagrams read. */
export interface DiagramView {
  /** Copies under way at some time in `from` … `until`; thinned evenly, and always the same way, to about `limit`. */
  copiesIn(from: Micros, until: Micros, limit: number): CopySample;
  /** A node's bands in `from` … `until`; those shorter than `shortest` may be left out. */
  bandsOf(node: NodeIndex, from: Micros, until: Micros, shortest: Micros): readonly Band[];
  marksIn(from: Micros, until: Micros, limit: number): MarkSample;
  /** Stretches of at least `shortest` before the head in which nothing but background traffic was under way. */
  quietIn(from: Micros, until: Micros, shortest: Micros): readonly Stretch[];
  /** The causes and effects of the event at `seq`; null when there is no such event. */
  causality(seq: number): Cone | null;
  /** Proposals and votes up to `at`, ascending by slot, of one slot in the order of first mention. */
  candidatesAt(at: Micros, fromSlot?: number): readonly Candidate[];
}
