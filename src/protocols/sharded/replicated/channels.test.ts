/** Sealed channels between the validators of different shards: what they listen to, and what a shard has of them. */
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../ledger/types.ts';
import { TestNetwork } from '../../common/testing/network.ts';
import { sharded } from '../index.ts';
import type { Sealed } from '../messages.ts';
import { NOTE as COMMIT_NOTE } from '../notes.ts';
import { NOTE } from './notes.ts';
import type { Replica, ReplicaCtx } from './state.ts';
import { isOrder, isSpoken, type Spoken, type Wire } from './wire.ts';

const SIZE = 4;
const N = 2 * SIZE;
const SECOND = 1_000_000;
/** Signature suites of the validators of shard 1 that are told of; the others have post-quantum ones. */
type Suites = Readonly<Record<number, string>>;

function shards(config: Record<string, unknown> = {}, suites: Suites = {}, mutant?: string) {
  const settled = { heartbeatMs: 1000, downAfterMs: 200_000, channel: 'ml-kem-768', ...config };
  const net = new TestNetwork(sharded, {
    n: N,
    seed: 2,
    describe: () => null,
    ...(mutant === undefined ? {} : { mutant }),
  });
  const parsed = sharded.parseConfig(settled, N, SIZE);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  for (const ctx of net.contexts) {
    const shape = { count: 2, validatorsPerShard: SIZE, strategy: 'range', commit: '2pc' } as const;
    const all = net.contexts.map((_, node) => suites[node] ?? 'ml-dsa-65');
    Object.assign(ctx, { shards: shape, suites: all, config: parsed.config });
    net.states[ctx.self] = sharded.validator.create(ctx as ReplicaCtx);
  }
  return net;
}

type Net = ReturnType<typeof shards>;

/** Five units from shard 0 to shard 1, told to all validators of shard 0. */
function submit(net: Net, sequence = 0): void {
  const batch: Batch = { type: 'submit', client: N, sequence, transfers: [{ from: 0, to: 4, amount: 5 }] };
  for (const node of [0, 1, 2, 3]) net.give(node, N, batch);
}

const replicaOf = (net: Net, node: number): Replica => net.states[node] as Replica;
/** Suites of a validator's open channels, by neighbour. */
const openAt = (net: Net, node: number): Record<string, string> =>
  Object.fromEntries(
    (replicaOf(net, node).links?.links ?? []).flatMap(({ channel }, peer) =>
      channel === null ? [] : [[String(peer), channel.suite.split('/')[0] as string]],
    ),
  );
const sealedOf = (net: Net): Sealed[] =>
  net.sent.flatMap(({ message }) => (message.type === 'sealed' ? [message as Sealed] : []));
const decidedIn = (net: Net): number[] => net.decisions.map((list) => list.length);

describe('channels', () => {
  it('are between every two validators of different shards, and of no shard with itself', () => {
    const net = shards().start();
    net.run(SECOND / 2);
    for (const node of [0, 1, 2, 3])
      expect(openAt(net, node)).toEqual({ 4: 'ml-kem-768', 5: 'ml-kem-768', 6: 'ml-kem-768', 7: 'ml-kem-768' });
    const ids = [0, 1, 2, 3].flatMap((node) =>
      (replicaOf(net, node).links?.links ?? []).flatMap(({ channel }) => channel?.id ?? []),
    );
    expect(new Set(ids).size).toBe(SIZE * SIZE);
    for (const node of [4, 5, 6, 7])
      for (const { channel } of replicaOf(net, node).links?.links ?? [])
        if (channel !== null) expect(ids).toContain(channel.id);
  });

  it('carry all that is about transactions: on the way between shards nothing of it can be read', () => {
    const net = shards().start();
    submit(net);
    net.run(3 * SECOND);
    expect(decidedIn(net)).toEqual(new Array(N).fill(1));
    const between = net.sent.filter(({ from, to }) => to !== null && to < N && from < SIZE !== to < SIZE);
    const clear = between.filter(({ message }) => !message.type.startsWith('channel-') && message.type !== 'sealed');
    expect(new Set(clear.map(({ message }) => message.type))).toEqual(new Set(['heartbeat']));
    const labels = new Set(sealedOf(net).map(({ of }) => of));
    expect(labels).toEqual(new Set(['prepare-request', 'vote', 'commit-request', 'acknowledge']));
    const prepares = between.filter(({ message }) => message.type === 'sealed' && message.of === 'prepare-request');
    expect(new Set(prepares.map(({ from, to }) => `${from}-${to}`)).size).toBe(SIZE * SIZE);
  });

  it('change their keys after so many records', () => {
    const net = shards({ rekeyRecords: 3 }).start();
    for (let sequence = 0; sequence < 6; sequence++) {
      submit(net, sequence);
      net.run((sequence + 1) * 2 * SECOND);
    }
    expect(decidedIn(net)).toEqual(new Array(N).fill(6));
    expect(replicaOf(net, 1).links?.links[6]?.channel?.sending.epoch).toBeGreaterThan(1);
    expect(net.notes.flat()).not.toContain(COMMIT_NOTE.notOpened);
  });
});

