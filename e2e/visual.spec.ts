/**
 * What the page looks like, kept as pictures. Virtual time makes them repeatable: the same run, stopped at the same
 * microsecond, drawn without motion. Each part has its own picture, so that a change says where it shows.
 * Only Chromium on Linux takes part (see the projects of `playwright.config.ts`).
 * New ones: `npx playwright test e2e/visual.spec.ts --update-snapshots`, looked at before they are committed.
 */
import type { Locator, Page } from '@playwright/test';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

const SCENARIO: ScenarioInput = {
  name: 'A picture',
  seed: 11,
  protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 1_500 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
  faults: [
    { kind: 'crash', target: 'v1', at: 700 },
    { kind: 'byzantine', target: 'v3', behaviour: 'equivocate', at: 2_600 },
  ],
};
const RUN_TO_MS = 5_000;
/** A coordinator is dead with its decision: locks are held, waited for and in doubt. */
const SHARDS: ScenarioInput = {
  name: 'A picture of shards',
  seed: 5,
  protocol: { name: 'sharded', config: { transfersMax: 2 } },
  shards: { count: 4, strategy: 'range' },
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'constant', ms: 50 } },
  workload: { accounts: 12, ratePerSecond: 10, crossShard: 0.9, initialBalance: 100_000 },
  faults: [{ kind: 'crash', target: 's0v0', point: { on: 'send', type: 'commit-request', nth: 2 }, at: 2_000 }],
};

/** In a view change, with messages under way. */
const SHOWN_MICROS = 3_560_000;

/** Antialiasing differs a little between versions of Chromium; a colour, a line or a word that changed is more than this. */
const TOLERANCE = { maxDiffPixelRatio: 0.004, threshold: 0.2 };

const DEVICES = {
  desktop: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1, isMobile: false, hasTouch: false },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1, isMobile: true, hasTouch: true },
};

/** The run at the moment that is shown, the pointer out of the way and every font there. */
async function stand(page: Page): Promise<void> {
  const { timeline } = handlesOf(page);
  await timeline.fill(String(SHOWN_MICROS));
  await expect(timeline).toHaveJSProperty('value', String(SHOWN_MICROS));
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

/** The parts of the page, each brought up and ready to be taken. */
const SCENES: Readonly<Record<string, (page: Page) => Promise<Locator>>> = {
  network: async (page) => handlesOf(page).network,
  'space-time': async (page) => {
    await handlesOf(page).tab('Space-time').click();
    await expect(page.getByRole('application', { name: 'Diagram' })).toBeVisible();
    return page.getByRole('tabpanel', { name: 'Space-time' });
  },
  chain: async (page) => {
    await handlesOf(page).tab('Chain').click();
    await page.getByRole('list', { name: 'Blocks' }).getByRole('button').first().click();
    if (await handlesOf(page).tab('Inspector').isVisible()) await handlesOf(page).tab('Chain').click();
    await expect(page.getByRole('list', { name: 'Certificates' })).toBeVisible();
    return page.getByRole('tabpanel', { name: 'Chain' });
  },
  metrics: async (page) => {
    await handlesOf(page).tab('Metrics').click();
    await expect(page.getByRole('figure').first()).toBeVisible();
    return page.getByRole('tabpanel', { name: 'Metrics' });
  },
  inspector: async (page) => {
    const { node, inspector } = handlesOf(page);
    await node('v0').click();
    await expect(inspector.getByRole('heading', { name: 'v0' })).toBeVisible();
    await expect(inspector.getByRole('button', { name: 'Certificates and lock' })).toBeVisible();
    return inspector;
  },
};

/** Of the shards. */
const SHARD_SCENES: Readonly<Record<string, (page: Page) => Promise<Locator>>> = {
  'network-of-shards': async (page) => handlesOf(page).network,
  shards: async (page) => {
    await handlesOf(page).tab('Shards').click();
    await expect(page.getByRole('heading', { name: /is in doubt about transaction/ }).first()).toBeVisible();
    return page.getByRole('tabpanel', { name: 'Shards' });
  },
};

/** The part of a scene that can be seen: a long panel goes on below the controls at the foot. */
async function seen(page: Page, part: Locator) {
  const box = await part.boundingBox();
  const foot = await page.getByRole('region', { name: 'Transport' }).boundingBox();
  if (box === null || foot === null) throw new Error('nothing to take a picture of');
  // Nothing is half drawn: two frames have passed since whatever came up.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return { ...box, height: Math.min(box.height, (foot.y > box.y ? foot.y : box.y + box.height) - box.y) };
}

async function takeAll(page: Page, scenes: typeof SCENES, suffix: string): Promise<void> {
  for (const [scene, show] of Object.entries(scenes)) {
    await test.step(scene, async () => {
      const part = await show(page);
      await page.mouse.move(0, 0);
      const clip = await seen(page, part);
      await expect.soft(page).toHaveScreenshot(`${scene}-${suffix}.png`, { ...TOLERANCE, clip });
    });
  }
}

for (const [device, screen] of Object.entries(DEVICES)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test.describe(`${device}, ${colorScheme}`, () => {
      test.use({ ...screen, colorScheme, contextOptions: { reducedMotion: 'reduce' } });

      test('looks as it did', async ({ page, testnet }) => {
        test.slow();
        await testnet.load(SCENARIO);
        await testnet.runUntil({ ms: RUN_TO_MS });
        await stand(page);
        await takeAll(page, SCENES, `${device}-${colorScheme}`);
      });

      test('shards look as they did', async ({ page, testnet }) => {
        test.slow();
        await testnet.load(SHARDS);
        await testnet.runUntil({ ms: RUN_TO_MS });
        await stand(page);
        await takeAll(page, SHARD_SCENES, `${device}-${colorScheme}`);
      });
    });
  }
}
