/** What views of shards read of a trace: locks, waits and open transactions at a moment. Types alone; times are virtual µs. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Parent, TransactionStep } from '../../protocols/crossing.ts';
import type { Flight } from '../view.ts';

/** An account that a transaction holds at a shard. */
export interface HeldLock {
  readonly shard: number;
  readonly account: string;
  readonly transaction: number;
  readonly since: Micros;
}

/** A transaction that waits at a shard for an account. */
export interface LockWait {
  readonly shard: number;
  readonly account: string;
  readonly transaction: number;
  /** Who holds the account, and whoever it was told to let go first; never empty, the holders first. */
  readonly blockers: readonly number[];
  readonly since: Micros;
}

/** How far a transaction is at a shard that takes part in it. */
export interface TransactionPart {
  readonly shard: number;
  /** promised: in doubt until it hears how it ends. */
  readonly stage: 'waiting' | 'promised' | 'commit' | 'abort';
  readonly since: Micros;
}

/** A transaction that has not ended at every shard that is known to have promised. */
export interface OpenTransaction {
  readonly transaction: number;
  /** Shard that coordinates; null while only others have spoken of it. */
  readonly coordinator: number | null;
  readonly begunAt: Micros;
  /** Shards that speak for their parent, in the order in which they began to; absent: none has. */
  readonly heads?: readonly number[];
  readonly decided: { readonly outcome: 'commit' | 'abort'; readonly at: Micros } | null;
  /** In the order in which they spoke first. */
  readonly parts: readonly TransactionPart[];
}

/** Counts of a shard since the start. */
export interface ShardTotals {
  readonly coordinated: number;
  readonly committed: number;
  readonly aborted: number;
  /** Committed transactions, each counted at one shard alone: whoever decided it. */
  readonly decided: number;
  /** Of those that ended here: with other shards. */
  readonly crossing: number;
  /** Waits for a lock that began here, and how long those lasted that are over. */
  readonly waits: number;
  readonly waitedMicros: Micros;
}

/** The shards at a moment. The same object while nothing of it changes. */
export interface ShardMoment {
  /** In the order in which they were taken. */
  readonly locks: readonly HeldLock[];
  readonly waits: readonly LockWait[];
  readonly open: readonly OpenTransaction[];
  /** By shard. */
  readonly totals: readonly ShardTotals[];
  /** Shards with too few validators up to do anything, and since when. */
  readonly down: readonly { readonly shard: number; readonly since: Micros }[];
}

/** One event in the life of a transaction. */
export interface LifeStep {
  readonly at: Micros;
  readonly seq: number;
  readonly node: NodeIndex;
  readonly shard: number;
  readonly kind: 'step' | 'lock' | 'unlock' | 'wait';
  /** The declared step; null for locks. */
  readonly step: TransactionStep | null;
  /** The account; '' for steps. */
  readonly account: string;
}

export interface LifeCopy {
  readonly flight: Flight;
  /** Position of its sending in the trace. */
  readonly send: number;
}

/** Everything that happened about one transaction between shards. */
export interface TransactionLife {
  readonly transaction: number;
  /** Ascending by position in the trace. */
  readonly steps: readonly LifeStep[];
  /** Copies about it, the client's included, in the order of sending. What travelled inside another message stands by itself. */
  readonly copies: readonly LifeCopy[];
  /** Messages between its shards that may have carried more of it: nobody can look into them (any more). */
  readonly closedCount: number;
}

/** How nodes make up shards. */
export interface ShardShape {
  readonly count: number;
  readonly validatorsPerShard: number;
  /** Shards that are divided, as the protocol declares them; absent: none is. */
  readonly parents?: readonly Parent[];
}

/** The part of a `TraceView` that views of shards read. */
export interface ShardView {
  /** Null where the protocol declares no transactions between shards. */
  readonly shape: ShardShape | null;
  shardsAt(at: Micros): ShardMoment;
  /** Whether the trace has a step of that transaction. */
  hasLife(transaction: number): boolean;
  /** Null for a transaction that the trace does not know. */
  lifeOf(transaction: number): TransactionLife | null;
}

export const NO_SHARDS: ShardView = {
  shape: null,
  shardsAt: () => ({ locks: [], waits: [], open: [], totals: [], down: [] }),
  hasLife: () => false,
  lifeOf: () => null,
};
