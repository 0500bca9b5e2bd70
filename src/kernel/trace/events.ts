/**
 * Trace events as the outside sees them: plain objects `{ seq, t, node, kind, … }` with `t` in virtual ms.
 * Inside, the trace is packed words (`records.ts`); these objects are made on demand.
 */

interface Base {
  /** Position in the whole trace's order (time, node, position within the node's stream). */
  readonly seq: number;
  /** Virtual ms. */
  readonly t: number;
  /** Name of the node (`v0`, `c0`), or `world`. */
  readonly node: string;
}

/** Why a copy never arrived or an arrived one was not heard. */
export type DropReason =
  | 'lost'
  | 'partition'
  | 'crashed'
  | 'bad-signature'
  | 'malformed'
  | 'unknown-sender'
  | 'overflow';

export interface SendEvent extends Base {
  readonly kind: 'send';
  readonly to: string;
  readonly type: string;
  readonly slot: number;
  readonly epoch: number;
  /** First 16 hex digits of the hash it is about, or ''. */
  readonly digest: string;
  /** Bytes on the wire, signature included. */
  readonly bytes: number;
  /** `v0#17`: one per signed message; copies to several receivers share it. */
  readonly messageId: string;
  /** Virtual ms; absent when it is lost or held back (then `reason`). */
  readonly deliverAt?: number;
  /** 'lost' or 'partition' never arrive; 'held' waits at the cut: a later send event of kind 'release' gives its arrival. */
  readonly reason?: 'lost' | 'partition' | 'held';
  /** Present when this copy is not an ordinary one: duplicated by the network, or let go after a partition healed. */
  readonly copy?: 'duplicate' | 'release';
  /** The sender named in the message where it is not the true one. */
  readonly claimedFrom?: string;
}

export interface DeliverEvent extends Base {
  readonly kind: 'deliver';
  readonly from: string;
  readonly type: string;
  readonly messageId: string;
  readonly slot: number;
  readonly epoch: number;
  readonly digest: string;
  /** When it reached the node, virtual ms; `t` is when the node's CPU had verified it and the machine saw it. */
  readonly arrivedAt: number;
}

export interface DropEvent extends Base {
  readonly kind: 'drop';
  readonly from: string;
  readonly type: string;
  readonly messageId: string;
  readonly reason: DropReason;
}

export interface TimerEvent extends Base {
  readonly kind: 'timer';
  readonly timer: string;
}

/** The declared fields after a step that changed one of them. */
export interface StateEvent extends Base {
  readonly kind: 'state';
  readonly alive: boolean;
  readonly fields: Readonly<Record<string, number | string | boolean | null>>;
}

export interface DecideEvent extends Base {
  readonly kind: 'decide';
  readonly slot: number;
  readonly epoch: number;
  /** First 16 hex digits. */
  readonly digest: string;
}

export interface FaultEvent extends Base {
  readonly kind: 'fault' | 'heal';
  readonly faultId: string;
  /** crash, partition, link, slow, byzantine. */
  readonly fault: string;
  /** Names of the nodes concerned. */
  readonly targets: readonly string[];
  /** One line for people. */
  readonly text: string;
}

export interface NoteEvent extends Base {
  readonly kind: 'note';
  readonly text: string;
}

export interface EvidenceEvent extends Base {
  readonly kind: 'evidence';
  readonly against: string;
  readonly text: string;
}

/** A shard locked or released an account for a transaction. */
export interface LockEvent extends Base {
  readonly kind: 'lock' | 'unlock';
  /** Number of the transaction: the slot of its messages. */
  readonly transaction: number;
  readonly account: string;
}

/** A transaction waits at a shard for an account that another one holds: until it locks it, or ends there. */
export interface WaitEvent extends Base {
  readonly kind: 'wait';
  readonly transaction: number;
  readonly account: string;
  /** The transaction that holds the account. */
  readonly holder: number;
}

/** One step of an atomic commit between shards. */
export interface CommitEvent extends Base {
  readonly kind: 'commit2pc';
  readonly transaction: number;
  /** prepare, commit, abort: by its coordinator; prepared, committed, aborted: by a shard that takes part. */
  readonly phase: string;
}

export type TraceEvent =
  | SendEvent
  | DeliverEvent
  | DropEvent
  | TimerEvent
  | StateEvent
  | DecideEvent
  | FaultEvent
  | NoteEvent
  | EvidenceEvent
  | LockEvent
  | WaitEvent
  | CommitEvent;

export type TraceEventKind = TraceEvent['kind'];

/** Kinds with a name in the public contract and no event yet: protocols of today punish nobody and change no parameter. */
export type ReservedKind = 'slash' | 'parameter';
