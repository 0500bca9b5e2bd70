/** Locks, waits and open transactions at every moment, against a reading of the whole trace; and the life of one transaction. */
import { beforeAll, describe, expect, it } from 'vitest';
import { microsFromMs } from '../../core/time.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import type { ScenarioInput } from '../../scenario/index.ts';
import { openTestnet, type TestnetSession } from '../index.ts';
import type { ShardMoment, TraceView } from '../view.ts';

/** Few accounts, much load between shards, and a coordinator that dies with its decision: locks are waited for. */
const SCENARIO: ScenarioInput = {
  seed: 5,
  protocol: { name: 'sharded', config: { transfersMax: 2 } },
  shards: { count: 3, strategy: 'range' },
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'constant', ms: 50 } },
  workload: { accounts: 9, ratePerSecond: 12, crossShard: 0.9, initialBalance: 100_000 },
  faults: [
    { kind: 'crash', target: 'v0', point: { on: 'send', type: 'commit-request', nth: 2 }, at: 3000, until: 9000 },
  ],
  stop: { ms: 15_000 },
};

let testnet: TestnetSession;
let trace: TraceView;
let events: readonly TraceEvent[];

beforeAll(async () => {
  testnet = await openTestnet();
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 15_000 });
  trace = testnet.view();
  events = trace.events(0, trace.eventCount);
  return () => testnet.close();
});

const shardOf = (node: string): number => Number(/\d+/.exec(node)?.[0]);

/** Who holds what at a moment, from the beginning of the trace. */
function heldAt(ms: number): string[] {
  const held = new Set<string>();
  for (const event of events) {
    if (event.t > ms) break;
    if (event.kind !== 'lock' && event.kind !== 'unlock') continue;
    const key = `${shardOf(event.node)} ${event.account} ${event.transaction}`;
    if (event.kind === 'lock') held.add(key);
    else held.delete(key);
  }
  return [...held].sort();
}

const locksOf = ({ locks }: ShardMoment): string[] =>
  locks.map(({ shard, account, transaction }) => `${shard} ${account} ${transaction}`).sort();

describe('locks and waits at a moment', () => {
  it('are those of the whole trace up to it, wherever one jumps', () => {
    const moments = Array.from({ length: 60 }, (_, i) => ((i * 7919) % 15_000) + 1);
    expect(moments.some((ms) => heldAt(ms).length > 2)).toBe(true);
    for (const ms of moments) expect(locksOf(trace.shardsAt(microsFromMs(ms))), `at ${ms} ms`).toEqual(heldAt(ms));
  });

  it('who is waited for holds the account or stands in its queue; who waits does not hold it', () => {
    let seen = 0;
    for (let ms = 0; ms < 15_000; ms += 20) {
      const { waits, locks } = trace.shardsAt(microsFromMs(ms));
      for (const { shard, account, transaction, blockers } of waits) {
        seen++;
        const here = [...locks, ...waits].filter((entry) => entry.shard === shard && entry.account === account);
        for (const blocker of blockers) expect(here.map((entry) => entry.transaction)).toContain(blocker);
        expect(blockers).not.toContain(transaction);
        const holders = locks.filter((lock) => lock.shard === shard && lock.account === account);
        expect(holders.map((lock) => lock.transaction)).not.toContain(transaction);
      }
    }
    expect(seen).toBeGreaterThan(10);
  });

  it('the same object as long as nothing happens, also while another moment is looked at', () => {
    const calm = trace.shardsAt(microsFromMs(2000));
    trace.shardsAt(microsFromMs(900));
    expect(trace.shardsAt(microsFromMs(2000))).toBe(calm);
  });

  it('counts of a shard are those of its steps', () => {
    const { totals } = trace.shardsAt(trace.head);
    for (const [shard, { committed, aborted, coordinated }] of totals.entries()) {
      const count = (phase: string): number =>
        events.filter((e) => e.kind === 'commit2pc' && e.phase === phase && shardOf(e.node) === shard).length;
      expect({ committed, aborted, coordinated }).toEqual({
        committed: count('committed'),
        aborted: count('aborted'),
        coordinated: count('prepare'),
      });
    }
    expect(totals.every(({ committed, crossing }) => committed > 0 && crossing > 0)).toBe(true);
  });
});

