/** The Search panel: a bug found by itself, shrunk, opened; pausing and cancelling; the gallery of broken variants. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import type { RemoteTestnet } from './remote.ts';

async function openPanel(page: Page, testnet: RemoteTestnet) {
  await testnet.pause();
  await handlesOf(page).tab('Search').click();
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  return {
    button,
    what: page.getByRole('combobox', { name: 'What' }),
    runs: page.getByRole('spinbutton', { name: 'Runs' }),
    start: button('Start search'),
    open: button('Open what was found'),
  };
}

test('a broken variant is found from a plain configuration, shrunk, and opens as a run that violates the same check', async ({
  page,
  testnet,
}) => {
  test.slow();
  const panel = await openPanel(page, testnet);
  await panel.what.selectOption('svbft/votes-not-distinct');
  await panel.start.click();
  await expect(page.getByText(/^Shrunk in \d+ runs/)).toBeVisible({ timeout: 90_000 });
  await expect(page.getByText(/certificates at .* run \d+/)).toBeVisible();
  await expect(panel.button('When did it become inevitable?')).toBeVisible({ timeout: 90_000 });
  await panel.open.click();
  await testnet.pause();
  await testnet.runUntil({ ms: 30_000 }).catch(() => undefined);
  const scenario = await testnet.scenario();
  expect(scenario.protocol.mutant).toBe('votes-not-distinct');
  expect(scenario.faults.length).toBeLessThanOrEqual(1);
  expect((await testnet.checks()).find(({ name }) => name === 'certificates')?.verdict).toBe('violated');
});

test('a search can be paused, goes on, and can be cancelled; the correct protocol gives nothing', async ({
  page,
  testnet,
}) => {
  test.slow();
  const panel = await openPanel(page, testnet);
  await panel.what.selectOption('svbft');
  await panel.runs.fill('5000');
  await panel.start.click();
  await panel.button('Pause search').click();
  await panel.button('Resume search').click();
  await panel.button('Cancel search').click();
  await panel.runs.fill('6');
  await panel.start.click();
  await expect(page.getByText(/Nothing violated in 6 runs/)).toBeVisible({ timeout: 60_000 });
});

test('the gallery: guess which check fires, see it fire, and see the mended twin survive', async ({
  page,
  testnet,
}) => {
  await openPanel(page, testnet);
  const variant = page.getByRole('article', { name: 'votes-not-distinct' });
  await variant.getByRole('combobox', { name: /^Which check fires/ }).selectOption('certificates');
  await variant.getByRole('button', { name: 'Run votes-not-distinct' }).click();
  await expect(variant.getByText('Right: certificates fires.')).toBeVisible({ timeout: 30_000 });
  await expect(variant.getByText(/Mended, under the same script: every check holds/)).toBeVisible({ timeout: 30_000 });
});
