/** The life of a transaction whose messages travel in bundles is told like that of one whose messages travel by themselves. */
import { afterEach, expect, it } from 'vitest';
import { openTestnet, type TestnetSession } from '../index.ts';
import type { TransactionLife } from '../view.ts';

const open: TestnetSession[] = [];
afterEach(() => Promise.all(open.splice(0).map((testnet) => testnet.close())));

async function run(config: Record<string, unknown>, validatorsPerShard = 1): Promise<TestnetSession> {
  const testnet = await openTestnet();
  open.push(testnet);
  await testnet.load({
    seed: 3,
    protocol: { name: 'sharded', config },
    shards: { count: 3, strategy: 'range', validatorsPerShard },
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 50 } },
    workload: { accounts: 60, ratePerSecond: 30, crossShard: 1, initialBalance: 100_000 },
  });
  await testnet.runUntil({ ms: 4_000 });
  return testnet;
}

/** Asked until all that the executor had to be asked for is there. */
async function lifeOf(testnet: TestnetSession, transaction: number): Promise<TransactionLife> {
  let life = testnet.view().lifeOf(transaction);
  for (let turn = 0; turn < 50; turn++) {
    await new Promise((done) => setTimeout(done, 1));
    life = testnet.view().lifeOf(transaction);
  }
  if (life === null) throw new Error(`no transaction ${transaction}`);
  return life;
}

/** How often each type was sent about it: `prepare-request 2`. */
function told(testnet: TestnetSession, { copies }: TransactionLife): readonly string[] {
  const declared = testnet.frame()?.declaration.messages ?? [];
  const types = copies.map(({ flight }) => declared[flight.type]?.type ?? '?');
  return [...new Set(types)].sort().map((type) => `${type} ${types.filter((other) => other === type).length}`);
}

/** Transactions that ended everywhere, and had company in what their shards said. */
function ended(testnet: TestnetSession): readonly number[] {
  const view = testnet.view();
  const stillOpen = new Set(view.shardsAt(view.head).open.map(({ transaction }) => transaction));
  return Array.from({ length: 40 }, (_, i) => i + 1).filter((number) => view.hasLife(number) && !stillOpen.has(number));
}

it('what travels in bundles is found, each message at its shard and once', async () => {
  const testnet = await run({ batchSizeMax: 8, batchesMax: 2 });
  const bundle = testnet.frame()?.declaration.messages.findIndex(({ type }) => type === 'bundle');
  let carried = 0;
  for (const transaction of ended(testnet).slice(0, 12)) {
    const life = await lifeOf(testnet, transaction);
    const inside = life.copies.filter(({ flight }) => flight.carrier !== undefined);
    carried += inside.length;
    for (const { flight } of inside) expect(flight.carrier).toBe(bundle);
    expect(life.closedCount).toBe(0);
    // Two shards: the other one is asked, votes, is told and acknowledges; nothing was lost, nothing is said twice.
    const kinds = told(testnet, life).filter((line) =>
      /^(acknowledge|prepare-request|vote|(commit|abort)-request) /.test(line),
    );
    expect(
      kinds.filter((line) => /^prepare-request [1-9]/.test(line)),
      `transaction ${transaction}`,
    ).toHaveLength(1);
    expect(
      kinds.filter((line) => /^(commit|abort)-request [1-9]/.test(line)),
      `transaction ${transaction}`,
    ).toHaveLength(1);
    const sends = life.copies.map(({ send }) => send);
    expect(sends).toEqual([...sends].sort((a, b) => a - b));
  }
  expect(carried).toBeGreaterThan(10);
});

it('without bundles nothing is looked into', async () => {
  const testnet = await run({});
  const life = await lifeOf(testnet, 1);
  expect(life.copies.length).toBeGreaterThan(2);
  expect(life.copies.every(({ flight }) => flight.carrier === undefined)).toBe(true);
});

it('a sealed bundle stays closed, and is counted', async () => {
  const testnet = await run({ batchSizeMax: 8, batchesMax: 2, channel: 'ml-kem-768' });
  const lives = await Promise.all(
    ended(testnet)
      .slice(0, 8)
      .map((transaction) => lifeOf(testnet, transaction)),
  );
  expect(Math.max(...lives.map(({ closedCount }) => closedCount))).toBeGreaterThan(0);
  expect(lives.flatMap(({ copies }) => copies).every(({ flight }) => flight.carrier === undefined)).toBe(true);
});

it('shards of several validators: what each of them says inside a bundle', async () => {
  const testnet = await run({ batchSizeMax: 8, batchesMax: 2 }, 4);
  const [transaction = 1] = ended(testnet);
  const life = await lifeOf(testnet, transaction);
  const inside = life.copies.filter(({ flight }) => flight.carrier !== undefined);
  expect(inside.length).toBeGreaterThan(0);
});

it('votes inside a shard are counted among its validators; votes of shards have no one number to reach', async () => {
  const testnet = await run({}, 4);
  const view = testnet.view();
  const declared = testnet.frame()?.declaration.messages ?? [];
  const moments = Array.from({ length: 60 }, (_, i) => 500_000 + i * 50_000);
  const found = moments.flatMap((at) => [0, 5, 10].flatMap((node) => view.quorumAt(node, at) ?? []));
  expect(found.length).toBeGreaterThan(20);
  expect(found.some(({ closedAt }) => closedAt !== null)).toBe(true);
  for (const { type, needed, voters } of found.filter((quorum) => declared[quorum.type]?.among === 'shard')) {
    expect(declared[type]?.type).toMatch(/^order-/);
    expect(needed).toBe(3);
    expect(new Set(voters.map((voter) => Math.floor(voter / 4))).size).toBe(1);
  }
  expect(found.map(({ type }) => declared[type]?.type)).not.toContain('vote');
});
