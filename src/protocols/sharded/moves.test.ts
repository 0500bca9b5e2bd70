/** An account on its way from shard to shard, step by step, with crashes in between. */
import { describe, expect, it } from 'vitest';
import type { Message } from './messages.ts';
import type { Ctx } from './state.ts';
import { give, input, restart, settle, submit, unitsAt, type World, worldOf } from './testing/world.ts';

/** Shard 0 is to give all of a0 … a3 to shard 2. */
function moving(mutant: string | null = null, config: Readonly<Record<string, unknown>> = {}): World {
  const world = worldOf('2pc', { movesMax: 16, ...config }, mutant);
  const changes = [{ at: 5000, kind: 'merge' as const, shard: 0, into: 2 }];
  for (const ctx of world.ctxs) Object.assign(ctx.shards as NonNullable<Ctx['shards']>, { changes });
  return world;
}

const begin = (world: World): void =>
  input(world, 0, { kind: 'timeout', now: 5000, timer: { kind: 'reshard', index: 0 } });

const all = (world: World): number =>
  [0, 1, 2].reduce((sum, shard) => {
    const { held, parcels } = world.states[shard]?.accounts ?? { held: new Map(), parcels: new Map() };
    const target = world.states[2]?.accounts;
    const underWay = [...parcels.values()].filter(({ account }) => target?.held.has(account) !== true);
    return sum + [...held.values(), ...underWay].reduce((units, { balance }) => units + balance, 0);
  }, 0);

const kept = (world: World, shard: number): number[] => [...(world.states[shard]?.accounts.held.keys() ?? [])];

