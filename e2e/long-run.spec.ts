/** Ten virtual minutes at full speed: the page's memory stays bounded, and every earlier moment can still be looked at and gone on from. */
import type { Page } from '@playwright/test';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import { testnetReady } from './remote.ts';

const SCENARIO: ScenarioInput = {
  name: 'Ten minutes',
  seed: 3,
  protocol: { name: 'svbft' },
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { kind: 'transfers', ratePerSecond: 20 },
  faults: [{ kind: 'crash', target: 'v2', at: 20_000, until: 26_000 }],
  stop: { ms: 600_000 },
};
const EARLY_MS = 60_000;
const EARLY_MICROS = String(EARLY_MS * 1_000);

/** Bytes that the page's own thread holds after a collection: objects, and the buffers behind typed arrays. */
async function heldBytes(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const usage: { usedSize: number; backingStorageSize?: number } = await devtools.send('Runtime.getHeapUsage');
  await devtools.detach();
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

/** What the network says of every node, word by word. */
function nodesOf(page: Page): Promise<(string | null)[]> {
  const nodes = handlesOf(page).network.getByRole('button', { name: /^(v\d|c0), / });
  return nodes.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')).sort());
}

test('ten minutes at full speed stay within bounds, and the first of them can be gone back to', async ({
  page,
  testnet,
}) => {
  test.setTimeout(240_000);
  const { timeline, line, speed, play } = handlesOf(page);
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: EARLY_MS });
  await expect(line).toContainText('60.000 s');
  const [early, earlyPrint] = [await nodesOf(page), await testnet.fingerprint()];
  const before = await heldBytes(page);

  await speed.selectOption('max');
  await play.click();
  await expect.poll(async () => (await testnet.state()).status, { timeout: 180_000 }).toBe('finished');
  expect((await testnet.state()).timeMs).toBe(600_000);
  await expect(testnet).toAgree({ minHeight: 500 });

  const after = await heldBytes(page);
  test.info().annotations.push({ type: 'held', description: `${before} bytes at 60 s, ${after} at 600 s` });
  expect(after).toBeLessThan(60e6);

  await test.step('the timeline still shows the first minute', async () => {
    await timeline.fill('0');
    await expect(line).toContainText('height 0');
    await timeline.fill(EARLY_MICROS);
    await expect(line).toContainText('60.000 s');
    await expect.poll(() => nodesOf(page)).toEqual(early);
    await timeline.fill('23000000');
    await expect(handlesOf(page).node('v2')).toHaveAccessibleName(/crashed/);
  });

  await test.step('and the run goes on from there as it did', async () => {
    await testnet.fork({ atMs: EARLY_MS / 2 });
    await testnet.runUntil({ ms: EARLY_MS });
    await expect(testnet).toHaveFingerprint(earlyPrint);
  });
});

test('moments to go back to do not each hold the whole chain with its signatures', async ({ page, testnet }) => {
  test.setTimeout(180_000);
  await testnet.load({ ...SCENARIO, crypto: { suite: 'ml-dsa-65' }, faults: [] });
  for (let ms = 4_000; ms <= 60_000; ms += 4_000) {
    await testnet.runUntil({ ms });
    // Pausing keeps the moment.
    await testnet.pause();
  }
  const held = await heldBytes(page);
  test.info().annotations.push({ type: 'held', description: `${held} bytes` });
  expect(held).toBeLessThan(60e6);
  await testnet.fork({ atMs: 30_000 });
  await testnet.runUntil({ ms: 32_000 });
  await expect(testnet).toAgree({ minHeight: 28 });
});

/** What the page says of the moment in view: every node in words, and the events before it. */
async function pictureAt(page: Page, micros: number): Promise<unknown> {
  const { timeline } = handlesOf(page);
  await timeline.fill(String(micros));
  await expect(page.getByRole('contentinfo')).toContainText(`${(micros / 1e6).toFixed(3)} s`);
  await expect(page.getByText('Loading earlier events')).toHaveCount(0);
  const events = page.getByRole('list', { name: 'Events, newest first' }).getByRole('button');
  // The list follows four times a second.
  await expect(events.first()).toContainText(`${Math.floor(micros / 1e6)}.`);
  return { nodes: await nodesOf(page), events: await events.evaluateAll((all) => all.map((line) => line.textContent)) };
}

/** Pieces of trace in IndexedDB. */
function piecesStored(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('testnet-playground');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const counting = database.transaction('chunks').objectStore('chunks').count();
          counting.onsuccess = () => {
            database.close();
            resolve(counting.result);
          };
        };
      }),
  );
}

test.describe('with two pieces of the trace in memory', () => {
  const BUSY: ScenarioInput = {
    name: 'More than two pieces',
    seed: 4,
    protocol: { name: 'svbft', config: { blockTimeMs: 200 } },
    validators: 10,
    crypto: { suite: 'modelled:ml-dsa-65' },
    workload: { kind: 'transfers', ratePerSecond: 20 },
    faults: [{ kind: 'crash', target: 'v2', at: 3_000, until: 15_000 }],
  };
  const END_MS = 20_000;
  const MOMENTS = [1_000_000, 19_000_000, 4_500_000];

  test('what went to disk comes back when it is looked at, as if it had never left', async ({ page, testnet }) => {
    test.setTimeout(180_000);
    const { tab } = handlesOf(page);
    const looked: unknown[] = [];
    const prints: string[] = [];
    for (const address of ['./?chunks=2', './?chunks=4096']) {
      await page.goto(address);
      await testnetReady(page);
      await testnet.load(BUSY);
      await testnet.runUntil({ ms: END_MS });
      await tab('Events').click();
      if (address.endsWith('=2')) expect(await piecesStored(page)).toBeGreaterThan(1);
      const pictures: unknown[] = [];
      for (const at of MOMENTS) pictures.push(await pictureAt(page, at));
      looked.push(pictures);
      // Back into what is on disk, and on again.
      prints.push(await testnet.fingerprint());
      if (address.endsWith('=2')) {
        await testnet.fork({ atMs: 2_000 });
        await testnet.runUntil({ ms: END_MS });
        prints.push(await testnet.fingerprint());
      }
      await testnet.load(BUSY);
      await expect.poll(() => piecesStored(page)).toBe(0);
    }
    expect(looked[0]).toEqual(looked[1]);
    expect(new Set(prints).size).toBe(1);
  });

  test('without a database the timeline begins later, and says so', async ({ page, testnet }) => {
    test.setTimeout(120_000);
    await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
    await page.goto('./?chunks=2');
    await testnetReady(page);
    await testnet.load(BUSY);
    await testnet.runUntil({ ms: END_MS });
    const { timeline } = handlesOf(page);
    await expect(page.getByText(/^Begins at .*no room for earlier events$/)).toBeVisible();
    const first = Number(await timeline.getAttribute('min'));
    expect(first).toBeGreaterThan(1_000_000);
    await timeline.fill(String(first));
    await expect(timeline).toHaveValue(String(first));
    await expect(testnet).toAgree({ minHeight: 30 });
  });
});
