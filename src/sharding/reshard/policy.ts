/**
 * When to split a shard and when to merge two. Three things keep the plan from swinging: the marks for splitting and merging
 * are far apart, a load must last, and after a change nothing changes for a while. A merge is planned only if what comes out of it
 * stays clear of the mark for splitting.
 */
import type { Micros } from '../../core/time.ts';
import { SHARD_COUNT_MAX, SHARD_SIZE_MAX, SHARD_SIZE_MIN } from '../map/limits.ts';
import type { ShardIndex } from '../types.ts';

export interface ReshardPolicy {
  /** Load above which a shard splits and below which it looks for a partner, permille of what a shard can do. */
  readonly splitAbovePermille: number;
  readonly mergeBelowPermille: number;
  /** How long the load must stay there. */
  readonly lastingMicros: Micros;
  /** After a change of the map, how long nothing else is planned. */
  readonly cooldownMicros: Micros;
}

export const RESHARD_POLICY: ReshardPolicy = {
  splitAbovePermille: 800,
  mergeBelowPermille: 250,
  lastingMicros: 5_000_000,
  cooldownMicros: 20_000_000,
};

/** What was measured of one shard. */
export interface ShardLoad {
  readonly shard: ShardIndex;
  /** Null: shards are single nodes, their size does not matter. */
  readonly validatorCount: number | null;
  /** Of what it can do; above 1000 its queue grows. */
  readonly loadPermille: number;
}

/** Since when each shard is above or below its mark, virtual µs. Plain data. */
export interface ReshardState {
  readonly above: Map<ShardIndex, Micros>;
  readonly below: Map<ShardIndex, Micros>;
  changedMicros: Micros | null;
}

export type ReshardPlan =
  /** Half of the validators and about half of the load of `shard` go to the new shard `into`. */
  | { readonly kind: 'split'; readonly shard: ShardIndex; readonly into: ShardIndex }
  /** All of `shard` goes to `into`, and `shard` ends. */
  | { readonly kind: 'merge'; readonly shard: ShardIndex; readonly into: ShardIndex };

export function createReshardState(): ReshardState {
  return { above: new Map(), below: new Map(), changedMicros: null };
}

/**
 * Takes a measurement of all live shards and says what to change now; at most one thing. Splitting comes before merging.
 * @param shardCountMax shards there may be
 */
export function observeLoads(
  state: ReshardState,
  loads: readonly ShardLoad[],
  now: Micros,
  policy: ReshardPolicy = RESHARD_POLICY,
  shardCountMax = SHARD_COUNT_MAX,
): ReshardPlan | null {
  const sorted = [...loads].sort((a, b) => a.shard - b.shard);
  mark(state.above, sorted, now, ({ loadPermille }) => loadPermille > policy.splitAbovePermille);
  mark(state.below, sorted, now, ({ loadPermille }) => loadPermille < policy.mergeBelowPermille);
  if (state.changedMicros !== null && now < state.changedMicros + policy.cooldownMicros) return null;
  const lasting = (since: ReadonlyMap<ShardIndex, Micros>): ShardLoad[] =>
    sorted.filter(({ shard }) => (since.get(shard) ?? Number.POSITIVE_INFINITY) + policy.lastingMicros <= now);
  const plan = planSplit(lasting(state.above), sorted, shardCountMax) ?? planMerge(lasting(state.below), policy);
  if (plan !== null) {
    state.changedMicros = now;
    state.above.clear();
    state.below.clear();
  }
  return plan;
}

/** Keeps for every shard since when the fact holds; shards that are gone are forgotten. */
function mark(
  since: Map<ShardIndex, Micros>,
  loads: readonly ShardLoad[],
  now: Micros,
  holds: (load: ShardLoad) => boolean,
): void {
  const holding = loads.filter(holds).map(({ shard }) => shard);
  for (const shard of [...since.keys()]) if (!holding.includes(shard)) since.delete(shard);
  for (const shard of holding) if (!since.has(shard)) since.set(shard, now);
}

/** The most loaded shard whose two halves would be large enough; the new shard takes the lowest free number. */
function planSplit(
  candidates: readonly ShardLoad[],
  all: readonly ShardLoad[],
  shardCountMax: number,
): ReshardPlan | null {
  if (all.length >= shardCountMax) return null;
  const [heaviest] = candidates
    .filter(({ validatorCount }) => validatorCount === null || validatorCount >= 2 * SHARD_SIZE_MIN)
    .sort((a, b) => b.loadPermille - a.loadPermille || a.shard - b.shard);
  if (heaviest === undefined) return null;
  let into = 0;
  while (all.some(({ shard }) => shard === into)) into++;
  return { kind: 'split', shard: heaviest.shard, into };
}

/** The two lightest, if together they stay within the limits and well below the mark for splitting (three quarters of it). */
function planMerge(candidates: readonly ShardLoad[], policy: ReshardPolicy): ReshardPlan | null {
  const lightest = [...candidates].sort((a, b) => a.loadPermille - b.loadPermille || a.shard - b.shard);
  for (const [i, one] of lightest.entries()) {
    for (const other of lightest.slice(i + 1)) {
      const isSmall = (one.validatorCount ?? 0) + (other.validatorCount ?? 0) <= SHARD_SIZE_MAX;
      const isCalm = 4 * (one.loadPermille + other.loadPermille) <= 3 * policy.splitAbovePermille;
      if (!isSmall || !isCalm) continue;
      return { kind: 'merge', shard: Math.max(one.shard, other.shard), into: Math.min(one.shard, other.shard) };
    }
  }
  return null;
}
