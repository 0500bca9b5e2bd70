/** How a shard orders stands in its blocks: no leader has a choice, and who comes back has the same course. */
import { describe, expect, it } from 'vitest';
import { decode, encode } from '../../../core/encoding.ts';
import { SECOND } from '../../../core/time.ts';
import type { SignedBatch } from '../../../ledger/types.ts';
import { CALM_AFTER, WINDOW } from '../../common/ordering/adaptive.ts';
import { orderingOf, parseConfig, type ShardedConfig } from '../config.ts';
import { applyBlock } from './apply.ts';
import { nextBlock, refusalOf } from './block.ts';
import { NOTE } from './notes.ts';
import { digestOf, embedded, meta, statement } from './signing.ts';
import type { Replica, ReplicaCtx } from './state.ts';
import { create, recover } from './step.ts';
import { asShard } from './view.ts';
import { type Block, type Item, parseWire, type Wire } from './wire.ts';

const GOOD = new Uint8Array([1]);

function context(ordering: ShardedConfig['ordering'], self = 0, size = 7): ReplicaCtx {
  const parsed = parseConfig({ ordering, heartbeatMs: 5000, downAfterMs: 20_000 });
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return {
    self,
    validatorCount: 2 * size,
    clientCount: 1,
    stakes: new Array<number>(2 * size).fill(1),
    config: parsed.config,
    mutant: null,
    random: { k0: 0, k1: 0 } as unknown as ReplicaCtx['random'],
    workload: { ratePerSecond: 0, batchMicros: 1, accountCount: 40, initialBalance: 100 },
    shards: { count: 2, validatorsPerShard: size, strategy: 'range', commit: '2pc' },
    verify: (_signer, _message, signature) => signature[0] === 1,
  };
}

function submit(sequence: number, ctx: ReplicaCtx): Item {
  const transfers = [{ from: sequence % 20, to: (sequence + 1) % 20, amount: 1 }];
  const batch = { type: 'submit', client: ctx.validatorCount, sequence, transfers } as const;
  return { kind: 'submit', signed: { batch, signature: GOOD } as SignedBatch };
}

const turnTo = { kind: 'ordering', way: 'linear', from: WINDOW + 1 } as const;

/** Blocks of so many transactions each are decided, one after the other, in view 0. */
function order(replica: Replica, ctx: ReplicaCtx, blocks: number, items = 2, firstAt = 1): Block[] {
  const { order: log } = replica;
  return Array.from({ length: blocks }, (_, i) => {
    const at = firstAt + i;
    const submits = Array.from({ length: items }, (__, k) => submit(items * at + k, ctx));
    const turn = [leaderItem(replica), turnItem(replica)].filter((item) => item !== null);
    const block: Block = { at, items: [...turn, ...submits] };
    log.slot++;
    applyBlock(replica, block, { ctx, shardCtx: asShard(ctx, 0), out: null });
    return block;
  });
}

function leaderItem({ course, order: { view } }: Replica): Item | null {
  return course.view === view ? null : { kind: 'leader', view };
}

/** The turn that the next block must take, from what a leader would propose. */
function turnItem(replica: Replica): Item | null {
  replica.submits.set(999, { batch: { transfers: [] }, signature: GOOD } as unknown as SignedBatch);
  const block = nextBlock(replica, SECOND, context('adaptive'));
  replica.submits.clear();
  return block?.items.find(({ kind }) => kind === 'ordering') ?? null;
}

const refusal = (replica: Replica, items: readonly Item[], ctx: ReplicaCtx): string | null =>
  refusalOf(replica, { at: SECOND, items }, SECOND, ctx, asShard(ctx, 0));

