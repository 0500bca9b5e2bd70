import { describe, expect, it } from 'vitest';
import type { LockedAccount } from '../../lib/shards.ts';
import { scaleFor } from './geometry.ts';
import { shardLayout } from './shardLayout.ts';
import { regionsOf, signName, signOf, signPlace } from './shardSigns.ts';

const lock = (account: string, since: number, isInDoubt: boolean, ...waiting: number[]): LockedAccount => ({
  shard: 1,
  account,
  holders: [{ shard: 1, account, transaction: 5, since, isInDoubt }],
  waiters: waiting.map((transaction) => ({ shard: 1, account, transaction, blockers: [5], since })),
});

describe('the padlock of a shard', () => {
  it('counts accounts, transactions that wait once each, and doubts', () => {
    const sign = signOf(1, [lock('a1', 0, true, 7, 8), lock('a2', 900_000, false, 8)], 5_000_000);
    expect(sign).toEqual({ shard: 1, lockCount: 2, age: 3, waitCount: 2, doubtCount: 1 });
    expect(signName(sign)).toBe('Locks of s1: 2 accounts, 2 transactions wait, 1 in doubt');
  });

  it('says no more than there is', () => {
    expect(signName(signOf(1, [lock('a1', 0, false)], 100_000))).toBe('Locks of s1: 1 account');
  });
});

const overlap = (a: ReturnType<typeof regionsOf>[number], b: typeof a): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('shards of several validators', () => {
  for (const [count, validatorsPerShard] of [
    [2, 3],
    [3, 4],
    [8, 4],
    [20, 10],
  ] as const) {
    it(`${count} × ${validatorsPerShard}: regions do not touch, and hold their own nodes`, () => {
      const shape = { count, validatorsPerShard };
      const scale = scaleFor(count * validatorsPerShard);
      const positions = shardLayout(shape, scale, count * validatorsPerShard + 2, 1.4);
      expect(positions).toHaveLength(count * validatorsPerShard + 2);
      const regions = regionsOf(shape, positions, scale);
      expect(regions).toHaveLength(count);
      for (const [i, a] of regions.entries())
        for (const b of regions.slice(i + 1)) expect(overlap(a, b), `${a.name} and ${b.name}`).toBe(false);
      const [first] = positions;
      expect(first?.x).toBeGreaterThan(regions[0]?.x ?? Number.POSITIVE_INFINITY);
      const place = signPlace(shape, 1, positions, scale);
      expect(place?.x).toBeLessThan((regions[1]?.x ?? 0) + (regions[1]?.width ?? 0));
      expect(place?.x).toBeGreaterThan(regions[1]?.x ?? Number.POSITIVE_INFINITY);
    });
  }
});
