/**
 * Rendezvous (highest random weight) hashing: every key ranks all shards by a hash of (key, shard) and lives on the first. When
 * a shard is added, exactly the keys that rank it first move, and all of them to it: 1/(k+1) of them on average. When one
 * is taken away, only its own keys move. (Thaler & Ravishankar, "Using name-based mappings to increase hit rates", 1998, §3.)
 */
import { assert } from '../../core/assert.ts';
import { hashValue } from '../../crypto/hash.ts';
import { compareText, type ShardIndex } from '../types.ts';

/** The shards from the best to the worst for this key. `kind` keeps accounts and validators of one number apart. */
export function rankShards(kind: string, key: number, shards: readonly ShardIndex[]): ShardIndex[] {
  return shards
    .map((shard) => ({ shard, weight: hashValue([kind, key, shard]) }))
    .sort((a, b) => compareText(b.weight, a.weight))
    .map(({ shard }) => shard);
}

/** The best shard for this key. No shard to choose from is our bug. */
export function chooseShard(kind: string, key: number, shards: readonly ShardIndex[]): ShardIndex {
  let best: { readonly shard: ShardIndex; readonly weight: string } | null = null;
  for (const shard of shards) {
    const weight = hashValue([kind, key, shard]);
    if (best === null || weight > best.weight) best = { shard, weight };
  }
  assert(best !== null, 'there is a shard to choose');
  return best.shard;
}

/** 0 … count−1. */
export function shardRange(count: number): ShardIndex[] {
  return Array.from({ length: count }, (_, shard) => shard);
}
