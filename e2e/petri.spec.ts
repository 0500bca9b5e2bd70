/** The Petri net of the running protocol: tokens at the playhead, keys, steps to go to, a traitor marked, the file. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import type { RemoteTestnet } from './remote.ts';

const SVBFT = {
  seed: 5,
  protocol: { name: 'svbft', config: { blockTimeMs: 500 } },
  validators: 4,
  crypto: { suite: 'modelled:ml-dsa-65' },
  workload: { ratePerSecond: 10 },
  faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'double-vote', at: 1200 }],
  stop: { ms: 20_000 },
};
const RAFT = { ...SVBFT, protocol: { name: 'raft', config: { blockTimeMs: 500 } }, faults: [] };

const netOf = (page: Page) => page.getByRole('region', { name: /^Petri net of/ });
const stepsOf = (page: Page) => page.getByRole('region', { name: /^Steps of/ });

async function open(page: Page, testnet: RemoteTestnet, scenario: unknown, ms: number): Promise<void> {
  await testnet.load(scenario as Parameters<RemoteTestnet['load']>[0]);
  await testnet.runUntil({ ms });
  await handlesOf(page).tab('Petri net').click();
  await expect(netOf(page)).toBeVisible();
}

test('SVBFT: where the tokens lie, step by step, and where the traitor left the net', async ({ page, testnet }) => {
  await open(page, testnet, SVBFT, 5000);
  await handlesOf(page).node('v2').click();
  await expect(netOf(page)).toHaveAccessibleName(
    /^Petri net of v2, height \d+, view 0; .*COMMITs \d tokens?, 3 wanted/,
  );
  const previous = page.getByRole('button', { name: 'Previous height' });
  await previous.click();
  await expect(netOf(page)).toHaveAccessibleName(/fired last: decide; .*decided 1 token/);
  const steps = stepsOf(page).getByRole('listitem');
  await expect(steps.filter({ hasText: 'PREPARE in view 0' })).toHaveCount(1);
  await expect(steps.last()).toContainText('decide in view 0');
  // To the moment at which it committed: it has not decided yet.
  await steps.filter({ hasText: 'COMMIT in view 0' }).getByRole('button').click();
  await expect(netOf(page)).toHaveAccessibleName(/fired last: commit; .*committed 1 token/);
  await expect(netOf(page)).not.toHaveAccessibleName(/decided 1 token/);

  await handlesOf(page).live.click();
  await handlesOf(page).node('v1').click();
  await expect(
    stepsOf(page)
      .getByText(/^Against the net: without "may prepare" \(0 of 1\)/)
      .first(),
  ).toBeVisible();
});

test('Raft: an index is shown with the election that led to it, by keyboard, and saved as PNML', async ({
  page,
  testnet,
}) => {
  await open(page, testnet, RAFT, 6000);
  const name = /^Petri net of v0, index \d+, term 1; .*committed 1 token/;
  await page.getByRole('button', { name: 'Previous index' }).click();
  await expect(netOf(page)).toHaveAccessibleName(name);
  await expect(stepsOf(page).getByRole('listitem').first()).toContainText(/VOTE in term 1/);
  await expect(stepsOf(page).getByRole('listitem').last()).toContainText('decide in term 1');

  // The arrow keys go from node to node, each explained; the playhead stays.
  const before = await handlesOf(page).timeline.inputValue();
  await netOf(page).focus();
  const captions = new Set<string>();
  const caption = page.locator('p[aria-live=polite][data-shown=true]');
  for (let i = 0; i < 17; i++) {
    await page.keyboard.press('ArrowRight');
    captions.add((await caption.textContent()) ?? '');
  }
  expect(captions.size).toBe(17);
  expect([...captions].join('\n')).toContain('Gives its one vote of this term to a candidate.');
  expect(await handlesOf(page).timeline.inputValue()).toBe(before);
  await page.keyboard.press('Escape');
  await expect(caption).toHaveCount(0);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'PNML' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('raft-4.pnml');
  const text = await readFile(await file.path(), 'utf8');
  expect(text).toContain('http://www.pnml.org/version-2009/grammar/ptnet');
  expect(text).toContain('id="vote.v3.e1.from-e0');
});

test('PBFT, Paxos and Tendermint have one too', async ({ page, testnet }) => {
  for (const name of ['pbft', 'paxos', 'tendermint']) {
    await open(page, testnet, { ...SVBFT, protocol: { name, config: {} }, faults: [] }, 3500);
    await expect(netOf(page), name).toHaveAccessibleName(/^Petri net of v0, .*fired last/);
  }
});
