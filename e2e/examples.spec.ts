/** How tests of one's own look; README.md quotes them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';

test('the testnet survives its primary', async ({ testnet }) => {
  await testnet.load({ protocol: { name: 'svbft' }, seed: 7, validators: 4 });
  await testnet.inject({ kind: 'crash', target: 'v0' });

  await expect(testnet).toReachHeight(3, { maxMs: 60_000 });
  await expect(testnet).toAgree({ minHeight: 3 });
});

test('half a network decides nothing, and all of it goes on after the heal', async ({ testnet }) => {
  await testnet.load({ protocol: { name: 'svbft' }, seed: 1 });
  const cut = await testnet.inject({
    kind: 'partition',
    groups: [
      ['v0', 'v1'],
      ['v2', 'v3'],
    ],
  });
  await expect(testnet).not.toReachHeight(1, { maxMs: 20_000 });

  await testnet.heal(cut);
  await expect(testnet).toReachHeight(2, { maxMs: 60_000 });
  await expect(testnet).toAgree();
});

test('the same seed gives the same run, to the last byte', async ({ testnet }) => {
  const scenario = { protocol: { name: 'svbft' }, seed: 42, crypto: { suite: 'modelled:ml-dsa-65' } } as const;
  await testnet.load(scenario);
  await testnet.runUntil({ height: 5 });
  const fingerprint = await testnet.fingerprint();

  await testnet.load(scenario);
  await testnet.runUntil({ height: 5 });
  await expect(testnet).toHaveFingerprint(fingerprint);
});

test('a transfer is decided, and everybody has the same balances', async ({ testnet }) => {
  await testnet.load({ protocol: { name: 'svbft' }, workload: { kind: 'transfers', ratePerSecond: 0 } });
  const before = (await testnet.node('v0')).balances;
  const id = await testnet.submit({ from: 'a0', to: 'a1', amount: 25 });
  await testnet.runUntil({ decided: id }, { maxMs: 30_000 });
  await testnet.runUntil({ height: (await testnet.state()).height + 1 });

  expect(await testnet.transaction(id)).toMatchObject({ status: 'decided' });
  for (const node of ['v0', 'v1', 'v2', 'v3']) {
    const { balances } = await testnet.node(node);
    expect(balances[1]).toBe((before[1] ?? 0) + 25);
  }
});

test('events tell of decisions and view changes as they happen', async ({ testnet }) => {
  await testnet.load({ protocol: { name: 'svbft' }, faults: [{ kind: 'crash', target: 'v1', at: 0 }] });
  const heights: number[] = [];
  const views: number[] = [];
  const stop = await testnet.on('decision', ({ height }) => void heights.push(height));
  await testnet.on('viewChange', ({ view }) => void views.push(view));
  await testnet.runUntil({ height: 4 }, { maxMs: 60_000 });

  await expect.poll(() => Math.max(0, ...heights)).toBeGreaterThanOrEqual(4);
  await expect.poll(() => views).toContain(1);
  await stop();
});

test.describe('opened by its address', () => {
  test.use({ hash: '#preset=mutant-quorum-2f+1-any-n' });

  test('a quorum that is too small lets both halves decide', async ({ testnet }) => {
    await testnet.runUntil({ ms: 11_000 });
    await expect(testnet).not.toAgree();
    const checks = await testnet.checks();
    expect(checks.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name)).toContain('agreement');
  });
});

test('a run outlives its tab', async ({ durable }) => {
  const tab = await durable.open('#preset=primary-crash');
  await tab.testnet.pause();
  const { timeMs } = await tab.testnet.state();
  await tab.kill();

  const again = await durable.open();
  expect((await again.testnet.scenario()).name).toBe('Crash of a primary');
  expect((await again.testnet.state()).timeMs).toBe(timeMs);
});

test('the examples of the README are these', async () => {
  const read = (name: string) => readFile(join(import.meta.dirname, name), 'utf8');
  const [readme, examples] = [await read('README.md'), await read('examples.spec.ts')];
  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => (code ?? '').trim());
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  const stripped = (code: string) => code.replace(/^import .*\n+/gm, '').trim();
  for (const block of blocks) expect(examples).toContain(stripped(block));
});
