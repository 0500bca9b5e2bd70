/** What the papers claim, on machines alone: each test's name is the claim, its last line the reference. */
import { describe, expect, it } from 'vitest';
import type { Effects, NodeContext, Shards } from '../protocol.ts';
import { type Message, parseMessage } from './messages.ts';
import { changesAt, readTransaction, shardOf, type Transaction } from './placement.ts';
import { mayWait, outcomeFor } from './rules.ts';
import { sharded } from './index.ts';
import type { Ctx, Durable, State, Timer } from './state.ts';

const CLIENT = 3;
const SIGNATURE = new Uint8Array(8);

interface World {
  readonly ctxs: readonly Ctx[];
  readonly states: State[];
  readonly disks: Durable[][];
  /** What was sent and not yet given, oldest first. */
  readonly wire: { readonly from: number; readonly to: number; readonly message: Message }[];
  readonly decided: string[];
  readonly notes: string[];
  now: number;
}

function worldOf(commit: Shards['commit'] = '2pc', config: Record<string, unknown> = {}): World {
  const parsed = sharded.parseConfig(config);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  const ctxs = [0, 1, 2].map(
    (self): Ctx =>
      ({
        self,
        validatorCount: 3,
        clientCount: 1,
        stakes: [1, 1, 1],
        config: parsed.config,
        mutant: null,
        random: { k0: 0, k1: 0 },
        workload: { ratePerSecond: 0, batchMicros: 1, accountCount: 12, initialBalance: 100 },
        shards: { count: 3, validatorsPerShard: 1, strategy: 'range', commit },
        verify: () => true,
      }) as unknown as NodeContext<Ctx['config'], Message>,
  );
  const states = ctxs.map((ctx) => sharded.validator.create(ctx));
  const world: World = { ctxs, states, disks: [[], [], []], wire: [], decided: [], notes: [], now: 0 };
  for (const { self } of ctxs) input(world, self, { kind: 'start', now: 0 });
  return world;
}

function effects(world: World, node: number): Effects<Message, Timer, Durable> {
  const proof = { signer: node, signature: SIGNATURE };
  const refuse = (): never => {
    throw new Error('a shard does nothing of the kind');
  };
  return {
    send(to, message) {
      expect(parseMessage(message)).toBe(message);
      world.wire.push({ from: node, to, message });
      return proof;
    },
    broadcast: () => proof,
    sign: refuse,
    relay: refuse,
    setTimer: () => undefined,
    cancelTimer: () => undefined,
    persist: (record) => void world.disks[node]?.push(structuredClone(record)),
    decide: ({ slot, value }) => void world.decided.push(`s${node} ${(value as { outcome: string }).outcome}s ${slot}`),
    note: (rule) => void world.notes.push(rule),
    evidence: refuse,
  };
}

function input(world: World, node: number, what: Parameters<typeof sharded.validator.step>[1]): void {
  sharded.validator.step(world.states[node] as State, what, effects(world, node), world.ctxs[node] as Ctx);
}

function give(world: World, to: number, from: number, message: Message): void {
  const proof = { signer: from, signature: SIGNATURE };
  input(world, to, { kind: 'message', now: world.now, from, message, proof });
}

/** Delivers what is on the wire, and what follows from it, but for what `lost` picks. */
function settle(world: World, lost: (type: string, to: number) => boolean = () => false): void {
  for (let item = world.wire.shift(); item !== undefined; item = world.wire.shift()) {
    if (item.to < 3 && !lost(item.message.type, item.to)) give(world, item.to, item.from, item.message);
  }
}

function restart(world: World, node: number): void {
  world.states[node] = sharded.validator.recover(world.ctxs[node] as Ctx, world.disks[node] ?? []);
  input(world, node, { kind: 'start', now: world.now });
}

/** a0 … a3 are in shard 0, a4 … a7 in shard 1, a8 … a11 in shard 2. */
function submit(world: World, sequence: number, transfers: [number, number, number][]): void {
  const list = transfers.map(([from, to, amount]) => ({ from, to, amount }));
  give(world, shardOf(list[0]?.from ?? 0, world.ctxs[0] as Ctx), CLIENT, {
    type: 'submit',
    client: CLIENT,
    sequence,
    transfers: list,
  });
}

