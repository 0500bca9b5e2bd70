/** Where accounts live. A placement is a table, made once and changed by moves, so that all nodes agree on it. */
import { assert, required } from '../../core/assert.ts';
import type { AccountIndex } from '../../ledger/types.ts';
import type { ShardIndex } from '../types.ts';
import { chooseShard, rankShards, shardRange } from './rendezvous.ts';

/** `home[account]`: the shard that holds its balance. */
export interface Placement {
  readonly shardCount: number;
  readonly home: readonly ShardIndex[];
}

/** What accounts are used for: one kind an account, and how much of the load each kind makes. */
export interface WorkloadProfile {
  /** Weights are positive integers; at most as many kinds as shards. */
  readonly kinds: readonly { readonly name: string; readonly weight: number }[];
  /** Position in `kinds` by account; accounts beyond the list are of the first kind. */
  readonly kindOf: readonly number[];
}

/**
 * - `range`: neighbours together, the same number everywhere.
 * - `hash`: rendezvous hashing, blind to load; an account stays where it is when shards come and go, except the few that theory says.
 * - `adaptive`: rendezvous with bounded load: no shard gets more than 5/4 of its share, measured by observed load.
 * - `workload`: kinds of transactions get shards of their own, as many as their weight says; hashed within.
 * - `hybrid`: both: shards by kind, bounded load within.
 */
export type AccountStrategy = 'range' | 'hash' | 'adaptive' | 'workload' | 'hybrid';

export interface PlacementInput {
  readonly shardCount: number;
  readonly accountCount: number;
  /** Load by account, non-negative integers (transactions seen); absent: all alike. */
  readonly load?: readonly number[];
  /** Absent: one kind. */
  readonly profile?: WorkloadProfile;
}

/** Assigns every account a shard. */
export function placeAccounts(strategy: AccountStrategy, input: PlacementInput): Placement {
  const { shardCount, accountCount } = input;
  assert(shardCount >= 1, 'there is a shard');
  if (strategy === 'range') {
    const home = shardRange(accountCount).map((account) => Math.floor((account * shardCount) / accountCount));
    return { shardCount, home };
  }
  const kindMax = input.profile?.kinds.length ?? 1;
  assert(
    (input.profile?.kindOf ?? []).every((kind) => kind >= 0 && kind < kindMax),
    `kinds are below ${kindMax}`,
  );
  const groups = strategy === 'workload' || strategy === 'hybrid' ? groupsOf(input) : [shardRange(shardCount)];
  const isBounded = strategy === 'adaptive' || strategy === 'hybrid';
  const home = new Array<ShardIndex>(accountCount).fill(0);
  groups.forEach((shards, kind) => {
    const members = groups.length === 1 ? shardRange(accountCount) : accountsOf(kind, input);
    if (isBounded) placeBounded(members, shards, input.load, home);
    else for (const account of members) home[account] = chooseShard('account', account, shards);
  });
  return { shardCount, home };
}

/** The shard of an account, or null when there is no such account. */
export function shardOf(placement: Placement, account: AccountIndex): ShardIndex | null {
  return placement.home[account] ?? null;
}

/** The shards of each kind: at least one a kind, the others in proportion to weight (largest remainders, first of equals). */
export function shardsByKind(kinds: WorkloadProfile['kinds'], shardCount: number): ShardIndex[][] {
  assert(kinds.length >= 1 && kinds.length <= shardCount, `${kinds.length} kinds fit on ${shardCount} shards`);
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  const spare = shardCount - kinds.length;
  const counts = kinds.map(({ weight }) => 1 + Math.floor((spare * weight) / total));
  const byRemainder = kinds
    .map(({ weight }, kind) => ({ kind, remainder: (spare * weight) % total }))
    .sort((a, b) => b.remainder - a.remainder || a.kind - b.kind);
  let left = shardCount - counts.reduce((sum, count) => sum + count, 0);
  for (const { kind } of byRemainder) {
    if (left === 0) break;
    counts[kind] = required(counts[kind], 'a count of each kind') + 1;
    left--;
  }
  let first = 0;
  return counts.map((count) => {
    first += count;
    return shardRange(count).map((position) => first - count + position);
  });
}

function groupsOf({ profile, shardCount }: PlacementInput): ShardIndex[][] {
  return profile === undefined ? [shardRange(shardCount)] : shardsByKind(profile.kinds, shardCount);
}

function accountsOf(kind: number, { profile, accountCount }: PlacementInput): AccountIndex[] {
  const kindOf = (account: AccountIndex): number => profile?.kindOf[account] ?? 0;
  return shardRange(accountCount).filter((account) => kindOf(account) === kind);
}

/**
 * Rendezvous with bounded load (after Mirrokni, Thorup, Zadimoghaddam 2018, with ε = 1/4): heaviest accounts first, each on its
 * best shard that stays below the bound; where none does (one account is heavier than a shard's share), on the lightest.
 */
function placeBounded(
  members: readonly AccountIndex[],
  shards: readonly ShardIndex[],
  load: readonly number[] | undefined,
  home: ShardIndex[],
): void {
  const loadOf = (account: AccountIndex): number => load?.[account] ?? 1;
  const total = members.reduce((sum, account) => sum + loadOf(account), 0);
  const bound = Math.ceil((5 * total) / (4 * shards.length));
  const loads = new Map(shards.map((shard) => [shard, 0]));
  const sumOf = (shard: ShardIndex): number => required(loads.get(shard), 'the load of a shard');
  for (const account of [...members].sort((a, b) => loadOf(b) - loadOf(a) || a - b)) {
    const ranked = rankShards('account', account, shards);
    const fitting = ranked.find((shard) => sumOf(shard) + loadOf(account) <= bound);
    const shard = fitting ?? ranked.reduce((best, other) => (sumOf(other) < sumOf(best) ? other : best));
    loads.set(shard, sumOf(shard) + loadOf(account));
    home[account] = shard;
  }
}
