/** Several histories of one run: kept in a tree, gone on with, compared, there again after a reload. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import { remoteTestnet, testnetReady } from './remote.ts';

const SCENARIO = {
  name: 'Two ways on',
  seed: 5,
  protocol: { name: 'svbft', config: { blockTimeMs: 400 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
} as const;

function branchesOf(page: Page) {
  const tree = page.getByRole('list', { name: 'Branches of this run' });
  return {
    tree,
    item: (title: string) => tree.getByRole('listitem').filter({ has: page.getByText(title, { exact: true }) }),
    button: (name: string) => page.getByRole('button', { name, exact: true }),
  };
}

test('a fork keeps the run it leaves, and each goes on where it was left', async ({ page, testnet }) => {
  const { tab, timeline, line } = handlesOf(page);
  const { tree, item, button } = branchesOf(page);
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 4_000 });
  const fingerprint = await testnet.fingerprint();
  await tab('Branches').click();
  await expect(tree.getByRole('listitem')).toHaveCount(1);
  await timeline.fill('1500000');
  await button('Fork at the playhead').click();
  await expect(tree.getByRole('listitem')).toHaveCount(2);
  await expect(item('From 1.500 s')).toContainText('at hand');
  await testnet.inject({ kind: 'crash', target: 'v0' });
  await testnet.runUntil({ ms: 3_000 });

  await button('Switch to Two ways on').click();
  await expect(item('Two ways on')).toContainText('at hand');
  await expect(line).toContainText('4.000 s');
  expect(await testnet.fingerprint()).toBe(fingerprint);

  await test.step('side by side they part at the fork', async () => {
    await button('Compare').click();
    const dialog = page.getByRole('dialog', { name: 'Two runs side by side' });
    await expect(dialog.getByRole('status')).toContainText('The first difference is at 1.500 s');
    await expect(dialog.getByRole('row', { name: /first difference/ })).toContainText('fault: v0 crashes');
    await dialog.getByRole('button', { name: 'Go to the first difference' }).click();
    await expect(timeline).toHaveAttribute('aria-valuetext', '1.500 s');
  });
});

test('another seed is compared with the run at hand', async ({ page, testnet }) => {
  const { tab } = handlesOf(page);
  const { button } = branchesOf(page);
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 2_000 });
  await tab('Branches').click();
  await page.getByRole('combobox', { name: 'Right' }).selectOption('seed');
  await page.getByRole('spinbutton', { name: 'Seed' }).last().fill('77');
  await button('Compare').click();
  const dialog = page.getByRole('dialog', { name: 'Two runs side by side' });
  await expect(dialog.getByRole('status')).toContainText('The first difference is at ');
  await expect(dialog.getByRole('columnheader', { name: 'seed 77' }).first()).toBeVisible();
  await expect(dialog.getByRole('table', { name: 'Decisions' })).toBeVisible();
});

test('names, deleting and undo; the tree is there again after a reload', async ({ page, testnet }) => {
  const { tab } = handlesOf(page);
  const { tree, item, button } = branchesOf(page);
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 3_000 });
  await testnet.fork({ atMs: 1_000 });
  await testnet.runUntil({ ms: 2_000 });
  await testnet.fork({ atMs: 1_600 });
  await testnet.runUntil({ ms: 2_500 });
  await testnet.pause();
  await tab('Branches').click();
  await expect(tree.getByRole('listitem')).toHaveCount(3);

  await button('Rename From 1.000 s').click();
  await page.getByRole('textbox', { name: 'Name of the branch' }).fill('the short one');
  await button('Save').click();
  await expect(item('the short one')).toBeVisible();

  await button('Delete the short one').click();
  await expect(tree.getByRole('listitem')).toHaveCount(2);
  await button('Undo').click();
  await expect(tree.getByRole('listitem')).toHaveCount(3);
  await button('Delete Two ways on').click();
  await expect(tree.getByRole('listitem')).toHaveCount(2);

  await page.reload();
  await testnetReady(page);
  await expect(tree.getByRole('listitem')).toHaveCount(2);
  await expect(item('From 1.600 s')).toContainText('at hand');
  await button('Switch to the short one').click();
  await expect(item('the short one')).toContainText('at hand');
  expect((await remoteTestnet(page).state()).timeMs).toBe(2_000);
});
