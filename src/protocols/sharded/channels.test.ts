/** What a shard with channels listens to. */
import { expect, it } from 'vitest';
import type { Message } from './messages.ts';
import { meta, statement } from './signing.ts';
import { shardedAlone as sharded } from './index.ts';
import { give, input, settle, submit, total, type World, worldOf } from './testing/world.ts';

function sealing(): World {
  const world = worldOf('2pc', { channel: 'ml-kem-768', rekeyRecords: 3 });
  settle(world);
  return world;
}

const DIGEST = 'a'.repeat(64);

it('opens channels at the start, seals what is about transactions, and keeps its label', () => {
  const world = sealing();
  expect(world.states.map(({ links }) => links?.links.filter(({ channel }) => channel !== null).length)).toEqual([
    2, 2, 2,
  ]);
  submit(world, 0, [[0, 4, 30]]);
  const sealed = world.wire.map(({ message }) => message).filter(({ type }) => type === 'sealed');
  expect(sealed).toHaveLength(1);
  expect(sealed[0]).toMatchObject({ of: 'prepare-request', slot: 1 });
  const { type, slot, digest } = meta(sealed[0] as Message);
  expect([type, slot, digest.length]).toEqual([0, 1, 64]);
  expect(JSON.stringify(statement(sealed[0] as Message))).not.toContain('transfers');
  settle(world);
  expect(world.decided.sort()).toEqual(['s0 commits 1', 's1 commits 1']);
  for (let sequence = 1; sequence < 8; sequence++) {
    submit(world, sequence, [[0, 4, 1]]);
    settle(world);
  }
  expect(world.states[0]?.links?.links[1]?.channel?.sending.epoch).toBeGreaterThan(1);
  expect([world.decided.length, total(world)]).toEqual([16, 1200]);
});

it('listens to nothing that should have been sealed, is old, or wears another label', () => {
  const world = sealing();
  give(world, 1, 0, { type: 'commit-request', slot: 1, digest: DIGEST });
  expect(world.notes).toContain('refused: not sealed');
  submit(world, 0, [[0, 4, 30]]);
  const [item] = world.wire.filter(({ message }) => message.type === 'sealed');
  const sealed = item?.message as Message & { readonly type: 'sealed' };
  give(world, 1, 0, { ...sealed, slot: 2 });
  expect(world.notes.filter((text) => text.includes('label is wrong'))).toHaveLength(1);
  world.wire.length = 0;
  twice(world);
  expect(world.states[1]?.participating.size).toBe(0);
  give(world, 2, 0, sealed);
  expect(world.notes).toContain('refused: sealed for another channel');

  function twice(of: World): void {
    give(of, 1, 0, sealed);
    expect(of.notes.filter((text) => text.includes('label is wrong'))).toHaveLength(2);
  }
});

it('an answer that comes twice, and one that is lost, leave one channel', () => {
  const world = worldOf('2pc', { channel: 'ml-kem-768' });
  for (let round = 0, item = world.wire.shift(); item !== undefined; item = world.wire.shift(), round++) {
    if (item.to >= 3) continue;
    give(world, item.to, item.from, item.message);
    if (round < 40) give(world, item.to, item.from, item.message);
  }
  const ids = world.states.flatMap(({ links }, self) =>
    (links?.links ?? []).flatMap(({ channel }, peer) =>
      channel === null ? [] : [`${Math.min(self, peer)}-${Math.max(self, peer)} ${channel.id}`],
    ),
  );
  expect(ids).toHaveLength(6);
  expect(new Set(ids).size).toBe(3);
  submit(world, 0, [[0, 4, 30]]);
  settle(world);
  expect(world.decided).toHaveLength(2);
});

it('an exchange that began before an upgrade opens no classical channel after it', () => {
  const world = worldOf('2pc', { channel: 'ml-kem-768', upgrades: [{ shard: 's0', atMs: 1 }] });
  world.wire.length = 0;
  for (const [self, ctx] of world.ctxs.entries()) {
    Object.assign(ctx, { suites: ['ed25519', 'ml-dsa-65', 'ml-dsa-65'] });
    world.states[self] = sharded.validator.create(ctx);
    input(world, self, { kind: 'start', now: 0 });
  }
  const take = (type: string, to: number): Message => {
    const item = world.wire.find(({ message, to: receiver }) => message.type === type && receiver === to);
    if (item === undefined) throw new Error(`nobody sends ${type} to ${to}`);
    return item.message;
  };
  give(world, 1, 0, take('channel-hello', 1));
  give(world, 0, 1, take('channel-answer', 0));
  const confirmation = take('channel-confirmation', 1);
  world.wire.length = 0;
  input(world, 0, { kind: 'timeout', now: 1000, timer: { kind: 'upgrade' } });
  give(world, 1, 0, { type: 'heartbeat', incarnation: 1, load: 0, accounts: 4, isModern: true });
  give(world, 1, 0, confirmation);
  expect(world.states[1]?.links?.links[0]?.channel ?? null).toBeNull();
  settle(world);
  const suites = world.states.map(({ links }) => links?.links.map(({ channel }) => channel?.suite.split('+')[0]));
  expect(suites[1]?.[0]).toMatch(/ml-kem-768/);
  expect(suites[0]?.[1]).toMatch(/ml-kem-768/);
});

it.each([
  ['who opened it', 0],
  ['the other one', 4],
])('two that hold different channels find out as soon as %s says something, and get one in common', (_, payer) => {
  const world = sealing();
  const link = world.states[1]?.links?.links[0];
  if (link?.channel == null) throw new Error('no channel');
  link.asked = null;
  link.channel = { ...link.channel, id: 'b'.repeat(link.channel.id.length) };
  submit(world, 0, [[payer, 4 - payer, 30]]);
  settle(world);
  expect(world.decided).toEqual([]);
  for (let again = 0; again < 3; again++) {
    world.now += 300_000;
    input(world, payer / 4, { kind: 'timeout', now: world.now, timer: { kind: 'retry', slot: 1 } });
    settle(world);
  }
  const [one, other] = [world.states[0]?.links?.links[1], world.states[1]?.links?.links[0]];
  expect(one?.channel?.id).toBe(other?.channel?.id);
  expect(world.decided.sort()).toEqual(['s0 commits 1', 's1 commits 1']);
});
