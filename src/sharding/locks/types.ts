/** What a shard's lock table holds, and what it says happened. Plain data throughout. */
import type { Micros } from '../../core/time.ts';
import type { AccountIndex } from '../../ledger/types.ts';
import type { TransactionId } from '../types.ts';

/** Shared: reads a balance, several at once. Exclusive: changes it, alone. */
export type LockMode = 'shared' | 'exclusive';

/**
 * How deadlock is kept away.
 * - `ordered`: locks are taken one after another in ascending account order, and who waits holds only lower ones (Havender 1968).
 *   Over several shards it holds only if the shards too are asked one after another, ascending.
 * - `wound-wait`: an older transaction takes a lock from a younger one, a younger one waits for an older (Rosenkrantz,
 *   Stearns, Lewis 1978, §3). Shards may be asked in parallel.
 * - `none`: as asked for, first come first served. Deadlocks happen; `findCycle` shows them.
 */
export type LockPolicy = 'ordered' | 'wound-wait' | 'none';

/**
 * What becomes of a transaction that stands still.
 * - `none`: nothing; an in-doubt one blocks until it hears the decision, as two-phase commit demands.
 * - `release`: it is dropped `afterMicros` after its claim or its last grant. With `isInDoubtSafe` only while it has not promised anything;
 *   without, even when prepared, which breaks atomicity: the `unlock` events then carry `inDoubt`.
 */
export type LockExpiry =
  | { readonly kind: 'none' }
  | { readonly kind: 'release'; readonly afterMicros: Micros; readonly isInDoubtSafe: boolean };

export interface LockWant {
  readonly account: AccountIndex;
  readonly mode: LockMode;
}

/** A transaction's demand on this shard, all of it at once. */
export interface LockClaim {
  readonly transaction: TransactionId;
  /**
   * When the transaction first began, virtual µs; a retry keeps it, so that it grows older and at last wins. Ties are broken by the id.
   */
  readonly timestampMicros: Micros;
  readonly wants: readonly LockWant[];
}

export interface LockHolder {
  readonly transaction: TransactionId;
  readonly mode: LockMode;
  readonly sinceMicros: Micros;
}

/** One account's lock: several holders only when all are shared; waiters in the order in which they will be served. */
export interface AccountLock {
  readonly holders: LockHolder[];
  readonly waiters: LockHolder[];
}

/** Where a transaction stands on this shard. */
export interface Claimant {
  readonly timestampMicros: Micros;
  /** In the order in which they are taken; one entry an account. */
  readonly wants: readonly LockWant[];
  /** The first so many of `wants` are held; the next one, if any, is waited for. */
  heldCount: number;
  /** Of the claim or the last grant, whichever is later. */
  movedMicros: Micros;
  /** Voted yes: only the coordinator's decision may end it. */
  isPrepared: boolean;
}

export interface LockTable {
  readonly policy: LockPolicy;
  readonly expiry: LockExpiry;
  /** Waiters an account may have; one more is turned away. */
  readonly waiterCountMax: number;
  /** Locked accounts only. */
  readonly accounts: Map<AccountIndex, AccountLock>;
  /** In the order of their claims. */
  readonly transactions: Map<TransactionId, Claimant>;
}

export type UnlockReason = 'released' | 'wounded' | 'expired' | 'refused';

/** What happened, in this order; the protocol turns them into trace events and messages. */
export type LockEvent =
  | {
      readonly kind: 'lock';
      readonly transaction: TransactionId;
      readonly account: AccountIndex;
      readonly mode: LockMode;
      readonly waitedMicros: Micros;
    }
  | {
      readonly kind: 'unlock';
      readonly transaction: TransactionId;
      readonly account: AccountIndex;
      readonly mode: LockMode;
      readonly heldMicros: Micros;
      readonly reason: UnlockReason;
      /** Taken from a transaction that had voted yes and knew no decision. */
      readonly inDoubt: boolean;
    }
  | {
      readonly kind: 'wait';
      readonly transaction: TransactionId;
      readonly account: AccountIndex;
      readonly mode: LockMode;
      /** Whom it waits for: conflicting holders, then conflicting waiters before it. */
      readonly blockers: readonly TransactionId[];
    }
  /**
   * `transaction` is to make room for the older `by`. Not prepared: it is out of the table already, and this shard votes no.
   * Prepared: it stays, and its coordinator has to be asked to abort it if nothing is decided yet.
   */
  | {
      readonly kind: 'wound';
      readonly transaction: TransactionId;
      readonly by: TransactionId;
      readonly account: AccountIndex;
      readonly isPrepared: boolean;
    }
  /** Out of the table without a decision: it stood still too long, or a queue was full. This shard votes no. */
  | {
      readonly kind: 'dropped';
      readonly transaction: TransactionId;
      readonly reason: 'expired' | 'refused';
      readonly inDoubt: boolean;
    }
  /** Holds everything it wanted: it may vote yes. */
  | { readonly kind: 'ready'; readonly transaction: TransactionId };
