/** What a validator of a replicated shard knows: plain data. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { SignedBatch } from '../../../ledger/types.ts';
import type { Course } from '../../common/ordering/adaptive.ts';
import { stableLeader } from '../../common/ordering/index.ts';
import type { OrderState } from '../../common/ordering/state.ts';
import type { Group, OrderRecord, OrderTimer } from '../../common/ordering/types.ts';
import type { Effects, NodeContext } from '../../protocol.ts';
import { type OrderingChoice, orderingOf, type ShardedConfig } from '../config.ts';
import { createState, type State, type Timer } from '../state.ts';
import { courseOf } from './course.ts';
import { type ChannelRecord, createLinks, type Links } from '../channels.ts';
import type { ChannelTimer } from './sealing.ts';
import type { Block, Spoken, Wire } from './wire.ts';

export type ReplicaCtx = NodeContext<ShardedConfig, Wire>;
/** The earliest timer of the commit is due; or the shard's ordering takes too long. */
export type ReplicaTimer = { readonly kind: 'due' } | OrderTimer | ChannelTimer;
/** What is on a validator's disk: that it started, what its part in the ordering obliges it to, who has post-quantum keys. */
export type ReplicaRecord = { readonly kind: 'replica-started' } | OrderRecord<Block> | ChannelRecord;
export type ReplicaOut = Effects<Wire, ReplicaTimer, ReplicaRecord>;

/** What several validators of a shard said alike. */
export interface Share {
  readonly message: Spoken;
  readonly signatures: Map<NodeIndex, Uint8Array>;
}

/** Numbers of one shard that were taken: all up to `floor`, and these above. */
export interface Taken {
  floor: number;
  readonly above: Set<number>;
}

export interface Replica {
  readonly self: NodeIndex;
  readonly shard: number;
  /** Validators of the shard. */
  readonly size: number;
  /** Its validators in the order in which they lead. */
  readonly leaders: readonly NodeIndex[];
  incarnation: number;

  /** The commit's machine: what all validators of the shard have in common after as many blocks. */
  readonly commit: State;
  /** Of the last block. */
  at: Micros;
  /** The commit's timers by key. */
  readonly timers: Map<string, { readonly timer: Timer; readonly due: Micros }>;
  /** By shard: numbers that it said and this one has handled. */
  readonly taken: Map<number, Taken>;
  /** By shard: how many messages went there. */
  readonly spoken: number[];

  readonly order: OrderState<Block>;
  /** How the shard has ordered so far, and orders next: from its blocks alone. */
  readonly course: Course;
  /** How the scenario says that it orders; null: it says nothing. */
  readonly choice: OrderingChoice | null;

  /** Its own channels with validators of other shards; null where there are none. */
  readonly links: Links | null;

  /** Lost in a crash: what was heard but not ordered. By speaker and number: one entry for each thing said under it. */
  readonly shares: Map<string, Share[]>;
  /** Keys of `shares` that a quorum has signed. */
  readonly complete: Map<string, Share>;
  /** Transactions of clients by number. */
  readonly submits: Map<number, SignedBatch>;
  /** When the timer `due` goes off; null: it is not armed. */
  dueAt: Micros | null;
}

/** How shards order, in the way that a shard's course names for the next block. */
export const ordering = stableLeader<Block>();

export function isReplicated({ shards }: Pick<ReplicaCtx, 'shards'>): boolean {
  return shards !== undefined && shards.validatorsPerShard > 1;
}

/** Validators of a shard; 1 where shards are single nodes. */
export function shardSize({ shards }: Pick<ReplicaCtx, 'shards'>): number {
  return shards?.validatorsPerShard ?? 1;
}

export function shardOfNode(node: NodeIndex, ctx: Pick<ReplicaCtx, 'shards'>): number {
  return Math.floor(node / shardSize(ctx));
}

export function membersOf(shard: number, ctx: Pick<ReplicaCtx, 'shards'>): NodeIndex[] {
  const size = shardSize(ctx);
  return Array.from({ length: size }, (_, place) => shard * size + place);
}

/** Voting power by shard: of all its validators. */
export function stakesByShard({ shards, stakes }: Pick<ReplicaCtx, 'shards' | 'stakes'>): readonly number[] {
  if (shards === undefined) return stakes;
  return Array.from({ length: shards.count }, (_, shard) =>
    membersOf(shard, { shards }).reduce((sum, node) => sum + (stakes[node] ?? 0), 0),
  );
}

/** The order in which they lead: with a council the best reputed coordinates first, and the next when it is down. */
function inTurn(members: readonly NodeIndex[], { config, stakes }: ReplicaCtx): readonly NodeIndex[] {
  if (!config.council) return members;
  return [...members].sort((a, b) => (stakes[b] ?? 0) - (stakes[a] ?? 0) || a - b);
}

export function groupOf({ shard, self }: Pick<Replica, 'shard' | 'self'>, ctx: ReplicaCtx): Group {
  return {
    id: shard,
    self,
    members: inTurn(membersOf(shard, ctx), ctx),
    patienceMicros: ctx.config.orderMicros,
    mutant: ctx.mutant,
  };
}

export function createReplica(ctx: ReplicaCtx, shardCtx: Parameters<typeof createState>[0]): Replica {
  const { self } = ctx;
  const shard = shardOfNode(self, ctx);
  return {
    self,
    shard,
    size: shardSize(ctx),
    leaders: groupOf({ shard, self }, ctx).members,
    incarnation: 0,
    commit: createState(shardCtx),
    at: 0,
    timers: new Map(),
    taken: new Map(),
    spoken: new Array<number>(ctx.shards?.count ?? 0).fill(0),
    order: ordering.create(groupOf({ shard, self }, ctx)),
    course: courseOf(shard, ctx.config),
    choice: ctx.config.ordering === 'all-to-all' ? null : orderingOf(ctx.config.ordering, shard),
    links: createLinks(ctx),
    shares: new Map(),
    complete: new Map(),
    submits: new Map(),
    dueAt: null,
  };
}