it('keys change with time, where they have sealed something', () => {
  const net = shards({ rekeyMs: 2000 }).start();
  const epoch = (): number | undefined => replicaOf(net, 1).links?.links[6]?.channel?.sending.epoch;
  net.run(6 * SECOND);
  expect(epoch()).toBe(0);
  submit(net);
  net.run(8 * SECOND);
  expect(epoch()).toBe(1);
  net.run(12 * SECOND);
  expect(epoch()).toBe(1);
  submit(net, 1);
  net.run(15 * SECOND);
  expect(epoch()).toBe(2);
  expect(decidedIn(net)).toEqual(new Array(N).fill(2));
  expect(net.notes.flat()).not.toContain(COMMIT_NOTE.notOpened);
});

describe('a validator', () => {
  /** Words of shard 0 to shard 1 that nobody of shard 0 has said. */
  const spoken: Spoken = {
    type: 'commit-request',
    slot: 1,
    digest: 'ab'.repeat(32),
    said: { by: 0, to: 1, number: 77 },
  };

  it('listens to nothing that should have been sealed', () => {
    const net = shards().start();
    net.run(SECOND / 2);
    for (const node of [0, 1, 2]) net.give(5, node, spoken);
    expect(net.notes[5]?.filter((note) => note === NOTE.inTheClear)).toHaveLength(3);
    expect(replicaOf(net, 5).shares.size).toBe(0);
    const open = shards({ channel: 'none' }).start();
    for (const node of [0, 1, 2]) open.give(5, node, spoken);
    expect(replicaOf(open, 5).complete.size).toBe(1);
  });

  it('opens a record once, untampered, with the label of what is in it', () => {
    const net = shards().start();
    net.run(SECOND / 2);
    submit(net);
    const isRecord = ({ from, to, message }: Net['sent'][number]): boolean =>
      from === 0 && to === 5 && message.type === 'sealed';
    net.run(2 * SECOND, () => net.sent.some(isRecord));
    const record = net.sent.find(isRecord)?.message as Sealed;
    const refused = (): number => (net.notes[5] ?? []).filter((note) => note === COMMIT_NOTE.notOpened).length;
    const bytes = record.record.sealed.slice();
    bytes[7] = (bytes[7] ?? 0) ^ 1;
    net.give(5, 0, { ...record, record: { ...record.record, sealed: bytes } });
    expect([refused(), replicaOf(net, 5).shares.size]).toEqual([1, 0]);
    net.give(5, 1, record);
    expect(net.notes[5]).toContain(COMMIT_NOTE.unknownChannel);
    net.give(5, 0, record);
    expect([refused(), replicaOf(net, 5).shares.size]).toEqual([1, 1]);
    net.give(5, 0, record);
    expect(refused()).toBe(2);
    net.run(3 * SECOND);
    expect(decidedIn(net)).toEqual(new Array(N).fill(1));
  });

  it('takes no words out of a record that their sender has not signed, and none of another shard', () => {
    const net = shards();
    const isForged = (message: Wire): boolean => isSpoken(message) && message.type === 'prepare-request';
    for (const ctx of net.contexts) Object.assign(ctx, { verify: (_: number, message: Wire) => !isForged(message) });
    net.start();
    submit(net);
    net.run(2 * SECOND);
    expect(net.notes[5]).toContain(NOTE.badProof);
    expect(decidedIn(net).slice(SIZE)).toEqual(new Array(SIZE).fill(0));
    expect(replicaOf(net, 5).shares.size).toBe(0);
    net.give(5, 6, { type: 'channel-lost', channel: 'ab'.repeat(32) });
    expect(net.notes[5]).toContain(NOTE.notTheirs);
  });

  it('that crashed is offered channels again, whichever end it was', () => {
    for (const crashed of [0, 4]) {
      const net = shards().start();
      submit(net);
      net.run(3 * SECOND);
      const before = replicaOf(net, crashed).links?.links.map(({ channel }) => channel?.id);
      net.crash(crashed);
      net.run(4 * SECOND);
      net.restart(crashed);
      expect(openAt(net, crashed)).toEqual({});
      net.run(7 * SECOND);
      expect(Object.keys(openAt(net, crashed))).toHaveLength(SIZE);
      submit(net, 1);
      net.run(20 * SECOND);
      expect(decidedIn(net)).toEqual(new Array(N).fill(2));
      expect(replicaOf(net, crashed).links?.links.map(({ channel }) => channel?.id)).not.toEqual(before);
    }
  });

  it('that missed more keys than can be derived gets another channel', () => {
    const net = shards({ rekeyRecords: 1 });
    let isCut = false;
    Object.assign(net.options, {
      route: ({ from, to, message }: { from: number; to: number; message: Wire }) =>
        isCut && from < SIZE && to === 5 && message.type === 'sealed' ? [] : [10_000],
    });
    net.start();
    net.run(SECOND / 2);
    const before = replicaOf(net, 5).links?.links[0]?.channel?.id;
    isCut = true;
    for (let sequence = 0; sequence < 8; sequence++) {
      submit(net, sequence);
      net.run((sequence + 1) * 2 * SECOND);
    }
    expect(replicaOf(net, 0).links?.links[5]?.channel?.sending.epoch).toBeGreaterThan(10);
    isCut = false;
    submit(net, 8);
    net.run(20 * SECOND);
    submit(net, 9);
    net.run(30 * SECOND);
    expect(replicaOf(net, 5).links?.links[0]?.channel?.id).not.toBe(before);
    expect(replicaOf(net, 5).links?.links[0]?.channel?.id).toBe(replicaOf(net, 0).links?.links[5]?.channel?.id);
    expect(decidedIn(net)).toEqual(new Array(N).fill(10));
  });
});

