/** A phone in the hand: what leaves the page from there, a presentation on it, and a page that stays where it is. */
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

const FINGER_PX = 44;
const SCENARIO = {
  protocol: { name: 'svbft' },
  seed: 7,
  validators: 4,
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
} as const;

test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

async function expectForFingers(targets: Locator): Promise<void> {
  expect(await targets.count()).toBeGreaterThan(0);
  for (const target of await targets.all()) {
    const box = await target.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0), await target.innerText()).toBeGreaterThanOrEqual(FINGER_PX);
  }
}

async function more(page: Page, item: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'More' }).tap();
  await page.getByRole('menuitem', { name: item }).tap();
}

test('the menu has what a wide page has buttons for, large enough for a finger', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 2_150 });
  await expectForFingers(page.getByRole('banner').getByRole('button'));
  await page.getByRole('button', { name: 'More' }).tap();
  await expect(page.getByRole('menuitem')).toContainText(['Export', 'Present', 'Dark theme', 'Help']);
  await expectForFingers(page.getByRole('menuitem'));
  await page.getByRole('menuitem', { name: 'Dark theme' }).tap();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await more(page, /^Help/);
  await expect(page.getByRole('dialog', { name: 'Help' })).toBeInViewport();
});

test('a trace and a picture can be saved', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 2_150 });
  await more(page, /^Export/);
  const dialog = page.getByRole('dialog', { name: 'Export' });
  for (const [choice, file] of [
    ['Trace, JSON lines', /\.jsonl$/],
    ['Image, SVG', /\.svg$/],
  ] as const) {
    await dialog.getByRole('combobox', { name: 'Format' }).selectOption({ label: choice });
    await expect(dialog.getByRole('heading', { name: choice })).toBeInViewport();
    const save = dialog.getByRole('button', { name: /^Save/ }).or(dialog.getByRole('button', { name: /^Download/ }));
    await save.first().scrollIntoViewIfNeeded();
    const [download] = await Promise.all([page.waitForEvent('download'), save.first().tap()]);
    expect(download.suggestedFilename()).toMatch(file);
  }
});

test('a run is presented, step by step, with everything on the screen', async ({ page, testnet }) => {
  await testnet.load('primary-crash');
  await more(page, /^Present/);
  const show = page.getByRole('region', { name: 'Presentation' });
  const title = show.getByRole('heading', { level: 1 });
  await expect(title).toHaveText('What if the primary dies?');
  for (const control of await show.getByRole('button').all()) await expect(control).toBeInViewport({ ratio: 0.99 });
  await expectForFingers(show.getByRole('button'));
  await show.getByRole('button', { name: 'Next step' }).tap();
  await expect(title).not.toHaveText('What if the primary dies?');
  await show.getByRole('button', { name: 'Leave' }).tap();
  await expect(handlesOf(page).play).toBeVisible();
});

test('the page itself never scrolls, whatever a panel holds', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 4_150 });
  const overflow = () => page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  for (const tab of await page.getByRole('tablist', { name: 'Panels' }).getByRole('tab').all()) {
    await tab.tap();
    await expect(tab).toHaveAttribute('aria-selected', 'true');
    await expect(page.getByRole('tabpanel')).not.toBeEmpty();
    expect(await overflow(), (await tab.textContent()) ?? '').toBeLessThanOrEqual(0);
  }
});

test('what is violated stands first at the foot, with the way to it', async ({ page, testnet }) => {
  const expected = { name: 'an assertion with a name that is longer than any phone is wide', ltl: 'G (height < 2)' };
  await testnet.load({ ...SCENARIO, expect: [expected] });
  await testnet.runUntil({ height: 3 });
  const { line, timeline } = handlesOf(page);
  const jump = line.getByRole('button', { name: /^1 violated: / });
  await expect(jump.getByText(/^Go to \d/)).toBeInViewport({ ratio: 1 });
  await jump.tap();
  await expect(timeline).not.toHaveJSProperty('value', await timeline.getAttribute('max'));
});

/** A phone on its side, desks enlarged to 200 %, a tablet: CSS px. */
const OTHER_SCREENS = [
  { width: 844, height: 390 },
  { width: 720, height: 450 },
  { width: 960, height: 540 },
  { width: 820, height: 1180 },
];
const NODE_PX_MIN = 24;

for (const viewport of OTHER_SCREENS) {
  test.describe(`${viewport.width} × ${viewport.height}`, () => {
    test.use({ viewport });

    test('the network has room beside its panels, and the controls are at hand', async ({ page, testnet }) => {
      await testnet.load(SCENARIO);
      await testnet.runUntil({ ms: 2_150 });
      const { network, play, step, speed, timeline, tab, node } = handlesOf(page);
      for (const control of [play, step, speed, timeline, tab('Inspector')])
        await expect(control).toBeInViewport({ ratio: 0.99 });
      for (const id of ['v0', 'v1', 'v2', 'v3']) {
        await expect(node(id)).toBeInViewport({ ratio: 0.99 });
        const box = await node(id).boundingBox();
        expect(box?.width ?? 0, id).toBeGreaterThan(NODE_PX_MIN);
      }
      const room = await network.boundingBox();
      expect((room?.width ?? 0) * (room?.height ?? 0)).toBeGreaterThan(0.2 * viewport.width * viewport.height);
      await node('v2').tap();
      await expect(page.getByRole('heading', { name: 'v2' })).toBeInViewport();
    });
  });
}
