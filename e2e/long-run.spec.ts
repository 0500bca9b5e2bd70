/** Ten virtual minutes at full speed: the page's memory stays bounded, and every earlier moment can still be looked at and gone on from. */
import type { Page } from '@playwright/test';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

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