describe('classical validators in a shard', () => {
  it('are talked to by what they know, the others of their shard by better', () => {
    const net = shards({}, { 5: 'ed25519' }).start();
    net.run(SECOND / 2);
    expect(openAt(net, 0)).toEqual({ 4: 'ml-kem-768', 5: 'x25519', 6: 'ml-kem-768', 7: 'ml-kem-768' });
    submit(net);
    net.run(3 * SECOND);
    expect(decidedIn(net)).toEqual(new Array(N).fill(1));
  });

  it('are upgraded one by one, nobody stops, and nothing less is accepted from then on, also after a crash', () => {
    const upgrades = [
      { validator: 's1v0', atMs: 4000 },
      { validator: 's1v1', atMs: 8000 },
      { shard: 's1', atMs: 12_000 },
    ];
    const suites = { 4: 'ed25519', 5: 'ed25519', 6: 'ed25519', 7: 'ed25519' };
    const net = shards({ upgrades }, suites).start();
    const weak: number[] = [];
    for (let second = 2; second <= 14; second += 4) {
      submit(net, weak.length);
      net.run(second * SECOND);
      weak.push(Object.values(openAt(net, 0)).filter((suite) => suite === 'x25519').length);
    }
    expect(weak).toEqual([4, 3, 2, 0]);
    expect(decidedIn(net)).toEqual(new Array(N).fill(4));
    net.crash(0);
    net.crash(4);
    net.restart(0);
    net.restart(4);
    expect([replicaOf(net, 0).links?.registered.has(4), replicaOf(net, 4).links?.isModern]).toEqual([true, true]);
    net.run(18 * SECOND);
    expect(openAt(net, 0)).toEqual({ 4: 'ml-kem-768', 5: 'ml-kem-768', 6: 'ml-kem-768', 7: 'ml-kem-768' });
  });

  /** Whoever sits between v0 and v5 strikes the post-quantum suites out of what v0 offers. */
  function attacked(mutant?: string): Net {
    const net = shards({}, {}, mutant);
    const weaken = ({ to, message }: { readonly to: number; readonly message: Wire }): Wire[] => {
      if (to !== 5 || message.type !== 'channel-hello' || isOrder(message)) return [message];
      const offered = message.offered.filter((suite) => suite.startsWith('x25519'));
      return [{ ...message, offered, keys: message.keys.filter(({ kem }) => kem === 'x25519') }];
    };
    Object.assign(net.options, { traitors: { 0: weaken } });
    net.start().run(3 * SECOND);
    return net;
  }

  it('a downgrade is refused: no channel rather than a weak one, and the shards go on by the others', () => {
    const net = attacked();
    expect(openAt(net, 5)).toEqual({ 1: 'ml-kem-768', 2: 'ml-kem-768', 3: 'ml-kem-768' });
    expect(replicaOf(net, 5).links?.downgradeCount).toBeGreaterThan(1);
    submit(net);
    net.run(6 * SECOND);
    expect(decidedIn(net)).toEqual(new Array(N).fill(1));
  });

  it('downgrade-unnoticed: a weak one is opened', () => {
    expect(openAt(attacked('downgrade-unnoticed'), 5)[0]).toBe('x25519');
  });
});
