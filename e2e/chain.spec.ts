/** The chain: who has decided what, which votes carry it, forks, and what of it was there at an earlier moment. */
import type { Page } from '@playwright/test';
import type { ScenarioInput } from '../src/scenario/types.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

const SCENARIO: ScenarioInput = {
  name: 'A validator that was away',
  seed: 5,
  protocol: { name: 'svbft', config: { blockTimeMs: 400 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  faults: [{ kind: 'crash', target: 'v3', at: 1_000 }],
};

const blocks = (page: Page) => page.getByRole('list', { name: 'Blocks' }).getByRole('button');
const block = (page: Page, name: RegExp) => page.getByRole('list', { name: 'Blocks' }).getByRole('button', { name });

async function open(page: Page): Promise<void> {
  await handlesOf(page).tab('Chain').click();
  await expect(blocks(page).first()).toBeVisible();
}

test('says of every block who decided it, and who signed its certificates', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 4_000 });
  await open(page);
  const { height, decided } = await testnet.state();
  expect(height).toBeGreaterThan(5);
  for (let at = 1; at <= height; at++) {
    const holders = Object.values(decided).filter((own) => own.some((entry) => entry.height === at)).length;
    await expect(block(page, new RegExp(`^Block ${at}, decided by ${holders} of 4$`))).toHaveCount(1);
  }
  await expect(page.getByRole('list', { name: 'Validators behind' })).toContainText(/v3 \d+ behind, down/);

  await block(page, /^Block 2, /).click();
  const certificates = page.getByRole('list', { name: 'Certificates' });
  for (const kind of ['Prepare', 'Commit']) {
    await expect(certificates.getByRole('listitem').filter({ hasText: `${kind}: ` })).toContainText(
      /[34] signed, 3 needed, complete at \d+\.\d{3} s/,
    );
  }
  const { inspector } = handlesOf(page);
  await expect(inspector.getByRole('heading', { name: 'Block 2' })).toBeVisible();
  await inspector.getByRole('button', { name: 'Open the certificate' }).click();
  await expect(inspector.getByRole('heading', { name: 'Certificate' })).toBeVisible();
});

test('shows the same by validator', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 4_000 });
  await open(page);
  await page.getByRole('combobox', { name: 'View of the chain' }).selectOption({ label: 'By validator' });
  const table = page.getByRole('table', { name: 'Blocks by validator' });
  const { decided } = await testnet.state();
  for (const [id, own] of Object.entries(decided)) {
    if (!id.startsWith('v')) continue;
    const row = table.getByRole('row', { name: new RegExp(`^${id} `) });
    await expect(row.getByRole('cell').filter({ hasText: 'decided' })).toHaveCount(own.length);
  }
  await expect(table.getByRole('rowheader', { name: /^v3 down/ })).toBeVisible();
  await table.getByRole('button', { name: /^3/ }).click();
  await expect(handlesOf(page).inspector.getByRole('heading', { name: 'Block 3' })).toBeVisible();
});

test('a fork stands side by side, marked as a conflict', async ({ page, testnet }) => {
  await testnet.load('mutant-svbft-vc-forgets');
  await testnet.runUntil({ ms: 40_000 }).catch(() => undefined);
  const { decided } = await testnet.state();
  const hashes = new Map<number, Set<string>>();
  for (const { height, hash } of Object.values(decided).flat()) {
    hashes.set(height, (hashes.get(height) ?? new Set()).add(hash));
  }
  const [forked] = [...hashes].find(([, found]) => found.size > 1) ?? [0];
  expect(forked, 'the broken variant decides two blocks for one height').toBeGreaterThan(0);
  await open(page);
  const conflicting = block(page, new RegExp(`^Block ${forked}, decided by \\d of \\d, in conflict$`));
  await expect(conflicting).toHaveCount(2);
  const [first, second] = await Promise.all([conflicting.first().boundingBox(), conflicting.last().boundingBox()]);
  expect(first?.x).toBe(second?.x);
  expect(first?.y).not.toBe(second?.y);
  await conflicting.last().click();
  await expect(handlesOf(page).inspector.getByText('conflicts with another decision')).toBeVisible();
});

test('going back takes away what was not decided yet, and going on brings it again', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 4_000 });
  await open(page);
  const { timeline, live } = handlesOf(page);
  const all = await block(page, /decided by/).count();
  const decisions = (await testnet.trace({ kinds: ['decide'] })).filter((event) => event.kind === 'decide');
  const third = Math.min(...decisions.filter(({ slot }) => slot === 3).map(({ t }) => t));
  await timeline.fill(String(Math.floor(third) * 1_000 - 1_000));
  await expect(block(page, /^Block 3, not decided, \d+ votes$/)).toBeVisible();
  await expect(block(page, /^Block \d+, decided by/)).toHaveCount(2);
  await expect(block(page, /^Block 4/)).toHaveCount(0);
  await live.click();
  await expect(block(page, /decided by/)).toHaveCount(all);
});
