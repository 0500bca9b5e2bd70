/** What a validator of a shard accepts: of other shards, of its leader, of its disk. */
import { describe, expect, it } from 'vitest';
import { clonePlain } from '../../../core/clone.ts';
import { decode, encode } from '../../../core/encoding.ts';
import { MILLISECOND, SECOND } from '../../../core/time.ts';
import type { SignedBatch } from '../../../ledger/types.ts';
import { parseConfig } from '../config.ts';
import type { Vote } from '../messages.ts';
import { readTransaction, shardOf } from '../placement.ts';
import { nextBlock, refusalOf } from './block.ts';
import { isTaken, onSpoken, onSubmit, spokenProblem, take } from './inbox.ts';
import { NOTE } from './notes.ts';
import { digestOf, embedded, meta, statement } from './signing.ts';
import type { Replica, ReplicaCtx, ReplicaOut, ReplicaRecord } from './state.ts';
import { create, recover, step } from './step.ts';
import { asShard } from './view.ts';
import { type Block, type Order, parseWire, type Spoken, type Wire } from './wire.ts';

const SIZE = 4;
const GOOD = new Uint8Array([1]);
const BAD = new Uint8Array([0]);
const DIGEST = 'ab'.repeat(32);

function context(self: number, mutant: string | null = null): ReplicaCtx {
  const parsed = parseConfig({ heartbeatMs: 5000, downAfterMs: 20_000 });
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return {
    self,
    validatorCount: 3 * SIZE,
    clientCount: 1,
    stakes: new Array<number>(3 * SIZE).fill(1),
    config: parsed.config,
    mutant,
    random: { k0: 0, k1: 0 } as unknown as ReplicaCtx['random'],
    workload: { ratePerSecond: 0, batchMicros: 1, accountCount: 12, initialBalance: 100 },
    shards: { count: 3, validatorsPerShard: SIZE, strategy: 'range', commit: '2pc' },
    verify: (_signer, _message, signature) => signature[0] === 1,
  };
}

interface Said {
  readonly sent: { readonly to: readonly number[]; readonly message: Wire }[];
  readonly notes: string[];
  readonly disk: ReplicaRecord[];
  readonly decided: number[];
  readonly out: ReplicaOut;
}

function recorder(self: number): Said {
  const proof = { signer: self, signature: GOOD };
  const sent: { to: readonly number[]; message: Wire }[] = [];
  const [notes, decided]: [string[], number[]] = [[], []];
  const disk: ReplicaRecord[] = [];
  const say = (to: readonly number[], message: Wire): typeof proof => {
    sent.push({ to, message });
    return proof;
  };
  const out: ReplicaOut = {
    send: (to, message) => say([to], message),
    broadcast: (message) => say([], message),
    multicast: say,
    sign: () => proof,
    relay: () => {},
    setTimer: () => {},
    cancelTimer: () => {},
    persist: (record) => void disk.push(clonePlain(record)),
    decide: ({ slot }) => void decided.push(slot),
    note: (rule) => void notes.push(rule),
    evidence: () => {},
  };
  return { sent, notes, disk, decided, out };
}

const vote: Vote = { type: 'vote', slot: 1, digest: DIGEST, yes: true, reason: null };
const says = (number: number, to = 0, by = 1): Spoken => ({ ...vote, said: { by, to, number } });
const denies = (number: number): Spoken => ({ ...vote, yes: false, reason: 'locks', said: { by: 1, to: 0, number } });
const from = (...signers: number[]) => signers.map((signer) => ({ signer, signature: GOOD }));
const heard = (message: Spoken, signers: readonly number[]): Block['items'][number] => ({
  kind: 'heard',
  message,
  proofs: from(...signers),
});

/** A transfer of 5 units from the first account of one shard to the first of another. */
function transfer(sequence: number, source = 0, target = 4): SignedBatch {
  const transfers = [{ from: source, to: target, amount: 5 }];
  return { batch: { type: 'submit', client: 3 * SIZE, sequence, transfers }, signature: GOOD };
}

