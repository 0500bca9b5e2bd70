/** Tabs die, workers die, disks fill up: the run goes on where it was, with the fingerprint of an undisturbed one. */
import type { Page } from '@playwright/test';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { type DurableTab, expect, type RemoteTestnet, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import { fingerprintInNode } from './in-node.ts';
import { remoteTestnet, testnetReady } from './remote.ts';

/** Long enough not to end by itself while it is disturbed. */
const SCENARIO = {
  name: 'Disturbed',
  seed: 23,
  protocol: { name: 'svbft', config: { blockTimeMs: 400, viewChangeTimeoutMs: 1_500 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  faults: [
    { kind: 'crash', target: 'v1', at: 3_000, until: 9_000 },
    { kind: 'byzantine', target: 'v3', behaviour: 'double-vote', at: 12_000 },
  ],
} as const satisfies ScenarioInput;

/** Plays until the page has saved the run by itself, and on past that; resolves to where it was saved, virtual ms. */
async function playPastAutosave({ testnet }: Pick<DurableTab, 'testnet'>): Promise<number> {
  await testnet.play({ speed: 2 });
  const saved = async () => {
    const automatic = (await testnet.snapshots()).filter((snapshot) => snapshot.automatic && snapshot.atMs > 2_000);
    return automatic[0]?.atMs ?? 0;
  };
  await expect.poll(saved, { timeout: 20_000 }).toBeGreaterThan(0);
  const at = await saved();
  await expect.poll(async () => (await testnet.state()).timeMs).toBeGreaterThan(at + 500);
  return at;
}

/** After reopening: the run is the earlier one and not a new one, and ends as if nothing had happened. */
async function expectContinued(testnet: RemoteTestnet, scenario: ScenarioInput, savedMs: number): Promise<void> {
  await expect.poll(async () => (await testnet.state()).timeMs).toBeGreaterThanOrEqual(savedMs);
  expect((await testnet.scenario()).name).toBe(scenario.name);
  await testnet.pause();
  const ms = Math.max(15_000, (await testnet.state()).timeMs + 1_000);
  await testnet.runUntil({ ms });
  await expect(testnet).toHaveFingerprint(await fingerprintInNode(scenario, ms));
  await expect(testnet).toAgree({ minHeight: 10 });
}

test('a tab whose process dies continues when it is opened again', async ({ durable }) => {
  const tab = await durable.open();
  await tab.testnet.load(SCENARIO);
  const savedMs = await playPastAutosave(tab);
  await tab.kill();
  const again = await durable.open();
  await expectContinued(again.testnet, SCENARIO, savedMs);
});

test('a window closed in the middle of a run continues, faults by hand included', async ({ durable }) => {
  const tab = await durable.open();
  await tab.testnet.load(SCENARIO);
  await tab.testnet.runUntil({ ms: 1_000 });
  await tab.testnet.inject({ kind: 'slow', target: 'v2', factor: 50 });
  const savedMs = await playPastAutosave(tab);
  const scenario = await tab.testnet.scenario();
  await tab.close();
  const again = await durable.open();
  await expect(handlesOf(again.page).pause).toBeVisible();
  expect(await again.testnet.scenario()).toEqual(scenario);
  await expectContinued(again.testnet, scenario, savedMs);
});

test('an address that names a scenario opens that one, whatever ran before', async ({ durable }) => {
  const tab = await durable.open();
  await tab.testnet.load(SCENARIO);
  await playPastAutosave(tab);
  await tab.close();
  const again = await durable.open('#preset=double-vote');
  await expect.poll(async () => (await again.testnet.scenario()).name).toBe('Double vote');
});

/** Kills the worker of one validator. */
function killWorker(page: Page, id: string): Promise<void> {
  return page.evaluate((node) => {
    const { testnet } = globalThis as unknown as { testnet: { killWorker(id: string): Promise<void> } };
    return testnet.killWorker(node);
  }, id);
}

/** Small numbers in a fixed order that looks like none: which worker dies next. */
function* draws(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 16;
  }
}

for (const [suite, ms] of [
  ['modelled:ml-dsa-65', 60_000],
  ['ml-dsa-65', 20_000],
] as const) {
  test(`workers that die while a run goes on change nothing: ${suite}`, async ({ page, testnet }) => {
    const scenario: ScenarioInput = { ...SCENARIO, crypto: { suite } };
    await testnet.load(scenario);
    let over = false;
    const run = testnet.runUntil({ ms }).finally(() => {
      over = true;
    });
    let killed = 0;
    for (const draw of draws(ms)) {
      if (over || killed >= 6) break;
      await killWorker(page, `v${draw % 4}`);
      killed++;
    }
    await run;
    expect(killed).toBeGreaterThan(1);
    await expect(testnet).toHaveFingerprint(await fingerprintInNode(scenario, ms));
    await expect(handlesOf(page).line).toContainText(/a worker was replaced .*; the run is not affected/);
  });
}

test('a second tab says that it is not saved, and its run is its own', async ({ page, testnet, context }) => {
  await testnet.load(SCENARIO);
  await testnet.play({ speed: 2 });
  await expect
    .poll(async () => (await testnet.snapshots()).filter(({ automatic }) => automatic).length)
    .toBeGreaterThan(0);
  const second = await context.newPage();
  await second.goto('./');
  await testnetReady(second);
  const other = remoteTestnet(second);
  await other.play({ speed: 2 });
  await expect(handlesOf(second).line).toContainText('Another tab keeps its run', { timeout: 15_000 });
  await expect(handlesOf(page).line).not.toContainText('Another tab');
  await other.load('double-vote');
  await other.pause();
  await testnet.pause();
  const ms = Math.max(10_000, (await testnet.state()).timeMs);
  await testnet.runUntil({ ms });
  await expect(testnet).toHaveFingerprint(await fingerprintInNode(SCENARIO, ms));

  // The first tab is the one that the next visit takes up.
  await second.close();
  await page.reload();
  await expect.poll(async () => (await testnet.scenario()).name).toBe(SCENARIO.name);
});

test('without space on disk the run goes on, and the page says that it is not saved', async ({ page, baseURL }) => {
  const devtools = await page.context().newCDPSession(page);
  // Before the page writes for the first time: Chromium remembers for a while how much space there was.
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(baseURL ?? '').origin, quotaSize: 4_000 });
  await page.goto('./');
  await testnetReady(page);
  const testnet = remoteTestnet(page);
  await testnet.load(SCENARIO);
  await testnet.play({ speed: 5 });
  const { line } = handlesOf(page);
  await expect(line).toContainText("The browser's space for this site is used up", { timeout: 15_000 });
  await expect(line).toContainText('The run goes on, but is not saved');
  const { height } = await testnet.state();
  await expect.poll(async () => (await testnet.state()).height).toBeGreaterThan(height + 2);
  await expect(testnet.snapshot('by hand')).rejects.toMatchObject({ code: 'storage' });
  expect((await testnet.state()).status).toBe('playing');
});

