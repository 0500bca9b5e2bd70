/** Accounts that move between shards of several validators: what a liar inside a shard cannot do. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../core/time.ts';
import type { SignedBatch } from '../../../ledger/types.ts';
import { createHearsay, hearMoved, isBelieved } from '../belief.ts';
import { parseConfig, type ShardedConfig } from '../config.ts';
import type { AccountMoved, Message, Result } from '../messages.ts';
import type { NodeContext } from '../../protocol.ts';
import { TestNetwork } from '../../common/testing/network.ts';
import { sharded } from '../index.ts';
import { type Whereabouts, whereIs } from '../moves.ts';
import { refusalOf } from './block.ts';
import { submittedSlot } from './inbox.ts';
import { NOTE } from './notes.ts';
import type { Replica, ReplicaCtx } from './state.ts';
import { create } from './step.ts';
import { asShard } from './view.ts';
import { isOrder, isSpoken, type Wire } from './wire.ts';

const SIZE = 4;
const SHARDS = 3;
const CLIENT = SHARDS * SIZE;
const DIGEST = 'ab'.repeat(32);
const CHANGES = [{ at: SECOND, kind: 'merge', shard: 0, into: 2 }] as const;

function context(self: number, changes: readonly (typeof CHANGES)[number][] = CHANGES): ReplicaCtx {
  const parsed = parseConfig({ heartbeatMs: 5000, downAfterMs: 20_000 });
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return {
    self,
    validatorCount: CLIENT,
    clientCount: 1,
    stakes: new Array<number>(CLIENT).fill(1),
    config: parsed.config,
    mutant: null,
    random: { k0: 0, k1: 0 } as unknown as ReplicaCtx['random'],
    workload: { ratePerSecond: 0, batchMicros: 1, accountCount: 12, initialBalance: 100 },
    shards: { count: SHARDS, validatorsPerShard: SIZE, strategy: 'range', commit: '2pc', changes },
    verify: () => true,
  };
}

function signed(sequence: number, shard?: number): SignedBatch {
  const transfers = [{ from: 0, to: 4, amount: 5 }];
  const named = shard === undefined ? {} : { shard };
  return { batch: { type: 'submit', client: CLIENT, sequence, transfers, ...named }, signature: new Uint8Array([1]) };
}

describe('a transaction', () => {
  const slotAt = (shard: number, transaction: SignedBatch, ctx = context(shard * SIZE)): number | null =>
    submittedSlot(create(ctx), transaction, asShard(ctx, shard));

  it('is taken by the shard that its client names and by no other, wherever its accounts are', () => {
    expect([0, 1, 2].map((shard) => slotAt(shard, signed(0, 1)))).toEqual([null, 1, null]);
    expect([0, 1, 2].map((shard) => slotAt(shard, signed(0)))).toEqual([null, null, null]);
    const ctx = context(SIZE);
    const block = { at: 5, items: [{ kind: 'submit', signed: signed(0, 2) }] } as const;
    expect(refusalOf(create(ctx), block, SECOND, ctx, asShard(ctx, 1))).toBe(NOTE.badSubmit);
  });

  it('needs no name where accounts stay', () => {
    expect([0, 1].map((shard) => slotAt(shard, signed(0), context(shard * SIZE, [])))).toEqual([1, null]);
  });
});

describe('a client', () => {
  const ctx = context(CLIENT) as unknown as NodeContext<ShardedConfig, Message>;
  const moved = (shard: number, version = 1): AccountMoved => ({
    type: 'account-moved',
    moves: [{ account: 3, shard, version }],
  });

  it('believes that an account has moved when one more than can lie in a shard say so', () => {
    const [hearsay, known] = [createHearsay(), new Map<number, Whereabouts>()];
    hearMoved(hearsay, known, 0, moved(2), ctx);
    hearMoved(hearsay, known, 0, moved(2), ctx);
    hearMoved(hearsay, known, 5, moved(2), ctx);
    hearMoved(hearsay, known, 1, moved(1), ctx);
    hearMoved(hearsay, known, 3, moved(2, 9), ctx);
    hearMoved(hearsay, known, CLIENT, moved(2), ctx);
    expect(known.size).toBe(0);
    hearMoved(hearsay, known, 2, moved(2), ctx);
    expect(known.get(3)).toEqual({ shard: 2, version: 1 });
    for (const node of [0, 1]) hearMoved(hearsay, known, node, moved(SHARDS, 7), ctx);
    expect(known.get(3)).toEqual({ shard: 2, version: 1 });
  });

  it('tells an abort because of a move from others by as many', () => {
    const hearsay = createHearsay();
    const says = (node: number, reason: Result['reason']): boolean => {
      const result: Result = { type: 'result', slot: 1, digest: DIGEST, outcome: 'abort', reason };
      return isBelieved(hearsay, node, result, 0, ctx);
    };
    expect([says(0, 'overdrawn'), says(1, 'moved'), says(1, 'moved'), says(4, 'moved')]).toEqual(
      new Array<boolean>(4).fill(false),
    );
    expect(says(2, 'moved')).toBe(true);
  });
});

/** Shard 0 gives a0 … a3 to shard 2 at 1 s. */
function network() {
  const config = { heartbeatMs: 50_000, downAfterMs: 200_000 };
  const net = new TestNetwork(sharded, { n: CLIENT, seed: 2, describe: () => null, config });
  for (const ctx of net.contexts) {
    const shards = { count: SHARDS, validatorsPerShard: SIZE, strategy: 'range', commit: '2pc' } as const;
    Object.assign(ctx, { shards: { ...shards, changes: CHANGES }, workload: { ...ctx.workload, accountCount: 12 } });
    net.states[ctx.self] = sharded.validator.create(ctx as ReplicaCtx);
  }
  return net;
}

