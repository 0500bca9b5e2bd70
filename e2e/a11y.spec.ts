/** The page without a mouse, without colours, without motion, on a phone, in the dark; and the handles that users rely on. */
import AxeBuilder from '@axe-core/playwright';
import { devices, type Locator, type Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

test('every control of the contract has its role and its name', async ({ page }) => {
  await page.goto('./');
  const {
    pause,
    step,
    reset,
    share,
    snapshot,
    protocol,
    validators,
    speed,
    scenario,
    timeline,
    network,
    status,
    node,
  } = handlesOf(page);
  const all = [pause, step, reset, share, snapshot, protocol, validators, speed, scenario, timeline, network];
  for (const handle of all) {
    await expect(handle).toHaveCount(1);
    await expect(handle).toBeVisible();
  }
  await expect(status).toHaveCount(1);
  await expect(network.getByRole('button', { name: /^v\d, (primary|validator), view \d+, height \d+$/ })).toHaveCount(
    4,
  );
  await expect(node('c0')).toHaveAccessibleName('c0, client');
  await pause.click();
  await expect(handlesOf(page).play).toBeVisible();
  await node('v0').click();
  await expect(node('v0')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('button', { name: 'Faults', exact: true })).toBeVisible();
});

test('nothing that can be operated is nameless, whatever is open', async ({ page }) => {
  await page.goto('./');
  const { tab, node, line } = handlesOf(page);
  await expect(line).toContainText('height 2');
  const nameless = () =>
    page.locator('button, select, input, textarea, a, [role=tab], [role=menuitem], [role=slider]').evaluateAll((all) =>
      all
        .filter((element) => {
          const labels = (element as HTMLInputElement).labels ?? [];
          const names = [element.getAttribute('aria-label'), element.textContent, element.getAttribute('title')];
          return [...names, ...[...labels].map((label) => label.textContent)].every((name) => !name?.trim());
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    );
  for (const name of ['Faults', 'Checks', 'Snapshots', 'Scenarios', 'Metrics', 'Events', 'Chain']) {
    await tab(name).click();
    expect(await nameless(), name).toEqual([]);
  }
  await node('v1').click();
  await page.getByRole('button', { name: 'Faults', exact: true }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  expect(await nameless()).toEqual([]);
});

test('the keyboard plays, steps, goes back, helps and deselects', async ({ page, testnet }) => {
  const { pause, play, node, timeline, live, inspector } = handlesOf(page);
  const status = async () => (await testnet.state()).status;
  await expect(pause).toBeVisible();
  await page.keyboard.press('Space');
  await expect(play).toBeVisible();
  expect(await status()).toBe('paused');
  await page.keyboard.press('.');
  await expect(pause).toBeVisible();
  await page.keyboard.press('Space');
  await expect(play).toBeVisible();

  const delivered = async () => (await testnet.trace({ kinds: ['deliver'] })).length;
  const shown = async () => Number(await timeline.inputValue());
  const before = { delivered: await delivered(), shown: await shown() };
  await page.keyboard.press('ArrowRight');
  await expect.poll(delivered).toBe(before.delivered + 1);
  await expect.poll(shown).toBeGreaterThan(before.shown);
  const head = await shown();
  await page.keyboard.press('ArrowLeft');
  await expect(live).toBeEnabled();
  await expect.poll(shown).toBeLessThan(head);

  await node('v2').focus();
  await page.keyboard.press('Enter');
  await expect(inspector.getByRole('heading', { name: 'v2' })).toBeVisible();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Help' });
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(inspector.getByRole('heading', { name: 'v2' })).toHaveCount(0);
});

test('keys typed into a field are text', async ({ page, testnet }) => {
  const { pause } = handlesOf(page);
  await expect(pause).toBeVisible();
  await page.getByRole('textbox', { name: 'Seed' }).focus();
  await page.keyboard.type(' .?f');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect((await testnet.state()).status).toBe('playing');
});

test('the fault menu works by keyboard and gives the focus back', async ({ page, testnet }) => {
  const { node, pause } = handlesOf(page);
  await pause.click();
  await node('v3').focus();
  await page.keyboard.press('Enter');
  const menuButton = page.getByRole('button', { name: 'Faults', exact: true });
  await menuButton.focus();
  await page.keyboard.press('Enter');
  const items = page.getByRole('menuitem');
  await expect(items.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(items.nth(1)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(items).toHaveCount(0);
  await expect(menuButton).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await testnet.scenario()).faults).toMatchObject([{ kind: 'crash', target: 'v3' }]);
});

test('the status region announces height, view and violations', async ({ page, testnet }) => {
  const { status } = handlesOf(page);
  await expect(status).toHaveAttribute('aria-live', 'polite');
  await expect(status).toHaveText(/^height [1-9]\d*, view \d+, no violations$/);
  await testnet.load('mutant-votes-not-distinct');
  await testnet.runUntil({ ms: 11_000 });
  await expect(status).toHaveText(/ violated/);
});

/** Whether the page is wider than its window, and what sticks out. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document.documentElement.scrollWidth <= innerWidth
      ? []
      : [...document.querySelectorAll('body *')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.outerHTML.slice(0, 100)),
  );
}

test.describe('on a phone', () => {
  const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['Pixel 7'];
  test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch });

  test('everything can be reached by touch, and nothing sticks out', async ({ page, testnet }) => {
    const { node, tab, pause, play, timeline, line, share } = handlesOf(page);
    await expect(line).toContainText(/height [1-9]/);
    expect(await sticksOut(page)).toEqual([]);
    for (const name of ['Scenarios', 'Faults', 'Checks', 'Chain', 'Metrics', 'Events', 'Snapshots', 'Inspector']) {
      await tab(name).tap();
      await expect(tab(name)).toHaveAttribute('aria-selected', 'true');
      expect(await sticksOut(page), name).toEqual([]);
    }
    await pause.tap();
    await expect(play).toBeInViewport();
    await expect(timeline).toBeInViewport();
    // Whoever chooses a tab: the strip shows which one it is.
    await tab('Snapshots').tap();
    await node('v1').tap();
    await expect(tab('Inspector')).toHaveAttribute('aria-selected', 'true');
    await expect(tab('Inspector')).toBeInViewport({ ratio: 1 });
    await page.getByRole('button', { name: 'Faults', exact: true }).tap();
    await page.getByRole('menuitem', { name: /^Crash Stops/ }).tap();
    await expect.poll(async () => (await testnet.scenario()).faults).toHaveLength(1);
    await share.tap();
    await expect(page.getByRole('dialog', { name: 'Share' })).toBeInViewport();
  });

  test('its controls are large enough for a finger', async ({ page }) => {
    await page.goto('./');
    const { pause, step, node, share, snapshot } = handlesOf(page);
    for (const handle of [pause, step, node('v0'), share, snapshot]) {
      const box = await handle.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), (await handle.textContent()) ?? '').toBeGreaterThanOrEqual(
        24,
      );
    }
  });
});

test.describe('with reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('nothing moves by itself but what the run does', async ({ page, testnet }) => {
    const { line, pause } = handlesOf(page);
    await expect(line).toContainText(/height [1-9]/);
    const animations = () =>
      page.evaluate(
        () =>
          document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().activeDuration) > 50)
            .length,
      );
    expect(await animations()).toBe(0);
    await pause.click();
    await expect(testnet).toAgree();
    expect(await animations()).toBe(0);
  });
});

/** Relative luminance of WCAG 2 from an `rgb()` or `color(srgb …)` text. */
function luminance(colour: string): number {
  const numbers = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const scale = colour.startsWith('color') ? 1 : 255;
  const linear = numbers.map((value) => {
    const share = value / scale;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = linear;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of an element's text with the first opaque background behind it. */
async function contrastOf(element: Locator): Promise<number> {
  const [ink, ground] = await element.evaluate((start) => {
    let behind: Element | null = start;
    const isClear = (colour: string) => colour === 'transparent' || /[,/] ?0\)$/.test(colour);
    while (behind !== null && isClear(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
    return [getComputedStyle(start).color, getComputedStyle(behind ?? document.body).backgroundColor] as const;
  });
  const [a, b] = [luminance(ink), luminance(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in the ${colorScheme}`, () => {
    test.use({ colorScheme });

    test('text stands out from its ground', async ({ page }) => {
      await page.goto('./');
      const { inspector, line, fact, tab, share } = handlesOf(page);
      await expect(fact('Nodes')).toBeVisible();
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(luminance(ground) > 0.5).toBe(colorScheme === 'light');
      const texts = [
        inspector.getByRole('heading', { level: 2 }),
        fact('Blocks'),
        tab('Events'),
        share,
        line.locator('span').first(),
      ];
      for (const text of texts) expect(await contrastOf(text), await text.innerText()).toBeGreaterThan(4.5);
    });
  });
}

test('the theme can be chosen and is remembered', async ({ page }) => {
  await page.goto('./');
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Dark theme' }).click();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await expect.poll(ground).toBe(dark);
  await page.getByRole('button', { name: 'Light theme' }).click();
  await expect.poll(ground).toBe(light);
});

test('a dialog gives the focus back to what opened it, and a form keeps it', async ({ page, testnet }) => {
  await testnet.runUntil({ height: 2 });
  const { share, tab } = handlesOf(page);
  for (const opener of [share, page.getByRole('button', { name: 'Export', exact: true })]) {
    await opener.click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await expect(opener).toBeFocused();
  }
  await tab('Checks').click();
  const formula = page.getByRole('combobox', { name: 'Formula' });
  await formula.fill('F decide');
  await page.getByRole('button', { name: 'Add formula' }).click();
  await expect(formula).toHaveValue('');
  await expect(formula).toBeFocused();
});

test('what is broken while time stands still is said to begin when it goes on', async ({ page, testnet }) => {
  await testnet.runUntil({ height: 2 });
  const { node, causeFault } = handlesOf(page);
  await node('v1').click();
  await causeFault('Crash');
  await expect(page.getByText('Put in by hand: v1 crashes, as soon as time goes on')).toBeVisible();
});

/** What axe finds on the page as it is, a line each. */
async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`axe in the ${colorScheme}`, () => {
    test.use({ colorScheme });
    test.slow();

    test('finds nothing, whatever is open', async ({ page, testnet }) => {
      const { tab, node, inspector, help } = handlesOf(page);
      await testnet.load('primary-crash');
      await testnet.runUntil({ ms: 7_000 });
      expect(await axeFindings(page), 'start').toEqual([]);
      await tab('Faults').click();
      await page.getByRole('button', { name: 'Link matrix', exact: true }).click();
      await tab('Metrics').click();
      await node('v1').click();
      await expect(page.getByRole('figure').first()).toBeVisible();
      expect(await axeFindings(page), 'faults, metrics, a node').toEqual([]);
      await tab('Checks').click();
      await tab('Events').click();
      await node('c0').click();
      await inspector.getByRole('button', { name: 'Send a transfer' }).click();
      await expect(inspector.getByRole('heading', { name: 'Transaction' })).toBeVisible();
      expect(await axeFindings(page), 'checks, events, a transaction').toEqual([]);
      await tab('Petri net').click();
      await expect(page.getByRole('region', { name: /^Petri net of/ })).toBeVisible();
      await page.getByRole('region', { name: /^Petri net of/ }).focus();
      await page.keyboard.press('ArrowRight');
      expect(await axeFindings(page), 'a Petri net').toEqual([]);
      await help.click();
      await expect(page.getByRole('dialog', { name: 'Help' })).toBeVisible();
      expect(await axeFindings(page), 'help').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Present', exact: true }).click();
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('What if the primary dies?');
      expect(await axeFindings(page), 'a presentation').toEqual([]);
    });
  });
}

test.describe('axe on a phone', () => {
  const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['Pixel 7'];
  test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch });

  test('finds nothing', async ({ page, testnet }) => {
    await testnet.runUntil({ height: 2 });
    await handlesOf(page).tab('Faults').tap();
    expect(await axeFindings(page)).toEqual([]);
  });
});