test('where storage is denied the run goes on, and snapshots last as long as the page', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(globalThis, 'indexedDB', { get: () => null }));
  await page.goto('./');
  const { line, pause, snapshot, panel } = handlesOf(page);
  await expect(line).toContainText('This browser offers no storage here');
  await expect(line).toContainText(/height [1-9]/);
  await pause.click();
  await snapshot.click();
  await expect(panel('Snapshots').getByRole('button', { name: 'Restore Happy path' }).first()).toBeVisible();
});

/** Flips a bit in the middle of every snapshot that this profile holds; resolves to how many there were. */
function damageSnapshots(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await answer(indexedDB.open('testnet-playground'));
    const store = database.transaction('snapshotBytes', 'readwrite').objectStore('snapshotBytes');
    const keys = await answer(store.getAllKeys());
    for (const key of keys) {
      const bytes = (await answer(store.get(key))) as Uint8Array;
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      await answer(store.put(bytes, key));
    }
    database.close();
    return keys.length;
  });
}

test('a damaged snapshot is noticed: the scenario starts over and the page says so', async ({ durable }) => {
  const tab = await durable.open();
  await tab.testnet.load(SCENARIO);
  await playPastAutosave(tab);
  await tab.testnet.pause();
  expect(await damageSnapshots(tab.page)).toBeGreaterThan(0);
  await tab.close();
  const again = await durable.open();
  await expect(handlesOf(again.page).line).toContainText('the last run starts over', { ignoreCase: true });
  expect((await again.testnet.scenario()).name).toBe(SCENARIO.name);
  await again.testnet.runUntil({ ms: 15_000 });
  await expect(again.testnet).toHaveFingerprint(await fingerprintInNode(SCENARIO, 15_000));
});