const balances = (world: World): number[] =>
  world.states.flatMap(({ balances: all }) => all.filter((units) => units > 0));
const total = (world: World): number => balances(world).reduce((sum, units) => sum + units, 0);

describe('two-phase commit', () => {
  it('several inputs and outputs over three shards are executed by all or by none', () => {
    const world = worldOf();
    submit(world, 0, [
      [0, 4, 30],
      [5, 8, 20],
      [9, 1, 10],
    ]);
    settle(world);
    expect(world.decided).toEqual(['s0 commits 1', 's1 commits 1', 's2 commits 1']);
    expect([0, 1].map((account) => world.states[0]?.balances[account])).toEqual([70, 110]);
    expect(total(world)).toBe(1200);
    submit(world, 1, [
      [0, 4, 30],
      [5, 8, 101],
    ]);
    settle(world);
    expect(new Set(world.decided.slice(3).map((text) => text.slice(3)))).toEqual(new Set(['aborts 2']));
    expect(total(world)).toBe(1200);
    expect(world.states.map(({ locks }) => locks.size)).toEqual([0, 0, 0]);
    // Ref: Bernstein, Hadzilacos, Goodman §7.3, AC1–AC4
  });

  it('a YES is on disk with the locks it stands for, and a restart takes them again', () => {
    const world = worldOf();
    submit(world, 0, [[0, 4, 30]]);
    settle(world, (type) => type === 'commit-request');
    expect(world.disks[1]?.map(({ kind }) => kind)).toEqual(['started', 'prepared']);
    restart(world, 1);
    expect(world.states[1]?.locks).toEqual(new Map([[4, 1]]));
    give(world, 1, 0, { type: 'commit-request', slot: 1, digest: digestOf(world, 1) });
    expect(world.states[1]?.balances[4]).toBe(130);
    expect(world.states[1]?.locks.size).toBe(0);
    // Ref: §7.4, uncertainty period
  });

  it('the decision is on disk before the first COMMIT leaves, and is said again after a restart', () => {
    const world = worldOf();
    submit(world, 0, [[0, 4, 30]]);
    settle(world, (type) => type === 'commit-request');
    expect(world.disks[0]?.map(({ kind }) => kind)).toContain('decided');
    restart(world, 0);
    expect(world.wire.map(({ message }) => message.type)).toContain('commit-request');
    settle(world);
    expect(world.decided.filter((text) => text.startsWith('s1'))).toEqual(['s1 commits 1']);
    // Ref: §7.4, commit record
  });

  it('what was begun and not decided is aborted after a restart', () => {
    const world = worldOf();
    submit(world, 0, [[0, 4, 30]]);
    settle(world, (type) => type === 'vote');
    restart(world, 0);
    settle(world);
    expect(world.decided.sort()).toEqual(['s0 aborts 1', 's1 aborts 1']);
    // Ref: §7.4, coordinator's recovery
  });

  it('saying everything twice changes nothing', () => {
    const once = worldOf();
    submit(once, 0, [[0, 4, 30]]);
    settle(once);
    const twice = worldOf();
    submit(twice, 0, [[0, 4, 30]]);
    for (let item = twice.wire.shift(); item !== undefined; item = twice.wire.shift()) {
      for (let i = 0; i < 2 && item.to < 3; i++) give(twice, item.to, item.from, structuredClone(item.message));
    }
    expect(twice.decided).toEqual(once.decided);
    expect(balances(twice)).toEqual(balances(once));
    // Ref: §7.4, messages may be repeated
  });

  it('a shard in doubt learns the outcome from another that knows it, without the coordinator', () => {
    const world = worldOf();
    submit(world, 0, [
      [0, 4, 30],
      [0, 8, 30],
    ]);
    settle(world, (type, to) => (type === 'commit-request' && to === 2) || type === 'acknowledge');
    expect(world.decided).not.toContain('s2 commits 1');
    input(world, 2, { kind: 'timeout', now: 3_000_000, timer: { kind: 'doubt', slot: 1 } });
    settle(world, (_type, to) => to === 0);
    expect(world.decided).toContain('s2 commits 1');
    // Ref: §7.4, cooperative termination protocol
  });

  it('a shard that has not voted frees one in doubt, and keeps to its NO', () => {
    const world = worldOf();
    submit(world, 0, [
      [0, 4, 30],
      [0, 8, 30],
    ]);
    const late = world.wire.find(({ message, to }) => message.type === 'prepare-request' && to === 2);
    settle(world, (type, to) => type === 'prepare-request' && to === 2);
    input(world, 1, { kind: 'timeout', now: 3_000_000, timer: { kind: 'doubt', slot: 1 } });
    settle(world, (_type, to) => to === 0);
    expect(world.decided).toEqual(['s2 aborts 1', 's1 aborts 1']);
    give(world, 2, 0, late?.message as Message);
    expect(world.wire.at(-1)?.message).toMatchObject({ type: 'vote', yes: false });
    settle(world);
    expect(world.decided).toContain('s0 aborts 1');
    // Ref: §7.4, cooperative termination protocol
  });

  it('all in doubt, none can end it', () => {
    const world = worldOf();
    submit(world, 0, [
      [0, 4, 30],
      [0, 8, 30],
    ]);
    settle(world, (type, to) => type === 'vote' || to === 0);
    for (const shard of [1, 2])
      input(world, shard, { kind: 'timeout', now: 9_000_000, timer: { kind: 'doubt', slot: 1 } });
    settle(world, (_type, to) => to === 0);
    expect(world.decided).toEqual([]);
    expect(world.states.map(({ locks }) => locks.size)).toEqual([1, 1, 1]);
    // Ref: Skeen 1981, theorem: two-phase commit blocks
  });

  it.each(['release-after-timeout', 'heuristic-abort', 'heuristic-commit'])(
    'who decides alone may be wrong: %s',
    (inDoubt) => {
      const world = worldOf('2pc', { inDoubt });
      submit(world, 0, [[0, 4, 30]]);
      const aborts = inDoubt === 'heuristic-commit';
      settle(world, (type) => type === (aborts ? 'vote' : 'commit-request'));
      input(world, 1, { kind: 'timeout', now: 9_000_000, timer: { kind: 'doubt', slot: 1 } });
      input(world, 0, { kind: 'timeout', now: 9_000_000, timer: { kind: 'retry', slot: 1 } });
      settle(world);
      expect(new Set(world.decided.map((text) => text.slice(3)))).toEqual(new Set(['aborts 1', 'commits 1']));
      expect(world.notes).toContain('heuristic damage: the decision differs from what was done here');
      // Ref: X/Open DTP, heuristic decisions
    },
  );
});

