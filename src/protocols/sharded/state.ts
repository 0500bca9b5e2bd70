/** What a shard knows: plain data. `Durable` is the part that survives a crash. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { createLockTable } from '../../sharding/locks/table.ts';
import type { LockTable } from '../../sharding/locks/types.ts';
import type { Effects, NodeContext } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import { type LockNews, policyOf } from './locking.ts';
import type { Accepted, Message, Outcome, Reason } from './messages.ts';
import { shardOf, type Transaction } from './placement.ts';

export type Ctx = NodeContext<ShardedConfig, Message>;

/** A timer carries its transaction: one that no longer fits is inert. */
export type Timer =
  | { readonly kind: 'heartbeat' }
  /** The coordinator says again what was not answered. */
  | { readonly kind: 'retry'; readonly slot: number }
  /** A transaction has waited long enough for its locks. */
  | { readonly kind: 'wait'; readonly slot: number }
  /** A prepared transaction has heard of no decision. */
  | { readonly kind: 'doubt'; readonly slot: number };

/** Tells timers apart. */
export const timerKey = (timer: Timer): string => ('slot' in timer ? `${timer.kind} ${timer.slot}` : timer.kind);

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  | { readonly kind: 'started' }
  /** The coordinator takes a transaction on. */
  | { readonly kind: 'begun'; readonly transaction: Transaction }
  /** The coordinator's decision: written before the first COMMIT leaves. */
  | { readonly kind: 'decided'; readonly slot: number; readonly outcome: Outcome; readonly reason: Reason | null }
  /** Everybody has acknowledged. */
  | { readonly kind: 'done'; readonly slot: number }
  /** Before a YES. */
  | { readonly kind: 'prepared'; readonly transaction: Transaction }
  /** The participant has executed or given up its part. */
  | {
      readonly kind: 'ended';
      readonly slot: number;
      readonly digest: string;
      readonly outcome: Outcome;
      readonly reason: Reason | null;
    }
  /** A transaction of this shard alone was executed. */
  | { readonly kind: 'executed'; readonly transaction: Transaction }
  /** Three-phase commit: takes part in no lower ballot; and what it wrote down. */
  | { readonly kind: 'ballot'; readonly slot: number; readonly promised: number; readonly accepted: Accepted | null };

export type Out = Effects<Message, Timer, Durable>;

/** The coordinator's side of one transaction. */
export interface Coordination {
  readonly transaction: Transaction;
  phase: 'preparing' | 'pre-committing' | 'committing' | 'aborting';
  /** Why it is aborted; null while it is not, or where nobody said. */
  reason: Reason | null;
  /** Shards that voted YES. */
  readonly yes: NodeIndex[];
  /** Shards that wrote down ballot 0 (pre-committing). */
  readonly written: NodeIndex[];
  readonly acknowledged: NodeIndex[];
  readonly startedAt: Micros;
  /** Until the next retry: grows. */
  delay: Micros;
}

/** A participant's side of a transaction that has not ended here. */
export interface Participation {
  readonly transaction: Transaction;
  phase: 'waiting' | 'prepared';
  since: Micros;
  delay: Micros;
  /** The shard's own attempt to end it, three-phase commit only. */
  attempt: Attempt | null;
  /** Highest ballot heard of. */
  ballotSeen: number;
}

export interface Attempt {
  readonly ballot: number;
  readonly promised: NodeIndex[];
  /** Of the highest ballot among the promises. */
  best: Accepted | null;
  /** Null while promises are collected. */
  outcome: Outcome | null;
  readonly written: NodeIndex[];
}

export interface State {
  readonly self: NodeIndex;
  readonly shardCount: number;
  /** How often it has restarted. */
  incarnation: number;

  /** Units by account; those of other shards stay 0. */
  readonly balances: number[];
  readonly locks: LockTable;
  /** What the lock table said in this step and nobody has acted on yet. */
  readonly news: LockNews[];
  /** By transaction. */
  readonly coordinating: Map<number, Coordination>;
  readonly participating: Map<number, Participation>;
  /** How transactions ended here. */
  readonly outcomes: Map<number, Outcome>;
  /** Transactions that ended here without a YES, and why: their NO is said again when asked. */
  readonly refused: Map<number, Reason>;
  readonly ballots: Map<number, { readonly promised: number; readonly accepted: Accepted | null }>;

  /** When each shard was last heard of, µs; −1 = never. */
  readonly heardAt: Micros[];
  /** Messages to itself, handled before the step ends. */
  readonly loopback: Message[];
  /** Highest transaction that ended here. */
  height: number;
  committed: number;
  aborted: number;
}

export function createState(ctx: Ctx): State {
  const { self, workload } = ctx;
  const shardCount = ctx.shards?.count ?? ctx.validatorCount;
  return {
    self,
    shardCount,
    incarnation: 0,
    balances: Array.from({ length: workload.accountCount }, (_, account) =>
      shardOf(account, ctx) === self ? workload.initialBalance : 0,
    ),
    locks: createLockTable(policyOf(ctx)),
    news: [],
    coordinating: new Map(),
    participating: new Map(),
    outcomes: new Map(),
    refused: new Map(),
    ballots: new Map(),
    heardAt: new Array<number>(shardCount).fill(-1),
    loopback: [],
    height: 0,
    committed: 0,
    aborted: 0,
  };
}

/** Sends to another shard, or puts into the own inbox. */
export function tell(state: State, to: NodeIndex, message: Message, out: Out): void {
  if (to === state.self) state.loopback.push(message);
  else out.send(to, message);
}

export const everyShard = (state: State): NodeIndex[] => Array.from({ length: state.shardCount }, (_, shard) => shard);
