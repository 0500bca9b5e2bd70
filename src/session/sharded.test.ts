/** Transactions between shards through the public calls: names, locks, the life of one transaction. */
import { expect, it } from 'vitest';
import { openTestnet } from './index.ts';

const SCENARIO = {
  protocol: { name: 'sharded' },
  shards: { count: 3, strategy: 'range' },
  seed: 7,
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { accounts: 12, ratePerSecond: 2, crossShard: 1 },
  stop: { ms: 60_000 },
} as const;

it('a transaction between two shards is followed to its end', async () => {
  const testnet = await openTestnet();
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 1000 });
  const id = await testnet.submit({ from: 'a1', to: 'a10', amount: 7 });
  await testnet.runUntil({ decided: id });
  expect(await testnet.transaction(id)).toMatchObject({
    status: 'decided',
    shards: ['s0', 's2'],
    phase: 'committed',
    // The coordinator has ended it, the other shard is still to hear.
    perShard: [
      { shard: 's0', ended: true },
      { shard: 's2', ended: false },
    ],
    complete: 0.5,
  });
  await testnet.runUntil({ ms: 10_000 });
  expect(await testnet.transaction(id)).toMatchObject({ complete: 1 });
  await testnet.close();
});

it('one that cannot be paid for is refused', async () => {
  const testnet = await openTestnet();
  await testnet.load(SCENARIO);
  const id = await testnet.submit({ from: 'a1', to: 'a10', amount: 5000 });
  await testnet.runUntil({ decided: id });
  expect(await testnet.transaction(id)).toMatchObject({ status: 'refused', shards: ['s0', 's2'] });
  await testnet.close();
});

it('the trace has its locks and steps; every lock taken is released', async () => {
  const testnet = await openTestnet();
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 20_000 });
  const events = await testnet.trace({ kinds: ['lock', 'unlock', 'commit2pc'], limit: 10_000 });
  const held = new Set<string>();
  for (const event of events) {
    if (event.kind === 'lock') held.add(`${event.transaction} ${event.account}`);
    if (event.kind === 'unlock') expect(held.delete(`${event.transaction} ${event.account}`)).toBe(true);
  }
  const phases = new Set(events.map((event) => (event.kind === 'commit2pc' ? event.phase : event.kind)));
  expect([...phases]).toEqual(expect.arrayContaining(['prepare', 'prepared', 'commit', 'committed', 'lock', 'unlock']));
  expect(held.size).toBeLessThan(5);
  await testnet.close();
});

it('a shard is also known by shard and place', async () => {
  const testnet = await openTestnet();
  await testnet.load({ ...SCENARIO, faults: [{ kind: 'crash', target: 's1v0', at: 500 }] });
  await testnet.runUntil({ ms: 1000 });
  expect(await testnet.node('s1v0')).toEqual({ ...(await testnet.node('v1')), id: 's1v0' });
  expect((await testnet.node('v1')).alive).toBe(false);
  await expect(testnet.node('s1v1')).rejects.toThrow('no node');
  await expect(testnet.load({ ...SCENARIO, faults: [{ kind: 'crash', target: 's3v0' }] })).rejects.toThrow();
  await testnet.close();
});

it('everything that is said of a node names it by shard and place', async () => {
  const testnet = await openTestnet();
  const { nodes } = await testnet.load({
    ...SCENARIO,
    faults: [{ kind: 'crash', target: 'v1', at: 2000, until: 4000 }],
    expect: [
      { name: 'by index', ltl: 'F restart(v1)' },
      { name: 'by place', ltl: 'F restart(s1v0)' },
    ],
  });
  const names = ['s0v0', 's1v0', 's2v0', 'c0'];
  expect(nodes).toEqual(names);
  await testnet.runUntil({ ms: 10_000 });
  const state = await testnet.state();
  expect(state.nodes.map(({ id }) => id)).toEqual(names);
  expect(Object.keys(state.decided)).toEqual(names.slice(0, 3));
  const events = await testnet.trace({ limit: 20_000 });
  expect([...new Set(events.map(({ node }) => node))].sort()).toEqual([...names, 'world'].sort());
  for (const event of events) if (event.kind === 'send') expect(event.messageId.split('#')[0]).toBe(event.node);
  expect(events.find(({ kind }) => kind === 'fault')).toMatchObject({
    targets: ['s1v0'],
    text: expect.stringMatching(/^s1v0 crashes/),
  });
  expect((await testnet.trace({ nodes: ['s2v0'], limit: 5 })).length).toBe(5);
  const expectations = (await testnet.checks()).filter(({ kind }) => kind === 'ltl');
  expect(expectations.map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
  await testnet.close();
});
