/** What a shard knows: plain data. `Durable` is the part that survives a crash. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { createLockTable } from '../../sharding/locks/table.ts';
import type { LockTable } from '../../sharding/locks/types.ts';
import { createShardAccounts, type Parcel, type ShardAccounts } from '../../sharding/reshard/move.ts';
import type { AccountMove, Migration } from '../../sharding/reshard/plan.ts';
import { createReshardState, type ReshardState } from '../../sharding/reshard/policy.ts';
import type { Effects, NodeContext } from '../protocol.ts';
import { createQueue, isBatching, type Queue } from './batches.ts';
import { type ChannelRecord, createLinks, type Links } from './channels.ts';
import type { ShardedConfig } from './config.ts';
import { type Council, type CouncilRecord, type CouncilTimer, createCouncil } from './council/state.ts';
import { type LockNews, policyOf } from './locking.ts';
import type { Accepted, Message, Outcome, Reason } from './messages.ts';
import type { Whereabouts } from './moves.ts';
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
  | { readonly kind: 'doubt'; readonly slot: number }
  /** A batch has waited long enough for company. */
  | { readonly kind: 'batch' }
  /** A parcel that nobody has confirmed. */
  | { readonly kind: 'parcel'; readonly account: number }
  /** A change of the map that the scenario wants: its position in the list. */
  | { readonly kind: 'reshard'; readonly index: number }
  /** This shard gets post-quantum keys. */
  | { readonly kind: 'upgrade' }
  | CouncilTimer;

/** Tells timers apart. */
export function timerKey(timer: Timer): string {
  if ('slot' in timer) return `${timer.kind} ${timer.slot}`;
  if ('account' in timer) return `${timer.kind} ${timer.account}`;
  return 'index' in timer ? `${timer.kind} ${timer.index}` : timer.kind;
}

/** What is on disk, oldest first. Written before anything of its step is sent. */
export type Durable =
  | { readonly kind: 'started' }
  /** The coordinator takes a transaction on. */
  | { readonly kind: 'begun'; readonly transaction: Transaction }
  /** All leaves of its parent voted YES: before it promises so to the upper level. */
  | { readonly kind: 'gathered'; readonly slot: number }
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
  /** Accounts are to move. */
  | { readonly kind: 'migration'; readonly id: string; readonly moves: readonly AccountMove[] }
  /** An account was given away, has arrived, is known to have arrived. */
  | { readonly kind: 'given'; readonly parcel: Parcel }
  | { readonly kind: 'taken'; readonly parcel: Parcel }
  | { readonly kind: 'settled'; readonly account: number; readonly version: number }
  | CouncilRecord
  | ChannelRecord
  /** Three-phase commit: takes part in no lower ballot; and what it wrote down. */
  | { readonly kind: 'ballot'; readonly slot: number; readonly promised: number; readonly accepted: Accepted | null };

export type Out = Effects<Message, Timer, Durable>;

/** The coordinator's side of one transaction. */
export interface Coordination {
  readonly transaction: Transaction;
  /** Whom it asks; all that take part, where shards are not nested. */
  readonly children: readonly NodeIndex[];
  /** The coordinator of the upper level, where this shard speaks for its parent; null: it coordinates the whole. */
  readonly superior: NodeIndex | null;
  /** `gathered`: the parent has promised, the upper level decides. */
  phase: 'preparing' | 'gathered' | 'pre-committing' | 'committing' | 'aborting';
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

  /** What it keeps, what is on its way out, what has left. */
  readonly accounts: ShardAccounts;
  /** Where accounts are that have moved between others, as it has heard. */
  readonly known: Map<number, Whereabouts>;
  /** The split or merge under way. */
  migration: Migration | null;
  /** Changes of the map that it has begun. */
  readonly changes: Set<string>;
  readonly parcelRetryMicros: Micros;
  /** Transactions by account since the last start: what decides who goes in a split. */
  readonly usage: Map<number, number>;
  /** Transactions that it took part in since its last heartbeat. */
  recentCount: number;
  /** Load and accounts of each shard, as its heartbeats say. */
  readonly loads: { load: number; accounts: number }[];
  readonly reshard: ReshardState;
  readonly queue: Queue;
  /** Transactions that were decided in this step. */
  readonly settled: { readonly slot: number; readonly outcome: Outcome }[];
  /** What all shards decide together; null where there is no council. */
  readonly council: Council | null;
  /** Encrypted channels; null where there are none. */
  readonly links: Links | null;
  /** Messages of this step that leave sealed or in bundles; null where each leaves by itself. */
  readonly outbox: { readonly to: NodeIndex; readonly message: Message }[] | null;
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
  const { self, config } = ctx;
  const shardCount = ctx.shards?.count ?? ctx.validatorCount;
  const links = createLinks(ctx);
  return {
    self,
    shardCount,
    incarnation: 0,
    accounts: createShardAccounts(
      self,
      ownAccounts(ctx),
      ctx.mutant === 'migration-double' ? 'migration-double' : null,
    ),
    known: new Map(),
    migration: null,
    changes: new Set(),
    parcelRetryMicros: config.retryMaxMicros,
    usage: new Map(),
    recentCount: 0,
    loads: Array.from({ length: shardCount }, () => ({ load: 0, accounts: 0 })),
    reshard: createReshardState(),
    queue: createQueue(config),
    settled: [],
    council: config.council ? createCouncil(ctx.stakes.slice(0, shardCount)) : null,
    links,
    outbox: isBatching(config) || links !== null ? [] : null,
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

function ownAccounts(ctx: Ctx): [account: number, balance: number][] {
  const { accountCount, initialBalance } = ctx.workload;
  const all = Array.from({ length: accountCount }, (_, account) => account);
  return all.filter((account) => shardOf(account, ctx) === ctx.self).map((account) => [account, initialBalance]);
}

/** Units of an account that this shard keeps; 0 for others. */
export const balanceOf = ({ accounts }: State, account: number): number => accounts.held.get(account)?.balance ?? 0;

/** Sends to another shard, or puts into the own inbox. */
export function tell(state: State, to: NodeIndex, message: Message, out: Out): void {
  if (to === state.self) state.loopback.push(message);
  else if (state.outbox !== null) state.outbox.push({ to, message });
  else out.send(to, message);
}

export const everyShard = (state: State): NodeIndex[] => Array.from({ length: state.shardCount }, (_, shard) => shard);
