/** What the papers claim, on machines alone: each test's name is the claim, its last line the reference. */
import { describe, expect, it } from 'vitest';
import { type Message, parseMessage } from './messages.ts';
import { changesAt, readTransaction, type Transaction } from './placement.ts';
import { outcomeFor } from './rules.ts';
import { sharded } from './index.ts';
import type { Ctx } from './state.ts';
import {
  balances,
  CLIENT,
  digestOf,
  give,
  input,
  restart,
  SIGNATURE,
  settle,
  submit,
  total,
  unitsAt,
  worldOf,
} from './testing/world.ts';

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
    expect([0, 1].map((account) => unitsAt(world, 0, account))).toEqual([70, 110]);
    expect(total(world)).toBe(1200);
    submit(world, 1, [
      [0, 4, 30],
      [5, 8, 101],
    ]);
    settle(world);
    expect(new Set(world.decided.slice(3).map((text) => text.slice(3)))).toEqual(new Set(['aborts 2']));
    expect(total(world)).toBe(1200);
    expect(world.states.map(({ locks }) => locks.accounts.size)).toEqual([0, 0, 0]);
    // Ref: Bernstein, Hadzilacos, Goodman §7.3, AC1–AC4
  });

  it('a YES is on disk with the locks it stands for, and a restart takes them again', () => {
    const world = worldOf();
    submit(world, 0, [[0, 4, 30]]);
    settle(world, (type) => type === 'commit-request');
    expect(world.disks[1]?.map(({ kind }) => kind)).toEqual(['started', 'prepared']);
    restart(world, 1);
    expect([...(world.states[1]?.locks.accounts.keys() ?? [])]).toEqual([4]);
    expect(world.states[1]?.locks.transactions.get('1')?.isPrepared).toBe(true);
    give(world, 1, 0, { type: 'commit-request', slot: 1, digest: digestOf(world, 1) });
    expect(unitsAt(world, 1, 4)).toBe(130);
    expect(world.states[1]?.locks.accounts.size).toBe(0);
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
    expect(world.states.map(({ locks }) => locks.accounts.size)).toEqual([1, 1, 1]);
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
    { type: 'vote', slot: 0, digest: '0'.repeat(64), yes: true, reason: null },
    { type: 'vote', slot: 1, digest: '0'.repeat(64), yes: true, reason: 'locks' },
    { type: 'vote', slot: 1, digest: '0'.repeat(64), yes: false, reason: null },
    { type: 'vote', slot: 1, digest: 'x', yes: true, reason: null },
    { type: 'vote', slot: 1, digest: '0'.repeat(64), yes: 1, reason: null },
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
