import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acquire,
  blockersOf,
  conflicts,
  createLockTable,
  expire,
  isReady,
  markPrepared,
  nextExpiryMicros,
  release,
} from './table.ts';
import type { LockEvent, LockPolicy, LockTable, LockWant } from './types.ts';
import { findCycle, waitEdges, youngestOf } from './waits.ts';

const POLICIES: readonly LockPolicy[] = ['ordered', 'wound-wait', 'none'];

const exclusive = (...accounts: number[]): LockWant[] => accounts.map((account) => ({ account, mode: 'exclusive' }));
const shared = (...accounts: number[]): LockWant[] => accounts.map((account) => ({ account, mode: 'shared' }));

/** Events as a story: `t1 locks a3`. */
function story(events: readonly LockEvent[]): string[] {
  return events.map((event) => {
    switch (event.kind) {
      case 'lock':
        return `${event.transaction} locks a${event.account} ${event.mode}`;
      case 'unlock':
        return `${event.transaction} gives a${event.account} ${event.reason}${event.inDoubt ? ' in doubt' : ''}`;
      case 'wait':
        return `${event.transaction} waits for ${event.blockers.join(' ')} at a${event.account}`;
      case 'wound':
        return `${event.by} wounds ${event.isPrepared ? 'prepared ' : ''}${event.transaction} at a${event.account}`;
      case 'dropped':
        return `${event.transaction} dropped ${event.reason}`;
      default:
        return `${event.transaction} ready`;
    }
  });
}

/** What must hold of any table at any time. */
function expectSound(table: LockTable): void {
  for (const [account, { holders, waiters }] of table.accounts) {
    expect(holders.length, `a${account} is not kept without a holder`).toBeGreaterThan(0);
    if (holders.length > 1) expect(holders.every(({ mode }) => mode === 'shared')).toBe(true);
    const [first] = waiters;
    if (first !== undefined) expect(holders.some(({ mode }) => conflicts(mode, first.mode))).toBe(true);
  }
  for (const [transaction, { wants, heldCount }] of table.transactions) {
    wants.forEach(({ account, mode }, i) => {
      const lock = table.accounts.get(account);
      const isThere = (list: LockTable['accounts'] extends Map<number, infer L> ? keyof L : never): boolean =>
        lock?.[list].some((one) => one.transaction === transaction && one.mode === mode) ?? false;
      expect([isThere('holders'), isThere('waiters')]).toEqual([i < heldCount, i === heldCount]);
    });
  }
  const placed = [...table.accounts.values()].flatMap(({ holders, waiters }) => [...holders, ...waiters]);
  expect(placed.every(({ transaction }) => table.transactions.has(transaction))).toBe(true);
  expect(structuredClone(table)).toEqual(table);
}

