/** Batches as coordinators make them: who begins together, who waits, who is told to come back. */
import { describe, expect, it } from 'vitest';
import { CLIENT, give, input, settle, submit, total, type World, worldOf } from './testing/world.ts';

const types = (world: World, to: number): string[] =>
  world.wire.flatMap(({ message, to: receiver }) => {
    if (receiver !== to) return [];
    return message.type === 'bundle'
      ? [`bundle of ${message.items.map(({ type }) => type).join(' ')}`]
      : [message.type];
  });

/** Coordinators wait for company, at most 20 ms. */
function batching(config: Record<string, unknown> = {}): World {
  const world = worldOf('2pc', { batchSizeMax: 8, batchesMax: 2, ...config });
  const [{ queue }] = world.states as [World['states'][number]];
  queue.batcher.batchSize = 3;
  return world;
}

const linger = (world: World, shard = 0): void => {
  world.now += 20_000;
  input(world, shard, { kind: 'timeout', now: world.now, timer: { kind: 'batch' } });
};

describe('batches', () => {
  it('independent transactions begin together: one message a shard, and one vote message for all', () => {
    const world = batching();
    submit(world, 0, [[0, 4, 1]]);
    submit(world, 1, [[1, 5, 1]]);
    expect(types(world, 1)).toEqual([]);
    submit(world, 2, [[2, 6, 1]]);
    expect(types(world, 1)).toEqual(['bundle of prepare-request prepare-request prepare-request']);
    const said: string[] = [];
    for (let item = world.wire.shift(); item !== undefined; item = world.wire.shift()) {
      said.push(item.message.type);
      if (item.to < 3) give(world, item.to, item.from, item.message);
    }
    expect(world.decided).toHaveLength(6);
    expect(said.filter((type) => type === 'bundle')).toHaveLength(4);
    expect(said.filter((type) => type === 'vote')).toEqual([]);
    expect(total(world)).toBe(1200);
  });

  it('who waits alone begins after a while', () => {
    const world = batching();
    submit(world, 0, [[0, 4, 1]]);
    expect(world.timers).toContainEqual({ kind: 'batch' });
    expect(types(world, 1)).toEqual([]);
    linger(world);
    expect(types(world, 1)).toEqual(['prepare-request']);
  });

  it('who conflicts with one under way waits for it to end, not for its lock', () => {
    const world = batching();
    submit(world, 0, [[0, 4, 1]]);
    linger(world);
    submit(world, 1, [[0, 5, 1]]);
    linger(world);
    expect(types(world, 1)).toEqual(['prepare-request']);
    settle(world);
    linger(world);
    settle(world);
    expect(world.marks.filter((text) => text.includes(' wait '))).toEqual([]);
    expect(world.decided.filter((text) => text.endsWith(' 2'))).toHaveLength(2);
  });
});

describe('backpressure', () => {
  it.each([1, 8])('batches of up to %i: what does not fit is refused, with a time to come back', (batchSizeMax) => {
    const world = worldOf('2pc', { batchSizeMax, batchesMax: 1, queueMax: 2 });
    for (let sequence = 0; sequence < 4; sequence++) submit(world, sequence, [[0, 4, 1]]);
    const refusals = world.wire.filter(({ message }) => message.type === 'refusal');
    expect(refusals.length).toBeGreaterThan(0);
    for (const { to, message } of refusals) {
      expect(to).toBe(CLIENT);
      expect(message).toMatchObject({ reason: 'overloaded', slot: expect.any(Number) });
      expect((message as { retryAfterMicros: number }).retryAfterMicros).toBeGreaterThan(0);
    }
    expect(world.notes).toContain('refused: overloaded');
    const [refused] = refusals as [(typeof refusals)[number]];
    expect(
      world.disks[0]?.some((record) =>
        JSON.stringify(record).includes(`"slot":${(refused.message as { slot: number }).slot},`),
      ),
    ).toBe(false);
  });

  it('asked again once there is room it begins, under the same number', () => {
    const world = worldOf('2pc', { queueMax: 1 });
    submit(world, 0, [[0, 4, 1]]);
    submit(world, 1, [[1, 5, 1]]);
    expect(world.wire.map(({ message }) => message.type)).toContain('refusal');
    settle(world);
    submit(world, 1, [[1, 5, 1]]);
    settle(world);
    expect(world.decided.filter((text) => text.endsWith(' commits 2'))).toHaveLength(2);
  });
});