describe('three-phase commit', () => {
  it('ends without its coordinator: what a majority wrote down stands', () => {
    const world = worldOf('3pc');
    submit(world, 0, [
      [0, 4, 30],
      [0, 8, 30],
    ]);
    settle(world, (type, to) => type === 'pre-acknowledge' || (type === 'pre-commit' && to === 2));
    input(world, 2, { kind: 'timeout', now: 9_000_000, timer: { kind: 'doubt', slot: 1 } });
    settle(world, (_type, to) => to === 0);
    expect(world.decided.filter((text) => !text.startsWith('s0')).sort()).toEqual(['s1 commits 1', 's2 commits 1']);
    // Ref: Keidar & Dolev 1998, §4
  });

  it('ends without its coordinator: where nobody wrote anything down it is aborted', () => {
    const world = worldOf('3pc');
    submit(world, 0, [
      [0, 4, 30],
      [0, 8, 30],
    ]);
    settle(world, (type) => type === 'pre-commit');
    input(world, 1, { kind: 'timeout', now: 9_000_000, timer: { kind: 'doubt', slot: 1 } });
    settle(world, (_type, to) => to === 0);
    expect(world.decided.filter((text) => !text.startsWith('s0')).sort()).toEqual(['s1 aborts 1', 's2 aborts 1']);
    // Ref: Keidar & Dolev 1998, §4
  });

  it('a minority behind a cut ends nothing', () => {
    const world = worldOf('3pc');
    submit(world, 0, [[0, 4, 30]]);
    settle(world, (type) => type === 'pre-commit');
    input(world, 1, { kind: 'timeout', now: 9_000_000, timer: { kind: 'doubt', slot: 1 } });
    settle(world, (_type, to) => to !== 1);
    expect(world.decided).toEqual([]);
    // Ref: Skeen 1982, quorums
  });

  it('proposes what the highest ballot wrote', () => {
    expect(outcomeFor(null)).toBe('abort');
    expect(outcomeFor({ ballot: 7, outcome: 'commit' })).toBe('commit');
    // Ref: Keidar & Dolev 1998, §4
  });
});