describe('locks', () => {
  it.each(POLICIES)('%s: readers share, a writer waits for all of them and is served in turn', (policy) => {
    const table = createLockTable(policy);
    const claim = (transaction: string, timestampMicros: number, wants: LockWant[]) =>
      story(acquire(table, { transaction, timestampMicros, wants }, timestampMicros));
    expect(claim('r1', 1, shared(0))).toEqual(['r1 locks a0 shared', 'r1 ready']);
    expect(claim('r2', 2, shared(0))).toEqual(['r2 locks a0 shared', 'r2 ready']);
    expect(claim('w', 3, exclusive(0))).toEqual(['w waits for r1 r2 at a0']);
    expect(claim('r3', 4, shared(0)), 'a later reader must not starve the writer').toEqual(['r3 waits for w at a0']);
    expect(story(release(table, 'r1', 5))).toEqual(['r1 gives a0 released']);
    expect(story(release(table, 'r2', 6))).toEqual(['r2 gives a0 released', 'w locks a0 exclusive', 'w ready']);
    expect(story(release(table, 'w', 7))).toEqual(['w gives a0 released', 'r3 locks a0 shared', 'r3 ready']);
    release(table, 'r3', 8);
    expect(table.accounts.size + table.transactions.size).toBe(0);
  });

  it('says how long was waited and held', () => {
    const table = createLockTable('ordered');
    acquire(table, { transaction: 'a', timestampMicros: 0, wants: exclusive(1) }, 10);
    acquire(table, { transaction: 'b', timestampMicros: 0, wants: exclusive(1) }, 25);
    const [given, taken] = release(table, 'a', 100);
    expect(given).toMatchObject({ kind: 'unlock', heldMicros: 90 });
    expect(taken).toMatchObject({ kind: 'lock', transaction: 'b', waitedMicros: 75 });
  });

  it('merges what one transaction wants of one account into the stronger mode', () => {
    const table = createLockTable('none');
    const events = acquire(
      table,
      { transaction: 't', timestampMicros: 0, wants: [...shared(3, 1), ...exclusive(3)] },
      0,
    );
    expect(story(events)).toEqual(['t locks a3 exclusive', 't locks a1 shared', 't ready']);
  });

  it('answers a repeated claim and a repeated release with silence', () => {
    const table = createLockTable('ordered');
    const claim = { transaction: 't', timestampMicros: 0, wants: exclusive(1) };
    expect(acquire(table, claim, 0)).toHaveLength(2);
    expect(acquire(table, claim, 1)).toEqual([]);
    expect(release(table, 't', 2)).toHaveLength(1);
    expect(release(table, 't', 3)).toEqual([]);
  });

  it('turns a claim away when the queue is full, and gives back what it held', () => {
    const table = createLockTable('ordered', { waiterCountMax: 1 });
    const claim = (transaction: string, ...accounts: number[]) =>
      story(acquire(table, { transaction, timestampMicros: 0, wants: exclusive(...accounts) }, 0));
    claim('t1', 5);
    claim('t2', 5);
    expect(claim('t3', 4, 5)).toEqual(['t3 locks a4 exclusive', 't3 dropped refused', 't3 gives a4 refused']);
    expect(isReady(table, 't3')).toBe(false);
    expectSound(table);
  });

  it('takes locks in account order under the ordered policy, whatever the order of the claim', () => {
    const events = acquire(
      createLockTable('ordered'),
      { transaction: 't', timestampMicros: 0, wants: exclusive(9, 10, 2) },
      0,
    );
    expect(story(events).slice(0, 3)).toEqual([
      't locks a2 exclusive',
      't locks a9 exclusive',
      't locks a10 exclusive',
    ]);
  });
});

describe('wound-wait', () => {
  const claim = (table: LockTable, transaction: string, timestampMicros: number, ...accounts: number[]) =>
    story(acquire(table, { transaction, timestampMicros, wants: exclusive(...accounts) }, 100));

  it('the older takes the lock, the younger waits', () => {
    const table = createLockTable('wound-wait');
    claim(table, 'young', 9, 1, 2);
    expect(claim(table, 'old', 5, 2)).toEqual([
      'old wounds young at a2',
      'young gives a1 wounded',
      'young gives a2 wounded',
      'old locks a2 exclusive',
      'old ready',
    ]);
    expect(claim(table, 'young', 9, 1, 2)).toEqual(['young locks a1 exclusive', 'young waits for old at a2']);
    expectSound(table);
  });

  it('a prepared transaction keeps its locks: only its coordinator may end it', () => {
    const table = createLockTable('wound-wait');
    claim(table, 'young', 9, 1);
    markPrepared(table, 'young');
    expect(claim(table, 'old', 5, 1)).toEqual(['old wounds prepared young at a1', 'old waits for young at a1']);
    expect(story(release(table, 'young', 101))).toEqual([
      'young gives a1 released',
      'old locks a1 exclusive',
      'old ready',
    ]);
  });

  it('nobody waits behind a younger one', () => {
    const table = createLockTable('wound-wait');
    claim(table, 't1', 1, 7);
    claim(table, 't9', 9, 7);
    expect(claim(table, 't5', 5, 7)).toEqual(['t5 waits for t1 at a7']);
    expect(blockersOf(table, 't9')).toEqual(['t1', 't5']);
    expect(story(release(table, 't1', 101))).toContain('t5 locks a7 exclusive');
  });

  it('who is served and wounded in one transition is never called ready', () => {
    const table = createLockTable('wound-wait');
    claim(table, 'oldest', 0, 1, 2);
    claim(table, 'young', 9, 1);
    claim(table, 'old', 5, 2, 1);
    expect(story(release(table, 'oldest', 101))).toEqual([
      'oldest gives a1 released',
      'oldest gives a2 released',
      'young locks a1 exclusive',
      'old locks a2 exclusive',
      'old wounds young at a1',
      'young gives a1 wounded',
      'old locks a1 exclusive',
      'old ready',
    ]);
  });

  it('breaks ties of age by the id', () => {
    const table = createLockTable('wound-wait');
    claim(table, 'b', 5, 1);
    expect(claim(table, 'a', 5, 1)).toContain('a wounds b at a1');
    expect(claim(table, 'c', 5, 1)).toEqual(['c waits for a at a1']);
  });
});

