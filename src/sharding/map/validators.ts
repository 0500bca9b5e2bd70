/** Which validators make up which shard, and who coordinates. */
import { assert, required } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { hashValue } from '../../crypto/hash.ts';
import { compareText, type ShardIndex } from '../types.ts';
import { evenSizes } from './limits.ts';
import { rankShards, shardRange } from './rendezvous.ts';

/** `hash`: by rendezvous within even sizes. `adaptive`: every shard gets the same share of reputation. */
export type ValidatorStrategy = 'hash' | 'adaptive';

/** Members of every shard, ascending. Sizes differ by at most one. */
export type Committees = readonly (readonly NodeIndex[])[];

/**
 * Deals the validators 0 … reputation.length−1 to shards.
 * @param reputation non-negative integers by validator
 */
export function assignValidators(
  strategy: ValidatorStrategy,
  reputation: readonly number[],
  shardCount: number,
): Committees {
  assert(
    shardCount >= 1 && reputation.length >= shardCount,
    `${reputation.length} validators fill ${shardCount} shards`,
  );
  const committees =
    strategy === 'hash' ? dealByHash(reputation.length, shardCount) : dealByReputation(reputation, shardCount);
  return committees.map((members) => members.sort((a, b) => a - b));
}

/** The member with the highest reputation, the lowest index of equals. */
export function coordinatorOf(members: readonly NodeIndex[], reputation: readonly number[]): NodeIndex {
  const [first] = [...members].sort((a, b) => (reputation[b] ?? 0) - (reputation[a] ?? 0) || a - b);
  return required(first, 'a member of the shard');
}

/** The shard of each validator. */
export function shardByValidator(committees: Committees): ShardIndex[] {
  const shards: ShardIndex[] = [];
  committees.forEach((members, shard) => {
    for (const node of members) shards[node] = shard;
  });
  return shards;
}

/** In an order that a hash decides, each to its best shard that has room. Nobody can choose a shard but by grinding its index. */
function dealByHash(validatorCount: number, shardCount: number): NodeIndex[][] {
  const room = evenSizes(validatorCount, shardCount);
  const committees: NodeIndex[][] = room.map(() => []);
  const order = shardRange(validatorCount)
    .map((node) => ({ node, weight: hashValue(['turn', node]) }))
    .sort((a, b) => compareText(a.weight, b.weight));
  for (const { node } of order) {
    const shard = rankShards('validator', node, shardRange(shardCount)).find((one) => hasRoom(committees, room, one));
    committees[required(shard, 'a shard with room')]?.push(node);
  }
  return committees;
}

function hasRoom(committees: readonly NodeIndex[][], room: readonly number[], shard: ShardIndex): boolean {
  return required(committees[shard], 'a shard').length < required(room[shard], 'its size');
}

/**
 * In rounds of one validator a shard, best first, the best of a round to the shard that has least. The sums of full rounds
 * differ by at most the difference between the best and the worst validator.
 */
function dealByReputation(reputation: readonly number[], shardCount: number): NodeIndex[][] {
  const committees: NodeIndex[][] = shardRange(shardCount).map(() => []);
  const sums = committees.map(() => 0);
  const best = shardRange(reputation.length).sort((a, b) => (reputation[b] ?? 0) - (reputation[a] ?? 0) || a - b);
  for (let dealt = 0; dealt < best.length; dealt += shardCount) {
    const poorestFirst = shardRange(shardCount).sort((a, b) => (sums[a] ?? 0) - (sums[b] ?? 0) || a - b);
    best.slice(dealt, dealt + shardCount).forEach((node, position) => {
      const shard = required(poorestFirst[position], 'a shard in this round');
      committees[shard]?.push(node);
      sums[shard] = (sums[shard] ?? 0) + (reputation[node] ?? 0);
    });
  }
  return committees;
}