describe('while the coordinator is down with its decision', () => {
  it('a shard that promised is in doubt and keeps its lock until it is back', () => {
    const { open, locks } = trace.shardsAt(microsFromMs(8500));
    const doubtful = open.filter(
      ({ coordinator, decided, parts }) =>
        coordinator === 0 && decided?.outcome === 'commit' && parts.some(({ stage }) => stage === 'promised'),
    );
    expect(doubtful.length).toBeGreaterThan(0);
    for (const { transaction } of doubtful) expect(locks.map((lock) => lock.transaction)).toContain(transaction);
    const later = trace.shardsAt(microsFromMs(14_900)).open.map(({ transaction }) => transaction);
    for (const { transaction } of doubtful) expect(later).not.toContain(transaction);
  });

  it('its life goes from the client to the last acknowledgement', () => {
    const { open } = trace.shardsAt(microsFromMs(8500));
    const { transaction = 0 } = open.find(({ coordinator, decided }) => coordinator === 0 && decided !== null) ?? {};
    const life = trace.lifeOf(transaction);
    expect(life?.steps.flatMap(({ step }) => step?.step ?? [])).toEqual(
      expect.arrayContaining(['prepare', 'prepared', 'commit', 'committed']),
    );
    const types = life?.copies.map(({ flight }) => testnet.frame()?.declaration.messages[flight.type]?.type) ?? [];
    expect(types[0]).toBe('submit');
    expect(types).toEqual(expect.arrayContaining(['prepare-request', 'vote', 'commit-request', 'acknowledge']));
    const sent = events.filter((e) => e.kind === 'send' && e.slot === transaction && e.type !== 'submit');
    expect(types.length - 1).toBe(sent.length);
  });

  it('nothing is known of what never was', () => {
    expect(trace.lifeOf(1_000_000)).toBeNull();
  });
});

describe('shards of several validators', () => {
  it('what a shard orders within is not about the transaction of that number', async () => {
    const other = await openTestnet();
    await other.load('sharded-replicated-happy');
    await other.runUntil({ ms: 4000 });
    const declared = other.frame()?.declaration.messages ?? [];
    const life = other.view().lifeOf(1);
    const types = new Set(life?.copies.map(({ flight }) => declared[flight.type]?.type));
    expect(types).toContain('vote');
    expect([...types].filter((type) => type?.startsWith('order-'))).toEqual([]);
    const steps = life?.steps.flatMap(({ step, shard }) => (step === null ? [] : [`${step.step} ${shard}`])) ?? [];
    expect(new Set(steps).size).toBe(steps.length);
    await other.close();
  });
});

describe('other runs', () => {
  it('going back forgets what came later', async () => {
    const other = await openTestnet();
    await other.load(SCENARIO);
    await other.runUntil({ ms: 4000 });
    await other.fork({ atMs: 2500 });
    expect(locksOf(other.view().shardsAt(other.view().head))).toEqual(heldAt(2500));
    await other.runUntil({ ms: 6000 });
    expect(locksOf(other.view().shardsAt(microsFromMs(5000)))).toEqual(heldAt(5000));
    await other.close();
  });

  it('a protocol without transactions between shards has none to show', async () => {
    const other = await openTestnet();
    await other.load({ protocol: { name: 'svbft' }, crypto: { suite: 'modelled:ml-dsa-65' } });
    await other.runUntil({ ms: 2000 });
    expect(other.view().shape).toBeNull();
    expect(other.view().shardsAt(1_000_000)).toEqual({ locks: [], waits: [], open: [], totals: [], down: [] });
    await other.close();
  });
});