const TOTAL = 12 * 1000;
const replicaOf = (net: ReturnType<typeof network>, node: number): Replica => net.states[node] as Replica;
const kept = (net: ReturnType<typeof network>, node: number): number[] =>
  [...replicaOf(net, node).commit.accounts.held.keys()].sort((a, b) => a - b);
const unitsIn = (net: ReturnType<typeof network>): number =>
  [1, SIZE + 1, 2 * SIZE + 1].reduce((sum, node) => {
    const { held } = replicaOf(net, node).commit.accounts;
    return sum + [...held.values()].reduce((units, { balance }) => units + balance, 0);
  }, 0);

describe('a merge of two shards', () => {
  it('is ordered in both: all validators have the same accounts, and know where the others went', () => {
    const net = network();
    net.start().run(6_000_000);
    for (const node of [0, 1, 2, 3]) expect(kept(net, node)).toEqual([]);
    for (const node of [8, 9, 10, 11]) expect(kept(net, node)).toEqual([0, 1, 2, 3, 8, 9, 10, 11]);
    expect(unitsIn(net)).toBe(TOTAL);
    for (const node of [4, 5, 6, 7]) {
      const ctx = asShard(net.contexts[node] as ReplicaCtx, 1);
      expect(whereIs(replicaOf(net, node).commit, 0, ctx)).toEqual({ shard: 2, version: 1 });
    }
  });

  it.each([0, 8])('goes on when the leader v%i dies at any moment of it', (leader) => {
    for (let moment = 0; moment < 12; moment++) {
      const net = network();
      net.start().run(1_000_000 + moment * 40_000);
      net.crash(leader);
      net.run(20_000_000);
      expect(kept(net, 9), `moment ${moment}`).toHaveLength(8);
      expect(unitsIn(net), `moment ${moment}`).toBe(TOTAL);
      net.restart(leader);
      net.run(60_000_000);
      expect(kept(net, leader), `moment ${moment}`).toEqual(kept(net, leader + 1));
    }
  });

  it('leaves a transaction with the shard that its client named: handed over to another one it is ordered by nobody', () => {
    const net = network();
    net.start().run(6_000_000);
    const handOver = (shard: number, sequence: number): void => {
      const transfers = [{ from: 0, to: 8, amount: 5 }];
      const batch = { type: 'submit', client: CLIENT, sequence, transfers, shard } as const;
      const value = { at: net.now, items: [{ kind: 'submit', signed: { batch, signature: new Uint8Array([1]) } }] };
      for (const node of [8, 9, 11]) net.give(node, 10, { type: 'order-pass', group: 2, slot: 1, value } as Wire);
    };
    handOver(0, 0);
    net.run(10_000_000);
    expect([8, 9, 10, 11].map((node) => net.decisions[node]?.length)).toEqual([0, 0, 0, 0]);
    handOver(2, 1);
    net.run(14_000_000);
    expect([8, 9, 10, 11].map((node) => net.decisions[node]?.length)).toEqual([1, 1, 1, 1]);
  });

  it('a leader that puts units into parcels is outvoted, at home and abroad', () => {
    const net = network();
    let forged = 0;
    // Nobody has signed a parcel with more units than there were.
    const verify = (_signer: number, message: Wire): boolean =>
      !isSpoken(message) || message.type !== 'account-parcel' || message.balance === 1000;
    for (const ctx of net.contexts) Object.assign(ctx, { verify });
    const richer = (message: Wire): Wire => {
      if (isSpoken(message) && message.type === 'account-parcel') {
        forged++;
        return { ...message, balance: message.balance + 1 };
      }
      if (!isOrder(message) || message.type !== 'order-propose') return message;
      const items = message.value.items.map((item) =>
        item.kind === 'heard' && item.message.type === 'account-parcel'
          ? { ...item, message: { ...item.message, balance: item.message.balance + 1 } }
          : item,
      );
      return { ...message, value: { ...message.value, items } };
    };
    const lie = ({ message }: { readonly message: Wire }): Wire[] => [richer(message)];
    Object.assign(net.options, { traitors: { 0: lie, 8: lie } });
    net.start().run(20_000_000);
    expect(forged).toBeGreaterThan(3);
    expect(kept(net, 9)).toHaveLength(8);
    expect(unitsIn(net)).toBe(TOTAL);
  });
});
