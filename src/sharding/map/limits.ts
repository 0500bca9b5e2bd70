/** How many shards, and how large: the limits of the testnet, and which counts fit them. */
import type { Problem } from '../../core/problem.ts';

/** Validators of a shard that runs its own consensus. */
export const SHARD_SIZE_MIN = 3;
export const SHARD_SIZE_MAX = 15;
export const SHARD_SIZE_WANTED = 10;
/** Shards with groups of validators. */
export const SHARD_COUNT_MAX = 20;
/** Shards of one node each: no consensus inside, to watch cross-shard commit at scale. */
export const SINGLE_SHARD_COUNT_MAX = 64;

/** `grouped`: 3–15 validators a shard. `single`: one node a shard, which is then trusted. */
export type ShardMode = 'grouped' | 'single';

/** What is wrong with so many shards for so many validators; none when it fits. */
export function shardCountProblems(shardCount: number, validatorCount: number, mode: ShardMode): Problem[] {
  const most = mode === 'single' ? SINGLE_SHARD_COUNT_MAX : SHARD_COUNT_MAX;
  if (!Number.isInteger(shardCount) || shardCount < 1 || shardCount > most) {
    return [{ path: 'shards.count', found: String(shardCount), expected: `an integer from 1 to ${most}` }];
  }
  if (mode === 'single') {
    if (validatorCount === shardCount) return [];
    return [{ path: 'validators', found: String(validatorCount), expected: `${shardCount}, one a shard` }];
  }
  const [fewest, largest] = [shardCount * SHARD_SIZE_MIN, shardCount * SHARD_SIZE_MAX];
  if (validatorCount >= fewest && validatorCount <= largest) return [];
  const expected = `${fewest} to ${largest} for ${shardCount} shards of ${SHARD_SIZE_MIN} to ${SHARD_SIZE_MAX}`;
  return [{ path: 'validators', found: String(validatorCount), expected }];
}

/** The count whose shards come nearest to the wanted size; null when no count fits (below 3 or above 300 validators). */
export function wantedShardCount(validatorCount: number): number | null {
  const fewest = Math.ceil(validatorCount / SHARD_SIZE_MAX);
  const most = Math.min(SHARD_COUNT_MAX, Math.floor(validatorCount / SHARD_SIZE_MIN));
  if (most < 1 || fewest > most) return null;
  return Math.min(most, Math.max(fewest, Math.round(validatorCount / SHARD_SIZE_WANTED)));
}

/** Sizes that differ by at most one, larger ones first. */
export function evenSizes(total: number, shardCount: number): number[] {
  const small = Math.floor(total / shardCount);
  const larger = total % shardCount;
  return Array.from({ length: shardCount }, (_, shard) => (shard < larger ? small + 1 : small));
}
