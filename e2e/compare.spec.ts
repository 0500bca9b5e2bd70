/** Several protocols side by side, from the panel to the link that runs it again. */
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { devices, type Page } from '@playwright/test';
import { complaintsOf } from './complaints.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

const RUNS_MS = 60_000;

function partsOf(page: Page) {
  const dialog = page.getByRole('dialog', { name: 'Protocols side by side' });
  const overview = dialog.getByRole('region', { name: 'All rows' });
  return {
    dialog,
    overview,
    full: dialog.getByRole('region', { name: 'One row in full' }),
    form: page.getByRole('form', { name: 'Comparison' }),
    start: page.getByRole('button', { name: 'Start comparison' }),
    /** A cell of the overview by its row and the protocol's title. */
    async cell(row: string, title: string): Promise<string> {
      const titles = await overview.getByRole('columnheader').allInnerTexts();
      const column = titles.findIndex((text) => text.startsWith(title));
      const cells = overview.getByRole('row').filter({ has: page.getByRole('rowheader', { name: row, exact: true }) });
      return cells.getByRole('cell').nth(column).innerText();
    },
  };
}

test('Raft falls to a liar, PBFT does not: chosen in the panel', async ({ page, testnet }) => {
  await testnet.runUntil({ height: 1 });
  const before = await testnet.fingerprint();
  await handlesOf(page).tab('Compare').click();
  const { form, start, dialog, overview, cell } = partsOf(page);
  await form.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Raft falls to a liar, PBFT does not' });
  await start.click();
  await expect(dialog).toBeVisible({ timeout: RUNS_MS });
  await expect(overview.getByRole('row')).toHaveCount(4);
  expect(await cell('the leader lies', 'Raft')).toContain('agreement');
  expect(await cell('the leader lies', 'Raft')).toContain('beyond its model');
  expect(await cell('the leader lies', 'PBFT')).toContain('safe, goes on');
  expect(await cell('the leader crashes', 'Raft')).toContain('safe, goes on');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  // The run on screen was not touched.
  expect(await testnet.fingerprint()).toBe(before);
  await page.getByRole('button', { name: 'Show the table' }).click();
  await expect(dialog).toBeVisible();
});

test.describe('a link', () => {
  test.use({ hash: '#compare=n-squared' });

  test('runs a comparison, whose files say what the table says', async ({ page, testnet }) => {
    test.slow();
    await testnet.pause();
    const { dialog, overview, full, cell } = partsOf(page);
    await expect(dialog).toBeVisible({ timeout: RUNS_MS });
    await expect(overview.getByRole('img', { name: /by number of validators/ })).toBeVisible();
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Save as JSON' }).click();
    const saved = JSON.parse(await readFile(await (await download).path(), 'utf8')) as {
      readonly format: string;
      readonly columns: readonly { readonly title: string }[];
      readonly rows: readonly {
        readonly label: string;
        readonly cells: readonly { readonly messages: number; readonly decisions: number }[];
      }[];
    };
    expect(saved.format).toBe('testnet-comparison/1');
    for (const { label, cells } of saved.rows) {
      for (const [column, { messages, decisions }] of cells.entries()) {
        const shown = await cell(label, saved.columns[column]?.title ?? '');
        expect(shown.replaceAll('\u202f', '')).toContain((messages / decisions).toFixed(1));
      }
    }
    await overview.getByRole('combobox', { name: 'Measure' }).selectOption({ label: 'Verdict' });
    expect(await cell('n = 4', saved.columns[0]?.title ?? '')).toContain('safe, goes on');
    await full.getByRole('combobox', { name: 'In full' }).selectOption('n = 4');
    await full
      .getByRole('button', { name: /^Open this run of / })
      .first()
      .click();
    await expect(dialog).toHaveCount(0);
    expect((await testnet.scenario()).name).toBe('n² against n');
  });
});

test.describe('the scenario at hand', () => {
  test.use({ hash: '#preset=raft-leader-crash&compare=raft,pbft' });

  test('is compared, and its link compares it again', async ({ page, context, testnet }) => {
    test.slow();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']).catch(() => undefined);
    await testnet.pause();
    const { dialog, full } = partsOf(page);
    await expect(dialog).toBeVisible({ timeout: RUNS_MS });
    const figures = await full.getByRole('table').innerText();
    await dialog.getByRole('button', { name: 'Copy link to this comparison' }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(new URL(link).hash).toMatch(/^#s=[\w-]+&compare=raft,pbft$/);
    const other = await context.newPage();
    await other.goto(link);
    await expect(partsOf(other).dialog).toBeVisible({ timeout: RUNS_MS });
    expect(await partsOf(other).full.getByRole('table').innerText()).toBe(figures);
  });
});

test.describe('an address that asks for nonsense', () => {
  test.use({ hash: '#compare=raft,frog' });

  test('is refused where the comparison would stand, and the page goes on', async ({ page, testnet }) => {
    await expect(page.getByRole('alert').filter({ hasText: 'found "raft,frog"' })).toBeVisible();
    await testnet.runUntil({ height: 1 });
  });
});

test('a comparison under way can be cancelled, and says so', async ({ page }) => {
  const complaints = await complaintsOf(page);
  await page.goto('./');
  await handlesOf(page).tab('Compare').click();
  const { start, dialog, form } = partsOf(page);
  await form.getByRole('combobox', { name: 'Third protocol' }).selectOption('');
  await form.getByRole('combobox', { name: 'Second protocol' }).selectOption({ index: 0 });
  await form.getByRole('combobox', { name: 'First protocol' }).selectOption({ index: 0 });
  await expect(start).toBeDisabled();
  await expect(form).toContainText('Choose each protocol once.');
  await form.getByRole('combobox', { name: 'Second protocol' }).selectOption({ index: 1 });
  await start.click();
  await page.getByRole('button', { name: 'Cancel comparison' }).click();
  await expect(start).toBeEnabled();
  await expect(dialog).toHaveCount(0);
  expect(complaints).toEqual([]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`in the ${colorScheme}`, () => {
    test.use({ colorScheme, hash: '#compare=f-and-f-plus-one' });
    test('axe finds nothing in form and table', async ({ page, testnet }) => {
      test.slow();
      await testnet.pause();
      const { dialog } = partsOf(page);
      await expect(dialog).toBeVisible({ timeout: RUNS_MS });
      const findings = async (): Promise<string[]> => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
      };
      expect(await findings(), 'the table').toEqual([]);
      await page.keyboard.press('Escape');
      await expect(dialog).toHaveCount(0);
      expect(await findings(), 'the form').toEqual([]);
    });
  });
}

test.describe('on a phone', () => {
  const { viewport, userAgent, deviceScaleFactor, isMobile, hasTouch } = devices['Pixel 7'];
  test.use({ viewport, userAgent, deviceScaleFactor, isMobile, hasTouch, hash: '#compare=one-slow-node' });

  test('the table scrolls by itself, not the page', async ({ page, testnet }) => {
    await testnet.pause();
    const { dialog } = partsOf(page);
    await expect(dialog).toBeVisible({ timeout: RUNS_MS });
    const overflow = await dialog.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(overflow).toBeLessThanOrEqual(1);
    await dialog.getByRole('button', { name: 'Close' }).tap();
    await expect(page.getByRole('tab', { name: 'Compare' })).toHaveAttribute('aria-selected', 'true');
  });
});
