/** Locks as the protocol uses them: who waits, who makes room, and what closes a circle. */
import { describe, expect, it } from 'vitest';
import type { State } from './state.ts';
import { balances, unitsAt, digestOf, give, input, restart, settle, submit, total, worldOf } from './testing/world.ts';

const waiters = (state: State | undefined, account: number): string[] =>
  (state?.locks.accounts.get(account)?.waiters ?? []).map(({ transaction }) => transaction);

describe('wound-wait', () => {
  it('a younger transaction waits for an older one, and has its turn', () => {
    const world = worldOf();
    submit(world, 0, [[0, 4, 30]]);
    settle(world, (type) => type === 'commit-request');
    submit(world, 5, [[4, 8, 10]]);
    settle(world, (type) => type === 'commit-request');
    expect(world.marks).toContain('s1 wait 6 a4 1');
    expect(waiters(world.states[1], 4)).toEqual(['6']);
    give(world, 1, 0, { type: 'commit-request', slot: 1, digest: digestOf(world, 1) });
    expect(world.marks.slice(world.marks.indexOf('s1 unlock 1 a4'))).toContain('s1 lock 6 a4');
    settle(world);
    expect(world.decided.filter((text) => text.endsWith(' 6')).sort()).toEqual(['s1 commits 6', 's2 commits 6']);
    expect(total(world)).toBe(1200);
    // Ref: Rosenkrantz, Stearns, Lewis 1978, §3
  });

  it('a younger one that has promised makes room for an older one, unless it is decided', () => {
    const world = worldOf();
    submit(world, 5, [[0, 4, 30]]);
    settle(world, (type, to) => type === 'vote' || (type === 'prepare-request' && to === 0));
    submit(world, 0, [[4, 8, 10]]);
    expect(world.notes).toContain('asks to abort a transaction that an older one waits for');
    settle(world);
    expect(world.notes).toContain('aborts: makes room for an older transaction');
    const of = (slot: number) => [...new Set(world.decided.filter((text) => text.endsWith(` ${slot}`)))].sort();
    expect(of(6)).toEqual(['s0 aborts 6', 's1 aborts 6']);
    expect(of(1)).toEqual(['s1 commits 1', 's2 commits 1']);
    expect(world.states.map(({ locks }) => locks.accounts.size)).toEqual([0, 0, 0]);
    // Ref: Rosenkrantz, Stearns, Lewis 1978, §3
  });

  it('one that is decided is not aborted any more', () => {
    const world = worldOf();
    submit(world, 5, [[0, 4, 30]]);
    settle(world, (type) => type === 'commit-request');
    submit(world, 0, [[4, 8, 10]]);
    settle(world, (type) => type === 'commit-request');
    expect(world.notes).not.toContain('aborts: makes room for an older transaction');
    input(world, 0, { kind: 'timeout', now: 1_000_000, timer: { kind: 'retry', slot: 6 } });
    settle(world);
    expect(world.decided.filter((text) => text.includes(' aborts '))).toEqual([]);
    // Ref: BHG §7.4, the commit record
  });
});

it('one that only passes units on reads: two of them hold the account together', () => {
  const world = worldOf();
  submit(world, 0, [
    [0, 4, 30],
    [4, 8, 30],
  ]);
  submit(world, 1, [
    [1, 4, 5],
    [4, 9, 5],
  ]);
  settle(world, (type) => type === 'commit-request');
  expect(world.states[1]?.locks.accounts.get(4)?.holders.map(({ transaction, mode }) => [transaction, mode])).toEqual([
    ['1', 'shared'],
    ['2', 'shared'],
  ]);
  for (const slot of [1, 2]) input(world, 0, { kind: 'timeout', now: 1_000_000, timer: { kind: 'retry', slot } });
  settle(world);
  expect(unitsAt(world, 1, 4)).toBe(100);
  expect(total(world)).toBe(1200);
  // Ref: BHG §3.2, read and write locks
});

it('ordered: shards are asked one after another, ascending, and the next only after a YES', () => {
  const world = worldOf('2pc', { lockPolicy: 'ordered' });
  submit(world, 0, [
    [8, 4, 30],
    [8, 0, 5],
  ]);
  const asked: number[] = [];
  settle(world, (type, to) => {
    if (type === 'prepare-request') asked.push(to);
    return false;
  });
  expect(asked).toEqual([0, 1]);
  expect(world.marks.filter((text) => text.includes(' lock '))).toEqual([
    's0 lock 1 a0',
    's1 lock 1 a4',
    's2 lock 1 a8',
  ]);
  expect(world.decided.sort()).toEqual(['s0 commits 1', 's1 commits 1', 's2 commits 1']);
  // Ref: Havender 1968
});

describe.each([
  { lockPolicy: 'wound-wait', mutant: null },
  { lockPolicy: 'ordered', mutant: null },
  { lockPolicy: 'none', mutant: null },
  { lockPolicy: 'wound-wait', mutant: 'lock-order-deadlock' },
])('two transactions in opposite order: $lockPolicy, mutant $mutant', ({ lockPolicy, mutant }) => {
  const world = worldOf('2pc', { lockPolicy }, mutant);
  submit(world, 0, [[0, 4, 30]]);
  submit(world, 1, [[4, 0, 20]]);
  settle(world);
  const waits = world.marks.filter((text) => text.includes(' wait '));

  it(lockPolicy === 'none' || mutant !== null ? 'close a circle' : 'close no circle that lasts', () => {
    const circle = waits.length === 2 && world.decided.length === 0;
    expect(circle).toBe(lockPolicy === 'none' || mutant !== null);
    if (circle) expect(waits.sort()).toEqual(['s0 wait 2 a0 1', 's1 wait 1 a4 2']);
  });

  it(mutant === null ? 'end, both of them' : 'wait without a limit', () => {
    const limited = world.timers.filter(({ kind }) => kind === 'wait').length;
    if (mutant !== null) return expect(limited).toBe(0);
    expect(limited).toBe(waits.length);
    world.now = 1_500_000;
    for (const shard of [0, 1])
      for (const slot of [1, 2])
        input(world, shard, { kind: 'timeout', now: world.now, timer: { kind: 'wait', slot } });
    settle(world);
    const ended = new Set(world.decided.map((text) => text.slice(-1)));
    expect([...ended].sort()).toEqual(['1', '2']);
    expect(total(world)).toBe(1200);
  });
});

it('a restart forgets who waited and takes the locks of every YES again, and says so', () => {
  const again = worldOf();
  submit(again, 0, [[0, 4, 30]]);
  settle(again, (type) => type === 'commit-request');
  submit(again, 5, [[4, 8, 10]]);
  expect(waiters(again.states[1], 4)).toEqual(['6']);
  again.marks.length = 0;
  restart(again, 1);
  expect(waiters(again.states[1], 4)).toEqual([]);
  expect(again.marks).toContain('s1 lock 1 a4');
  expect(balances(again)).toHaveLength(12);
});