describe('words of another shard', () => {
  it('count once a quorum of its validators has signed the same', () => {
    const ctx = context(0);
    const [replica, { out, notes }] = [create(ctx), recorder(0)];
    for (const node of [4, 5, 5]) onSpoken(replica, node, says(1), { signer: node, signature: GOOD }, out, ctx);
    onSpoken(replica, 7, denies(1), { signer: 7, signature: GOOD }, out, ctx);
    expect(nextBlock(replica, SECOND, ctx)).toBeNull();
    onSpoken(replica, 6, says(1), { signer: 6, signature: GOOD }, out, ctx);
    expect(nextBlock(replica, SECOND, ctx)?.items).toEqual([heard(says(1), [4, 5, 6])]);
    expect(notes).toEqual([]);
    onSpoken(replica, 6, denies(1), { signer: 6, signature: GOOD }, out, ctx);
    expect(notes).toEqual([NOTE.twoFaced]);
  });

  it('come from its own validators, and are said to this shard', () => {
    const ctx = context(0);
    const [replica, { out, notes }] = [create(ctx), recorder(0)];
    const give = (node: number, message: Spoken): void =>
      onSpoken(replica, node, message, { signer: node, signature: GOOD }, out, ctx);
    give(8, says(1));
    give(1, says(1, 0, 0));
    give(12, says(1));
    give(4, says(1, 2));
    expect(notes).toEqual([NOTE.notTheirs, NOTE.notTheirs, NOTE.notTheirs, NOTE.notForUs]);
    expect(replica.shares.size).toBe(0);
  });

  it('are refused in a block without a quorum of good signatures by different validators of the speaker', () => {
    const ctx = context(0);
    const replica = create(ctx);
    const problem = (message: Spoken, signers: readonly number[], signature = GOOD): string | null =>
      spokenProblem(
        replica,
        message,
        signers.map((signer) => ({ signer, signature })),
        ctx,
      );
    expect(problem(says(1), [4, 5, 6])).toBeNull();
    expect(problem(says(1), [4, 5])).toBe(NOTE.noQuorum);
    expect(problem(says(1), [4, 4, 4])).toBe(NOTE.noQuorum);
    expect(problem(says(1), [4, 5, 8])).toBe(NOTE.noQuorum);
    expect(problem(says(1), [4, 5, 6], BAD)).toBe(NOTE.badProof);
    expect(problem(says(1, 2), [4, 5, 6])).toBe(NOTE.notForUs);
    expect(problem(says(1, 0, 0), [0, 1, 2])).toBe(NOTE.notForUs);
    expect(spokenProblem(replica, says(1), from(4), context(0, 'shard-word-of-one'))).toBeNull();
  });

  it('are taken once: an old number is refused, in whatever order numbers come. Ref: Sonnino et al. 2019', () => {
    const ctx = context(0);
    const [replica, { out }] = [create(ctx), recorder(0)];
    for (const number of [2, 1, 5]) take(replica, { by: 1, to: 0, number });
    expect(replica.taken.get(1)).toEqual({ floor: 2, above: new Set([5]) });
    for (const number of [1, 2, 5])
      expect(spokenProblem(replica, says(number), from(4, 5, 6), ctx)).toBe(NOTE.replayed);
    for (const number of [3, 4, 6]) expect(spokenProblem(replica, says(number), from(4, 5, 6), ctx)).toBeNull();
    for (const node of [4, 5, 6]) onSpoken(replica, node, says(5), { signer: node, signature: GOOD }, out, ctx);
    expect(nextBlock(replica, SECOND, ctx)).toBeNull();
    expect(spokenProblem(replica, says(5), from(4, 5, 6), context(0, 'shard-words-replayed'))).toBeNull();
  });

  it('are remembered in bounds: what is far behind counts as taken', () => {
    const replica = create(context(0));
    for (let number = 2; number <= 2000; number += 2) take(replica, { by: 1, to: 0, number });
    expect(replica.taken.get(1)?.above.size).toBeLessThanOrEqual(512);
    expect(isTaken(replica, { by: 1, to: 0, number: 3 })).toBe(true);
    expect(isTaken(replica, { by: 1, to: 0, number: 1999 })).toBe(false);
    expect(isTaken(replica, { by: 2, to: 0, number: 3 })).toBe(false);
  });
});