describe('a shard that chooses its way', () => {
  it('turns at the block that its blocks say, and everybody refuses one without the turn or with another', () => {
    const ctx = context('adaptive');
    const replica = create(ctx);
    order(replica, ctx, WINDOW);
    const next = submit(500, ctx);
    const turn: Item = { kind: 'ordering', way: 'linear', from: WINDOW + 2 };
    expect(refusal(replica, [turn, next], ctx)).toBeNull();
    expect(refusal(replica, [next], ctx)).toBe(NOTE.badCourse);
    expect(refusal(replica, [next, turn], ctx)).toBe(NOTE.badCourse);
    expect(refusal(replica, [{ ...turn, from: WINDOW + 3 }, next], ctx)).toBe(NOTE.badCourse);
    expect(refusal(replica, [{ ...turn, way: 'all-to-all' }, next], ctx)).toBe(NOTE.badCourse);
    expect(refusal(replica, [{ kind: 'leader', view: 1 }, turn, next], ctx)).toBe(NOTE.badCourse);
    expect(refusal(replica, [turn], ctx)).toBe(NOTE.empty);
    expect(replica.course).toMatchObject({ way: 'all-to-all', from: 1 });
    order(replica, ctx, 1, 2, WINDOW + 1);
    expect(replica.course).toMatchObject({ way: 'linear', from: WINDOW + 2 });
  });

  it('names a new leader in its first block and turns back to votes for all, until it is calm', () => {
    const ctx = context('adaptive');
    const replica = create(ctx);
    order(replica, ctx, WINDOW + 1);
    replica.order.view = 1;
    const next = submit(900, ctx);
    const [leader, back]: Item[] = [
      { kind: 'leader', view: 1 },
      { kind: 'ordering', way: 'all-to-all', from: WINDOW + 3 },
    ];
    expect(refusal(replica, [leader as Item, back as Item, next], ctx)).toBeNull();
    expect(refusal(replica, [back as Item, next], ctx)).toBe(NOTE.badCourse);
    order(replica, ctx, 1, 2, 100);
    expect(replica.course).toMatchObject({ way: 'all-to-all', from: WINDOW + 3, view: 1 });
    order(replica, ctx, CALM_AFTER, 2, 200);
    expect(replica.course.way).toBe('all-to-all');
    order(replica, ctx, 1, 2, 300);
    expect(replica.course.way).toBe('linear');
  });

  it('has the same course after a crash: it stands in the log', () => {
    const ctx = context('adaptive');
    const replica = create(ctx);
    const blocks = order(replica, ctx, WINDOW + 4);
    const records = blocks.map(
      (value, i) => ({ kind: 'order-decided', slot: i + 1, view: 0, value, proofs: [] }) as const,
    );
    const back = recover(ctx, records);
    expect(back.course).toEqual(replica.course);
    expect(back.course.way).toBe('linear');
  });

  it('is told by the scenario, for all shards or one by one; what is not told to choose takes no turns', () => {
    expect(orderingOf('linear', 1)).toBe('linear');
    expect(orderingOf(['linear', 'adaptive'], 1)).toBe('adaptive');
    expect(create(context(['all-to-all', 'linear'], 9)).course.way).toBe('linear');
    const ctx = context('linear');
    const replica = create(ctx);
    expect(refusal(replica, [submit(1, ctx)], ctx)).toBeNull();
    expect(refusal(replica, [turnTo, submit(1, ctx)], ctx)).toBe(NOTE.badCourse);
  });

  it.each([
    [{ ordering: 'fast' }, 'ordering', 'one of all-to-all, linear, adaptive'],
    [{ ordering: ['linear', 7] }, 'ordering[1]', 'one of all-to-all, linear, adaptive'],
    [{ ordering: [] }, 'ordering', 'one a shard, at most 64'],
  ])('%j is refused', (raw, path, expected) => {
    expect(parseConfig(raw)).toMatchObject({ problems: [{ path, expected }] });
  });
});

describe('the wire of votes to the leader', () => {
  const block: Block = { at: 5, items: [turnTo, { kind: 'leader', view: 3 }, { kind: 'timeout', key: 'heartbeat' }] };
  const from = (...signers: number[]) => signers.map((signer) => ({ signer, signature: GOOD }));
  const about = { group: 0, slot: 1, view: 4 };
  const best = { view: 3, value: block, proofs: from(0, 1, 2, 3, 4) };
  const rank = { view: 3, digest: digestOf(block) };
  const messages = [
    { type: 'order-propose', ...about, value: block },
    { type: 'order-prepared', ...about, digest: digestOf(block), proofs: from(0, 1, 2) },
    { type: 'order-final', ...about, digest: digestOf(block), proofs: from(0, 1, 2) },
    {
      type: 'order-lead',
      ...about,
      ranks: [
        { rank, proof: from(0)[0] },
        { rank: null, proof: from(1)[0] },
      ],
      best,
    },
    { type: 'order-lead', ...about, ranks: [], best: null },
  ] as Wire[];

  it.each(messages.map((message, i) => [i, message.type, message] as const))(
    '%i %s survives it',
    (_i, _type, message) => {
      expect(parseWire(decode(encode(message)))).toEqual(message);
      expect(meta(message).type).toBeGreaterThanOrEqual(0);
    },
  );

  it.each([
    { type: 'order-prepared', ...about, digest: 'x', proofs: [] },
    { type: 'order-final', ...about, digest: digestOf(block) },
    { type: 'order-lead', ...about, ranks: [{ rank: { view: 3 }, proof: from(0)[0] }], best: null },
    { type: 'order-lead', ...about, ranks: [{ rank, proof: null }], best: null },
    { type: 'order-lead', ...about, ranks: [], best: { view: 3, value: { at: 1 }, proofs: [] } },
    { type: 'order-propose', ...about, value: { at: 5, items: [{ kind: 'ordering', way: 'fast', from: 2 }] } },
    { type: 'order-propose', ...about, value: { at: 5, items: [{ kind: 'ordering', way: 'linear', from: 0 }] } },
    { type: 'order-propose', ...about, value: { at: 5, items: [{ kind: 'leader', view: -1 }] } },
  ])('%j is no message', (value) => {
    expect(parseWire(value)).toBeNull();
  });

  it('counts the signatures that travel inside; a CHANGE without its value has the statement of the whole', () => {
    expect(messages.map((message) => embedded(message).length)).toEqual([0, 3, 3, 7, 0]);
    const change = { type: 'order-change', ...about, prepared: { view: 3, value: block, proofs: from(0, 1, 2, 3, 4) } };
    const [inside] = embedded(messages[3] as Wire);
    expect(statement(inside?.message as Wire)).toEqual(statement(change as Wire));
  });
});