describe('expiry', () => {
  const table = (isInDoubtSafe: boolean) => {
    const made = createLockTable('ordered', { expiry: { kind: 'release', afterMicros: 50, isInDoubtSafe } });
    acquire(made, { transaction: 'voted', timestampMicros: 0, wants: exclusive(1) }, 0);
    markPrepared(made, 'voted');
    acquire(made, { transaction: 'waits', timestampMicros: 0, wants: exclusive(1) }, 10);
    return made;
  };

  it('in doubt, blocks for ever when it must be safe', () => {
    const safe = table(true);
    expect(nextExpiryMicros(safe)).toBe(60);
    expect(story(expire(safe, 59))).toEqual([]);
    expect(story(expire(safe, 60))).toEqual(['waits dropped expired']);
    expect(nextExpiryMicros(safe)).toBeNull();
    expect(isReady(safe, 'voted')).toBe(true);
  });

  it('in doubt, is released after the timeout by the unsafe policy, and flagged', () => {
    const unsafe = table(false);
    expect(nextExpiryMicros(unsafe)).toBe(50);
    const events = expire(unsafe, 50);
    expect(story(events)).toEqual([
      'voted dropped expired',
      'voted gives a1 expired in doubt',
      'waits locks a1 exclusive',
      'waits ready',
    ]);
    expect(events[0]).toMatchObject({ kind: 'dropped', inDoubt: true });
  });

  it('never happens unless asked for', () => {
    const never = createLockTable('ordered');
    acquire(never, { transaction: 't', timestampMicros: 0, wants: exclusive(1) }, 0);
    expect([nextExpiryMicros(never), expire(never, Number.MAX_SAFE_INTEGER)]).toEqual([null, []]);
  });
});

