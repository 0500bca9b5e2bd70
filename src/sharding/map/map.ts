/** A testnet's whole map, made in one go: who runs which shard, where every account lives, who coordinates. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Problem } from '../../core/problem.ts';
import { type AccountStrategy, type Placement, type PlacementInput, placeAccounts, shardsByKind } from './accounts.ts';
import { type ShardMode, shardCountProblems } from './limits.ts';
import { shardRange } from './rendezvous.ts';
import { assignValidators, type Committees, coordinatorOf } from './validators.ts';

/** One word for both assignments; `adaptive` and `hybrid` balance reputation, the others hash the validators. */
export type ShardStrategy = AccountStrategy;
export const SHARD_STRATEGIES: readonly ShardStrategy[] = ['hash', 'range', 'adaptive', 'workload', 'hybrid'];

export interface ShardMapInput extends PlacementInput {
  readonly mode: ShardMode;
  /** Non-negative integers by validator. */
  readonly reputation: readonly number[];
}

/** Plain data; all nodes compute the same from the same input. */
export interface ShardMap {
  readonly strategy: ShardStrategy;
  readonly mode: ShardMode;
  readonly committees: Committees;
  /** By shard: the member with the highest reputation. */
  readonly coordinators: readonly NodeIndex[];
  readonly placement: Placement;
  /** Name of the kind of transactions that each shard is for, or null where it serves all. */
  readonly kinds: readonly (string | null)[];
}

/** The map, or why so many shards do not fit so many validators. In `single` mode validator i is shard i. */
export function createShardMap(
  strategy: ShardStrategy,
  input: ShardMapInput,
): { readonly map: ShardMap } | { readonly problems: readonly Problem[] } {
  const { mode, reputation, shardCount } = input;
  const problems = [...shardCountProblems(shardCount, reputation.length, mode), ...kindProblems(strategy, input)];
  if (problems.length > 0) return { problems };
  const isBalanced = strategy === 'adaptive' || strategy === 'hybrid';
  const committees =
    mode === 'single'
      ? shardRange(shardCount).map((node) => [node])
      : assignValidators(isBalanced ? 'adaptive' : 'hash', reputation, shardCount);
  const coordinators = committees.map((members) => coordinatorOf(members, reputation));
  return {
    map: {
      strategy,
      mode,
      committees,
      coordinators,
      placement: placeAccounts(strategy, input),
      kinds: kindNames(strategy, input),
    },
  };
}

const hasKinds = (strategy: ShardStrategy): boolean => strategy === 'workload' || strategy === 'hybrid';

function kindNames(strategy: ShardStrategy, { profile, shardCount }: ShardMapInput): (string | null)[] {
  const names = new Array<string | null>(shardCount).fill(null);
  if (profile === undefined || !hasKinds(strategy)) return names;
  shardsByKind(profile.kinds, shardCount).forEach((shards, kind) => {
    for (const shard of shards) names[shard] = profile.kinds[kind]?.name ?? null;
  });
  return names;
}

function kindProblems(strategy: ShardStrategy, { profile, shardCount }: ShardMapInput): Problem[] {
  if (profile === undefined || !hasKinds(strategy)) return [];
  const count = profile.kinds.length;
  if (count >= 1 && count <= shardCount) return [];
  return [{ path: 'shards.kinds', found: `${count} kinds`, expected: `1 to ${shardCount}, at most one a shard` }];
}