describe('a block', () => {
  const ctx = context(1);
  const shardCtx = asShard(ctx, 0);
  const refusal = (block: Block, replica: Replica = create(ctx), now = SECOND): string | null =>
    refusalOf(replica, block, now, ctx, shardCtx);
  const submit = (signed: SignedBatch): Block['items'][number] => ({ kind: 'submit', signed });

  it('may hold transactions that this shard coordinates, signed by their client', () => {
    expect(refusal({ at: 5, items: [submit(transfer(0))] })).toBeNull();
    expect(refusal({ at: 5, items: [submit({ ...transfer(0), signature: BAD })] })).toBe(NOTE.badClient);
    expect(refusal({ at: 5, items: [submit(transfer(0, 4, 0))] })).toBe(NOTE.badSubmit);
  });

  it('lies in no future and not before the last one, and says something, once', () => {
    const replica = create(ctx);
    replica.at = 10;
    expect(refusal({ at: SECOND + 1, items: [submit(transfer(0))] }, replica)).toBe(NOTE.future);
    expect(refusal({ at: 9, items: [submit(transfer(0))] }, replica)).toBe(NOTE.past);
    expect(refusal({ at: 10, items: [] }, replica)).toBe(NOTE.empty);
    expect(refusal({ at: 10, items: [submit(transfer(0)), submit(transfer(0))] }, replica)).toBe(NOTE.twice);
  });

  it('holds a timer only when it is due by the clock of whoever votes', () => {
    const [first] = create(ctx).timers;
    if (first === undefined) throw new Error('no timer is armed at the start');
    const [key, { due }] = first;
    const item = { kind: 'timeout', key } as const;
    expect(refusal({ at: due, items: [item] }, create(ctx), due)).toBeNull();
    expect(refusal({ at: due, items: [item] }, create(ctx), due - 1)).toBe(NOTE.future);
    expect(refusal({ at: due - 1, items: [item] }, create(ctx), due)).toBe(NOTE.notDue);
    expect(refusal({ at: due, items: [{ kind: 'timeout', key: 'retry 9' }] }, create(ctx), due)).toBe(NOTE.notDue);
  });

  it('has a digest that binds what is said and not who proved it', () => {
    const block = { at: 5, items: [heard(says(1), [4, 5, 6])] };
    expect(digestOf({ at: 5, items: [heard(says(1), [4, 5, 7])] })).toBe(digestOf(block));
    expect(digestOf({ at: 6, items: block.items })).not.toBe(digestOf(block));
    expect(digestOf({ at: 5, items: [heard(says(2), [4, 5, 6])] })).not.toBe(digestOf(block));
  });
});