describe('any history', () => {
  const wants = fc.array(
    fc.record({ account: fc.nat({ max: 4 }), mode: fc.constantFrom('shared' as const, 'exclusive' as const) }),
    { minLength: 1, maxLength: 4 },
  );
  const action = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('acquire' as const),
        id: fc.nat({ max: 7 }),
        age: fc.nat({ max: 5 }),
        wants,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), id: fc.nat({ max: 7 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('prepare' as const), id: fc.nat({ max: 7 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), isInDoubtSafe: fc.boolean() }) },
  );

  it.each(POLICIES)(
    '%s keeps the table sound, its events tell the holders, and one shard does not deadlock when it must not',
    (policy) => {
      let waits = 0;
      fc.assert(
        fc.property(fc.array(action, { maxLength: 30 }), fc.boolean(), (actions, isInDoubtSafe) => {
          const table = createLockTable(policy, { expiry: { kind: 'release', afterMicros: 5, isInDoubtSafe } });
          const held = new Map<string, string>();
          actions.forEach((one, now) => {
            const events = apply(table, one, now);
            for (const event of events) {
              if (event.kind === 'wait') waits++;
              if (event.kind === 'lock') held.set(`${event.transaction} ${event.account}`, event.mode);
              if (event.kind === 'unlock') expect(held.delete(`${event.transaction} ${event.account}`)).toBe(true);
              if (event.kind === 'ready') expect(isReady(table, event.transaction)).toBe(true);
            }
            expectSound(table);
            const holders = [...table.accounts].flatMap(([account, lock]) =>
              lock.holders.map(({ transaction, mode }) => [`${transaction} ${account}`, mode] as const),
            );
            expect(new Map(holders)).toEqual(held);
            if (policy !== 'none') expect(findCycle(waitEdges(table))).toBeNull();
          });
        }),
        { numRuns: 150 },
      );
      expect(waits, 'histories in which nobody waits show nothing').toBeGreaterThan(3);
    },
  );

  function apply(
    table: LockTable,
    one: typeof action extends fc.Arbitrary<infer A> ? A : never,
    now: number,
  ): LockEvent[] {
    if (one.kind === 'expire') return expire(table, now);
    const transaction = `t${one.id}`;
    if (one.kind === 'acquire') return acquire(table, { transaction, timestampMicros: one.age, wants: one.wants }, now);
    if (one.kind === 'release') return release(table, transaction, now);
    if (isReady(table, transaction)) markPrepared(table, transaction);
    return [];
  }
});

describe('deadlock', () => {
  it('is found over shards: each transaction holds what the other one waits for', () => {
    const shards = [createLockTable('none'), createLockTable('none')] as const;
    const ask = (shard: 0 | 1, transaction: string) =>
      acquire(shards[shard], { transaction, timestampMicros: transaction === 't1' ? 1 : 2, wants: exclusive(0) }, 0);
    ask(0, 't1');
    ask(1, 't2');
    ask(1, 't1');
    expect(findCycle(shards.flatMap(waitEdges))).toBeNull();
    ask(0, 't2');
    const cycle = findCycle(shards.flatMap(waitEdges));
    expect(cycle).toEqual(['t1', 't2']);
    expect(
      shards.map((shard) => findCycle(waitEdges(shard))),
      'no shard sees it alone',
    ).toEqual([null, null]);
    const victim = youngestOf(cycle ?? [], (id) => (id === 't1' ? 1 : 2));
    expect(victim).toBe('t2');
    for (const shard of shards) release(shard, victim ?? '', 1);
    expect(shards.every((shard) => isReady(shard, 't1'))).toBe(true);
  });

  it('finds a cycle exactly when following blockers can come back', () => {
    const edge = fc.record({ waiter: fc.nat({ max: 6 }), blocker: fc.nat({ max: 6 }) });
    let found = 0;
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 12 }), (pairs) => {
        const edges = pairs.map(({ waiter, blocker }) => ({
          waiter: `t${waiter}`,
          blocker: `t${blocker}`,
          account: 0,
        }));
        const reach = new Set(pairs.map(({ waiter, blocker }) => `${waiter} ${blocker}`));
        for (let via = 0; via < 7; via++)
          for (let a = 0; a < 7; a++)
            for (let b = 0; b < 7; b++)
              if (reach.has(`${a} ${via}`) && reach.has(`${via} ${b}`)) reach.add(`${a} ${b}`);
        const isCyclic = [0, 1, 2, 3, 4, 5, 6].some((id) => reach.has(`${id} ${id}`));
        const cycle = findCycle(edges);
        expect(cycle !== null).toBe(isCyclic);
        expect(findCycle([...edges].reverse())).toEqual(cycle);
        if (cycle === null) return;
        found++;
        cycle.forEach((waiter, i) => {
          const blocker = cycle[(i + 1) % cycle.length];
          expect(edges.some((one) => one.waiter === waiter && one.blocker === blocker)).toBe(true);
        });
      }),
    );
    expect(found).toBeGreaterThan(20);
  });
});
