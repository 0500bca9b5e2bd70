/** Where a transaction goes: alone on its shard, or over several with one that coordinates. */
import { describe, expect, it } from 'vitest';
import { coordinatorAmong, shardOf } from './placement.ts';
import type { Ctx } from './state.ts';
import { balances, restart, settle, submit, worldOf } from './testing/world.ts';

describe('the fast way', () => {
  it('one shard decides alone: no PREPARE, no vote, one record on disk', () => {
    const world = worldOf();
    submit(world, 0, [[0, 1, 30]]);
    expect(world.wire.map(({ message, to }) => [message.type, to])).toEqual([['result', 3]]);
    expect(world.decided).toEqual(['s0 commits 1']);
    expect(world.disks[0]?.map(({ kind }) => kind)).toEqual(['started', 'executed']);
    expect(balances(world).slice(0, 4)).toEqual([70, 130, 100, 100]);
    restart(world, 0);
    expect(balances(world).slice(0, 4)).toEqual([70, 130, 100, 100]);
  });

  it('takes its turn behind what holds its accounts', () => {
    const world = worldOf();
    submit(world, 0, [[0, 4, 30]]);
    submit(world, 1, [[0, 1, 70]]);
    expect(world.decided).toEqual([]);
    settle(world);
    expect(world.decided).toContain('s0 commits 2');
    expect(balances(world).slice(0, 3)).toEqual([0, 170, 100]);
  });

  it('refuses by itself what would overdraw, and asked again says so again', () => {
    const world = worldOf();
    for (let asked = 0; asked < 2; asked++) submit(world, 0, [[0, 1, 101]]);
    const results = world.wire.map(({ message }) => message);
    expect(results).toHaveLength(2);
    for (const result of results)
      expect(result).toMatchObject({ type: 'result', outcome: 'abort', reason: 'overdrawn' });
  });
});

it('the best reputed of the shards that take part coordinates, the first of equals', () => {
  const [ctx] = worldOf().ctxs as [Ctx];
  const chosen = (stakes: number[], coordinator: 'home' | 'reputation', places: number[]): number =>
    coordinatorAmong(places, { ...ctx, stakes, shards: { ...ctx.shards, coordinator } as NonNullable<Ctx['shards']> });
  expect(chosen([1, 9, 9], 'home', [0, 2, 1])).toBe(0);
  expect(chosen([1, 9, 9], 'reputation', [0, 2, 1])).toBe(1);
  expect(chosen([5, 1, 9], 'reputation', [1, 0])).toBe(0);
  expect(chosen([1, 1, 1], 'reputation', [2, 1])).toBe(1);
});

it('a map in the plan is what counts', () => {
  const [ctx] = worldOf().ctxs as [Ctx];
  const shards = { ...ctx.shards, home: [2, 1, 0] } as NonNullable<Ctx['shards']>;
  expect([0, 1, 2, 3].map((account) => shardOf(account, { ...ctx, shards }))).toEqual([2, 1, 0, 0]);
});