describe('locks', () => {
  it('the older waits, the younger is refused: no cycle of waits can close', () => {
    expect(mayWait(3, [5, 9], null)).toBe(true);
    expect(mayWait(7, [5, 9], null)).toBe(false);
    const world = worldOf();
    submit(world, 1, [[0, 4, 30]]);
    settle(world, (type) => type === 'commit-request');
    submit(world, 2, [[4, 8, 10]]);
    expect(world.notes).toContain('votes NO: an older transaction holds the lock');
    // Ref: Rosenkrantz, Stearns, Lewis 1978, wait-die
  });

  it('one that waits has its turn when the lock is released', () => {
    const world = worldOf();
    submit(world, 5, [[0, 4, 30]]);
    settle(world, (type) => type === 'commit-request');
    submit(world, 0, [[4, 8, 10]]);
    expect(world.notes).toContain('waits for a younger transaction to release the lock');
    give(world, 1, 0, { type: 'commit-request', slot: 6, digest: digestOf(world, 6) });
    settle(world);
    expect(world.decided.filter((text) => text.endsWith(' 1')).sort()).toEqual(['s1 commits 1', 's2 commits 1']);
    // Ref: wait-die
  });
});

describe('what clients and peers send', () => {
  it('transactions are read strictly', () => {
    const { ctxs } = worldOf();
    const read = (transfers: { from: number; to: number; amount: number }[], client = CLIENT) =>
      readTransaction(
        { batch: { type: 'submit', client, sequence: 0, transfers }, signature: SIGNATURE },
        ctxs[0] as Ctx,
      );
    const fine = read([{ from: 9, to: 1, amount: 5 }]) as Transaction;
    expect(fine.shards).toEqual([2, 0]);
    expect(changesAt(0, fine, ctxs[0] as Ctx)).toEqual([[1, 5]]);
    expect(read([{ from: 99, to: 1, amount: 5 }])).toHaveProperty('refused');
    expect(read([{ from: 9, to: 1, amount: 5 }], 8)).toHaveProperty('refused');
    expect(read(Array.from({ length: 9 }, () => ({ from: 9, to: 1, amount: 5 })))).toHaveProperty('refused');
  });

  it.each([
    null,
    {},
    { type: 'vote', slot: 0, digest: '0'.repeat(64), yes: true },
    { type: 'vote', slot: 1, digest: 'x', yes: true },
    { type: 'vote', slot: 1, digest: '0'.repeat(64), yes: 1 },
    { type: 'heartbeat', incarnation: -1 },
    { type: 'pre-commit', slot: 1, digest: '0'.repeat(64), ballot: 0, outcome: 'maybe' },
    { type: 'acknowledge', slot: 1, digest: '0'.repeat(64), more: 1 },
  ])('%j is no message', (value) => {
    expect(parseMessage(value)).toBeNull();
  });

  it('settings are checked', () => {
    expect(sharded.parseConfig({ inDoubt: 'hope' })).toMatchObject({ problems: [{ path: 'inDoubt' }] });
    expect(sharded.parseConfig({ retryMs: 5, retryMaxMs: 4 })).toMatchObject({ problems: [{ path: 'retryMaxMs' }] });
    expect(sharded.parseConfig({ nonsense: 1 })).toMatchObject({ problems: [{ path: 'nonsense' }] });
  });
});

function digestOf(world: World, slot: number): string {
  const digest = world.states[1]?.participating.get(slot)?.transaction.digest;
  if (digest === undefined) throw new Error(`shard 1 has no transaction ${slot}`);
  return digest;
}
