import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, streamKey } from '../../../core/prng.ts';
import type { Shards } from '../../protocol.ts';
import { childrenOf, inOrder, isHead, parentOf, superiorOf } from './tree.ts';

const setting = (nested: number[][], stakes: number[] = [], coordinator: 'home' | 'reputation' = 'home') => ({
  validatorCount: 8,
  clientCount: 1,
  stakes,
  workload: { ratePerSecond: 0, batchMicros: 1, accountCount: 8, initialBalance: 1 },
  shards: { count: 8, validatorsPerShard: 1, strategy: 'range', commit: '2pc', coordinator, nested } as Shards,
});

const NESTED = [
  [0, 1, 2],
  [3, 4, 5],
];

describe('a tree of two levels', () => {
  const two = setting(NESTED);

  it('the root asks its own leaves, single shards and heads; a head the leaves of its parent, itself too', () => {
    const transaction = { shards: [1, 2, 3, 5, 7] };
    expect(childrenOf(transaction, 1, two)).toEqual([1, 2, 3, 7]);
    expect(childrenOf(transaction, 3, two)).toEqual([3, 5]);
    expect([1, 2, 3, 5, 7].map((shard) => superiorOf(transaction, shard, two))).toEqual([1, 1, 3, 3, 1]);
    expect(isHead(transaction, 3, two)).toBe(true);
    expect(isHead(transaction, 5, two)).toBe(false);
  });

  it('a transaction inside one parent has one level', () => {
    const transaction = { shards: [4, 3, 5] };
    expect(childrenOf(transaction, 4, two)).toEqual([4, 3, 5]);
    expect(isHead(transaction, 3, two)).toBe(false);
  });

  it('with `reputation` the best reputed leaf that takes part is the head', () => {
    const reputed = setting(NESTED, [1, 1, 1, 1, 1, 9, 1, 1], 'reputation');
    expect(superiorOf({ shards: [0, 3, 5] }, 3, reputed)).toBe(5);
    expect(superiorOf({ shards: [0, 3, 4] }, 4, reputed)).toBe(3);
  });

  it('in random trees every participant is asked by one other, and the root by nobody', () => {
    const key = streamKey(5, PURPOSE.noise);
    let drawn = 0;
    const pick = (bound: number): number => scale(draw(key, drawn++), bound);
    for (let round = 0; round < 300; round++) {
      const groups: number[][] = [[], [], []];
      for (let shard = 0; shard < 8; shard++) groups[pick(3)]?.push(shard);
      const random = setting(groups.slice(0, 2));
      const parties = Array.from({ length: 8 }, (_, shard) => shard).filter(() => pick(2) === 0);
      if (parties.length < 2) continue;
      const root = parties[pick(parties.length)] as number;
      const shards = [root, ...parties.filter((shard) => shard !== root)];
      const heads = shards.filter((shard) => isHead({ shards }, shard, random));
      const asked = [root, ...heads].flatMap((shard) => childrenOf({ shards }, shard, random));
      // A head is asked twice: for its parent by the root, and for itself by itself.
      expect([...asked].sort((a, b) => a - b)).toEqual([...shards, ...heads].sort((a, b) => a - b));
      for (const head of heads) expect(parentOf(head, random)).not.toBe(parentOf(root, random));
    }
  });

  it('where locks are taken in order, no parent is left and entered again', () => {
    const crossed = setting([
      [0, 5],
      [1, 4],
    ]);
    expect(inOrder([5, 4, 3, 2, 1, 0], crossed)).toEqual([0, 5, 1, 4, 2, 3]);
  });
});