describe('a merge', () => {
  it('gives away what nobody holds, and is over when everything has arrived', () => {
    const world = moving();
    begin(world);
    expect(world.wire.filter(({ message }) => message.type === 'account-parcel')).toHaveLength(4);
    expect([kept(world, 0), all(world)]).toEqual([[], 1200]);
    settle(world);
    expect(kept(world, 2).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
    expect(world.states[0]?.accounts.parcels.size).toBe(0);
    expect(world.states[0]?.migration).toBeNull();
    expect(all(world)).toBe(1200);
    begin(world);
    expect(world.wire).toEqual([]);
  });

  it('waits for the transaction that holds an account, and lets nobody else have it', () => {
    const world = moving();
    submit(world, 0, [[0, 4, 30]]);
    begin(world);
    expect(kept(world, 0)).toEqual([0]);
    submit(world, 1, [[0, 5, 1]]);
    expect(world.notes).toContain('votes NO: an account has moved or is about to');
    settle(world);
    expect(world.decided.filter((text) => text.endsWith(' 1')).sort()).toEqual(['s0 commits 1', 's1 commits 1']);
    expect(world.decided).toContain('s0 aborts 2');
    expect([kept(world, 0), unitsAt(world, 2, 0), all(world)]).toEqual([[], 70, 1200]);
  });

  it('one that waits for its batch meanwhile ends once, however often its client asks', () => {
    const world = moving(null, { batchSizeMax: 8, batchesMax: 1 });
    (world.states[0] as World['states'][number]).queue.batcher.batchSize = 3;
    submit(world, 0, [[0, 4, 30]]);
    begin(world);
    settle(world);
    expect(kept(world, 0)).toEqual([]);
    submit(world, 0, [[0, 4, 30]]);
    expect(world.decided).toEqual([]);
    // It comes back before the batch begins: the transaction may be executed after all.
    const back = { id: 'back', kind: 'merge' as const, into: 0 };
    for (const ctx of world.ctxs) Object.assign(ctx.shards as object, { changes: [{ at: 6000, shard: 2, ...back }] });
    input(world, 2, { kind: 'timeout', now: 6000, timer: { kind: 'reshard', index: 0 } });
    settle(world);
    world.now = 40_000;
    input(world, 0, { kind: 'timeout', now: world.now, timer: { kind: 'batch' } });
    settle(world);
    expect(
      world.decided.filter((text) => text.startsWith('s0')),
      world.decided.join(', '),
    ).toHaveLength(1);
    expect(all(world)).toBe(1200);
  });

  it('migration-double: does not wait, and units come out of nothing', () => {
    const world = moving('migration-double');
    submit(world, 0, [[0, 4, 30]]);
    begin(world);
    settle(world);
    expect(all(world)).not.toBe(1200);
  });

  it('parcels that are lost, repeated or late change nothing', () => {
    const world = moving();
    begin(world);
    const parcels = world.wire.filter(({ message }) => message.type === 'account-parcel');
    world.wire.length = 0;
    for (let account = 0; account < 4; account++)
      input(world, 0, { kind: 'timeout', now: 9000, timer: { kind: 'parcel', account } });
    settle(world);
    submit(world, 4, [[8, 4, 50]]);
    settle(world);
    for (const { message } of parcels) give(world, 2, 0, message);
    settle(world);
    expect([kept(world, 2).length, all(world)]).toEqual([8, 1200]);
  });

  it.each([0, 2])('a crash of shard %i at any step loses nothing', (crashed) => {
    for (let steps = 0; steps < 14; steps++) {
      const world = moving();
      submit(world, 0, [[0, 4, 30]]);
      begin(world);
      for (let step = 0; step < steps; step++) {
        const item = world.wire.shift();
        if (item !== undefined && item.to < 3) give(world, item.to, item.from, item.message);
      }
      restart(world, crashed);
      settle(world);
      for (let account = 0; account < 4; account++)
        input(world, 0, { kind: 'timeout', now: 9000, timer: { kind: 'parcel', account } });
      for (const shard of [0, 1])
        input(world, shard, { kind: 'timeout', now: 9000, timer: { kind: 'retry', slot: 1 } });
      settle(world);
      input(world, 1, { kind: 'timeout', now: 9000, timer: { kind: 'doubt', slot: 1 } });
      settle(world);
      expect(all(world), `after ${steps} deliveries`).toBe(1200);
      expect(kept(world, 0), `after ${steps} deliveries`).toEqual([]);
      expect(kept(world, 2), `after ${steps} deliveries`).toHaveLength(8);
      expect(world.states.map(({ locks }) => locks.accounts.size)).toEqual([0, 0, 0]);
    }
  });
});

describe('who asks the wrong shard', () => {
  it('is told where the account went, and its number is over for good', () => {
    const world = moving();
    begin(world);
    settle(world);
    submit(world, 0, [[0, 4, 30]]);
    const told = world.wire.map(({ to, message }) => [to, message] as const);
    expect(told.map(([to, { type }]) => [to, type])).toEqual([
      [3, 'account-moved'],
      [3, 'result'],
    ]);
    expect(told[0]?.[1]).toEqual({ type: 'account-moved', moves: [{ account: 0, shard: 2, version: 1 }] });
    expect(told[1]?.[1]).toMatchObject({ outcome: 'abort', reason: 'moved' });
    restart(world, 0);
    world.wire.length = 0;
    submit(world, 0, [[0, 4, 30]]);
    expect(world.wire.map(({ message }) => message).at(-1)).toMatchObject({ type: 'result', outcome: 'abort' });
  });

  it('a coordinator that has not heard of the move is corrected by the NO it gets', () => {
    const world = moving();
    begin(world);
    settle(world, (type) => type === 'account-moved');
    submit(world, 0, [[4, 0, 5]]);
    settle(world, (_type, to) => to === 3);
    expect(world.decided).toContain('s1 aborts 1');
    expect(world.states[1]?.known.get(0)).toEqual({ shard: 2, version: 1 });
    submit(world, 1, [[4, 0, 5]]);
    settle(world);
    expect(world.decided.filter((text) => text.endsWith(' commits 2')).sort()).toEqual([
      's1 commits 2',
      's2 commits 2',
    ]);
  });
});

it('the keeper of the map has the most loaded shard split, into a spare one', () => {
  const world = worldOf('2pc', { capacityPerSecond: 10, reshardAfterMs: 1000, heartbeatMs: 500, downAfterMs: 9000 });
  for (const ctx of world.ctxs) Object.assign(ctx.shards as NonNullable<Ctx['shards']>, { isDynamic: true });
  const [keeper] = world.states as [World['states'][number]];
  keeper.loads[2] = { load: 0, accounts: 0 };
  keeper.loads[0] = { load: 0, accounts: 4 };
  const asked: Message[] = [];
  for (let beat = 1; beat <= 4; beat++) {
    world.now = beat * 500_000;
    give(world, 0, 1, { type: 'heartbeat', incarnation: 1, load: 1500, accounts: 4, isModern: true });
    input(world, 0, { kind: 'timeout', now: world.now, timer: { kind: 'heartbeat' } });
    asked.push(...world.wire.splice(0).map(({ message }) => message));
  }
  const split = asked.filter(({ type }) => type === 'reshard');
  expect(split).toEqual([{ type: 'reshard', id: expect.any(String), kind: 'split', into: 2 }]);
  give(world, 1, 2, split[0] as Message);
  expect(world.states[1]?.migration).toBeNull();
  give(world, 1, 0, split[0] as Message);
  settle(world);
  expect([kept(world, 1).length, kept(world, 2).length]).toEqual([2, 6]);
});