describe('the wire', () => {
  const block: Block = { at: 5, items: [heard(says(1), [4, 5, 6]), { kind: 'timeout', key: 'heartbeat' }] };
  const about = { group: 0, slot: 1, view: 0 };
  const change = {
    type: 'order-change',
    ...about,
    view: 1,
    prepared: { view: 0, value: block, proofs: from(0, 1, 2) },
  };
  const messages = [
    says(1),
    { type: 'order-propose', ...about, value: block },
    { type: 'order-prepare', ...about, digest: DIGEST },
    change,
    { type: 'order-new', ...about, view: 1, changes: [{ change, proof: from(0)[0] }] },
    { type: 'order-decided', ...about, value: block, proofs: from(0, 1, 2) },
    { type: 'order-fetch', group: 0, slot: 3 },
    { type: 'order-pass', group: 0, slot: 3, value: block },
  ] as Wire[];

  it.each(messages.map((message) => [message.type, message] as const))('%s survives it', (_type, message) => {
    const parsed = parseWire(decode(encode(message)));
    expect(parsed).toEqual(message);
    expect(meta(message).type).toBeGreaterThanOrEqual(0);
  });

  it.each([
    { ...says(1), said: { by: 1, to: 0 } },
    { ...says(1), said: { by: 1, to: 0, number: 0 } },
    { ...transfer(0).batch, said: { by: 1, to: 0, number: 1 } },
    { type: 'order-prepare', ...about, digest: 'x' },
    { type: 'order-prepare', ...about, digest: DIGEST, more: 1 },
    { type: 'order-propose', ...about, value: { at: -1, items: [] } },
    { type: 'order-propose', ...about, value: { at: 0, items: [{ kind: 'heard', message: vote, proofs: [] }] } },
    { type: 'order-change', ...about, prepared: { view: 0, value: block } },
    { type: 'order-new', ...about, changes: [{ change: says(1), proof: from(0)[0] }] },
    { type: 'order-nothing', group: 0, slot: 1 },
  ])('%j is no message', (value) => {
    expect(parseWire(value)).toBeNull();
  });

  it('signs the shard, the listener, the number, and the group of a vote', () => {
    const texts = [
      says(1),
      says(2),
      says(1, 2),
      says(1, 0, 2),
      vote,
      { type: 'order-prepare', ...about, digest: DIGEST },
      { type: 'order-prepare', ...about, group: 1, digest: DIGEST },
      { type: 'order-commit', ...about, digest: DIGEST },
    ].map((message) => JSON.stringify(statement(message as Wire)));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('counts every signature that travels inside', () => {
    const counts = messages.map((message) => embedded(message).length);
    expect(counts).toEqual([0, 3, 0, 6, 7, 6, 0, 3]);
  });
});

/** A shard alone, its validators one step after the other without delay. */
class Shard {
  readonly ctxs = [0, 1, 2, 3].map((self) => context(self));
  readonly replicas = this.ctxs.map((ctx) => create(ctx));
  readonly said = this.ctxs.map(({ self }) => recorder(self));
  #given = [0, 0, 0, 0];
  now = 0;

  constructor() {
    for (const self of [0, 1, 2, 3]) this.input(self, { kind: 'start', now: 0 });
  }

  input(self: number, input: Parameters<typeof step>[1]): void {
    step(this.replicas[self] as Replica, input, (this.said[self] as Said).out, this.ctxs[self] as ReplicaCtx);
  }

  submit(signed: SignedBatch): void {
    for (const self of [0, 1, 2, 3])
      this.give(self, signed.batch.client, signed.batch as unknown as Order, signed.signature);
    this.settle();
  }

  give(to: number, signer: number, message: Wire, signature: Uint8Array = GOOD): void {
    this.input(to, { kind: 'message', now: this.now, from: signer, message, proof: { signer, signature } });
  }

  /** Delivers inside the shard until nobody says anything more. */
  settle(): void {
    for (let isDone = false; !isDone; ) {
      isDone = true;
      for (const self of [0, 1, 2, 3]) {
        const { sent } = this.said[self] as Said;
        for (; (this.#given[self] as number) < sent.length; this.#given[self] = (this.#given[self] as number) + 1) {
          const { to, message } = sent[this.#given[self] as number] as Said['sent'][number];
          for (const node of to) if (node < SIZE) this.give(node, self, message);
          isDone = false;
        }
      }
    }
  }
}

describe('the validators of a shard', () => {
  it('all say the same to the same, each to every validator of the other shard', () => {
    const shard = new Shard();
    shard.now = 20 * MILLISECOND;
    shard.submit(transfer(0));
    const spoken = shard.said.map(({ sent }) => sent.filter(({ message }) => 'said' in message));
    for (const list of spoken) expect(list).toEqual(spoken[0]);
    expect(spoken[0]).toMatchObject([
      { to: [4, 5, 6, 7], message: { type: 'prepare-request', slot: 1, said: { by: 0, to: 1, number: 1 } } },
    ]);
    expect(shardOf(4, asShard(context(0), 0))).toBe(1);
  });

  it('have the same state after the same blocks, and have it again from their disks', () => {
    const shard = new Shard();
    for (let sequence = 0; sequence < 6; sequence++) {
      shard.now += 20 * MILLISECOND;
      shard.submit(transfer(sequence, sequence % 3, sequence % 2 === 0 ? 3 : 6));
    }
    const common = ({ commit, at, timers, taken, spoken }: Replica) => ({ commit, at, timers, taken, spoken });
    const states = shard.replicas.map(common);
    for (const state of states) expect(state).toEqual(states[0]);
    expect(states[0]?.commit.committed).toBe(2);
    for (const self of [0, 1, 2, 3]) {
      const back = recover(context(self), (shard.said[self] as Said).disk);
      expect(common(back)).toEqual(states[0]);
      expect(back.order.log).toEqual((shard.replicas[self] as Replica).order.log);
    }
  });

  it('order a transaction once, however often the client asks while it runs', () => {
    const shard = new Shard();
    shard.submit(transfer(0));
    const before = shard.replicas[0]?.order.slot;
    shard.submit(transfer(0));
    expect(shard.replicas[0]?.order.slot).toBe(before);
    const read = readTransaction(transfer(0), asShard(context(0), 0));
    expect('slot' in read && shard.replicas[0]?.commit.coordinating.has(read.slot)).toBe(true);
    const { out, notes } = recorder(0);
    onSubmit(shard.replicas[0] as Replica, transfer(1, 4, 0), out, asShard(context(0), 0));
    expect(notes).toEqual([NOTE.badSubmit]);
  });

  it('take no word of a single node for that of its shard', () => {
    const shard = new Shard();
    shard.give(0, 4, vote);
    expect(shard.said[0]?.notes).toContain(NOTE.alone);
    expect(shard.replicas[0]?.shares.size).toBe(0);
  });
});
