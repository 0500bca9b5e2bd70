/**
 * Rendezvous (highest random weight) hashing: every key ranks all shards by a hash of (key, shard) and lives on the first. When
 * a shard is added, exactly the keys that rank it first move, and all of them to it: 1/(k+1) of them on average. When one
 * is taken away, only its own keys move. (Thaler & Ravishankar, "Using name-based mappings to increase hit rates", 1998, §3.)
 */
import { assert } from '../../core/assert.ts';
import { secondWord, threefry } from '../../core/prng.ts';
import type { ShardIndex } from '../types.ts';

/** Keys of different kinds are ranked apart. Never renumber. */
const KINDS = { account: 1, validator: 2 } as const;
export type RankedKind = keyof typeof KINDS;

/** The shards from the best to the worst for this key. `kind` keeps accounts and validators of one number apart. */
export function rankShards(kind: RankedKind, key: number, shards: readonly ShardIndex[]): ShardIndex[] {
  return shards
    .map((shard) => ({ shard, weight: weightOf(kind, key, shard) }))
    .sort((a, b) => b.weight - a.weight || a.shard - b.shard)
    .map(({ shard }) => shard);
}

/** The best shard for this key. No shard to choose from is our bug. */
export function chooseShard(kind: RankedKind, key: number, shards: readonly ShardIndex[]): ShardIndex {
  let best: { readonly shard: ShardIndex; readonly weight: number } | null = null;
  for (const shard of shards) {
    const weight = weightOf(kind, key, shard);
    if (best === null || weight > best.weight || (weight === best.weight && shard < best.shard))
      best = { shard, weight };
  }
  assert(best !== null, 'there is a shard to choose');
  return best.shard;
}

/** 53 bits of a Threefry block: a map of ten thousand accounts over 64 shards is made in a fraction of a second. */
function weightOf(kind: RankedKind, key: number, shard: ShardIndex): number {
  const high = threefry(KINDS[kind], 0, key, shard);
  return high * 0x20_0000 + (secondWord() >>> 11);
}

/** 0 … count−1. */
export function shardRange(count: number): ShardIndex[] {
  return Array.from({ length: count }, (_, shard) => shard);
}
