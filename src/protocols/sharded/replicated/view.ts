/** The testnet as the commit sees it: shards for nodes. */
import type { ShardedConfig } from '../config.ts';
import type { Ctx } from '../state.ts';
import { type ReplicaCtx, stakesByShard } from './state.ts';

/** By context: it is the same all through a run. */
const views = new WeakMap<object, Map<number, Ctx>>();

/**
 * The context of a shard's commit machine. An answer takes as long as two shards need to order what they hear and to answer it: all
 * waits are longer by the patience with a leader, so that a change of leader in a shard is not taken for its silence.
 */
export function asShard(ctx: ReplicaCtx, shard: number): Ctx {
  const known = views.get(ctx) ?? new Map<number, Ctx>();
  views.set(ctx, known);
  const view = known.get(shard) ?? make(ctx, shard);
  known.set(shard, view);
  return view;
}

/** Waits for other shards, where shards have several validators. */
export function replicatedConfig(config: ShardedConfig): ShardedConfig {
  const { orderMicros } = config;
  return {
    ...config,
    prepareMicros: config.prepareMicros + 4 * orderMicros,
    lockWaitMicros: config.lockWaitMicros + orderMicros,
    retryMicros: config.retryMicros + orderMicros,
    retryMaxMicros: config.retryMaxMicros + orderMicros,
    downMicros: config.downMicros + 4 * orderMicros,
    councilRoundMicros: config.councilRoundMicros + 4 * orderMicros,
    inDoubtMicros: config.inDoubtMicros + 4 * orderMicros,
  };
}

function make(ctx: ReplicaCtx, shard: number): Ctx {
  const { config } = ctx;
  return {
    ...ctx,
    self: shard,
    // Words said again do harm only where a vote binds no transaction.
    mutant: ctx.mutant === 'shard-words-replayed' ? 'xshard-replay' : ctx.mutant,
    stakes: stakesByShard(ctx),
    // Channels are those of its validators.
    config: { ...replicatedConfig(config), channel: 'none', upgrades: [] },
    verify: (signer, message, signature) => ctx.verify(signer, message, signature),
  };
}
