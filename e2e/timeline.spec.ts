/** The timeline: marks that can be jumped between, a playhead that goes back, and histories that begin there. */
import type { Page } from '@playwright/test';
import type { ScenarioInput } from '../src/scenario/types.ts';

import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';
import type { RemoteTestnet } from './remote.ts';

/** A crash that is repaired, a view change, and a primary that lies until somebody holds proof. */
const SCENARIO: ScenarioInput = {
  name: 'Marks of every kind',
  seed: 11,
  protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 1_000 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  faults: [
    { kind: 'crash', target: 'v1', at: 700, until: 3_000 },
    { kind: 'byzantine', target: 'v3', behaviour: 'equivocate', at: 4_000 },
  ],
};
const RUN_TO_MS = 12_000;

type Kind = 'decision' | 'view change' | 'fault' | 'heal' | 'evidence' | 'violation';

/** When something of a kind happened, virtual µs, ascending, each moment once: from the public trace and the checks. */
async function momentsOf(testnet: RemoteTestnet, kind: Kind): Promise<readonly number[]> {
  const micros = (ms: number): number => Math.round(ms * 1_000);
  if (kind === 'violation') {
    const checks = await testnet.checks();
    return sorted(
      checks.flatMap(({ atMs, verdict }) => (verdict === 'violated' && atMs !== null ? [micros(atMs)] : [])),
    );
  }
  const events = await testnet.trace({ kinds: ['decide', 'fault', 'heal', 'evidence', 'state'], limit: 1_000_000 });
  const seen = new Set<string>();
  const epochs = new Map<string, number>();
  const found: number[] = [];
  for (const event of events) {
    if (kind === 'decision' && event.kind === 'decide' && !seen.has(`${event.slot}`)) {
      seen.add(`${event.slot}`);
      found.push(micros(event.t));
    }
    if ((kind === 'fault' || kind === 'heal') && event.kind === kind) found.push(micros(event.t));
    if (kind === 'evidence' && event.kind === 'evidence') found.push(micros(event.t));
    if (kind === 'view change' && event.kind === 'state' && event.node.startsWith('v')) {
      const [view, height] = [Number(event.fields['epoch']), Number(event.fields['height'])];
      const before = epochs.get(event.node);
      epochs.set(event.node, view);
      if (before === undefined || view <= before || seen.has(`${height} ${view}`)) continue;
      seen.add(`${height} ${view}`);
      found.push(micros(event.t));
    }
  }
  return sorted(found);
}

const sorted = (times: readonly number[]): readonly number[] => [...new Set(times)].sort((a, b) => a - b);

/** Walks over all marks of a kind, backwards from the head and forwards again. */
async function walk(page: Page, kind: Kind, moments: readonly number[]): Promise<void> {
  const { timeline, live } = handlesOf(page);
  const jump = (name: 'Previous marker' | 'Next marker') => page.getByRole('button', { name, exact: true });
  const at = (micros: number) =>
    expect(timeline, `${kind} at ${micros} µs`).toHaveAttribute('aria-valuetext', `${(micros / 1e6).toFixed(3)} s`);
  await page.getByRole('combobox', { name: 'Marker kind' }).selectOption({ label: kind });
  if (await live.isEnabled()) await live.click();
  const last = moments.slice(-4);
  for (const moment of last.toReversed()) {
    await jump('Previous marker').click();
    await at(moment);
  }
  for (const moment of last.slice(1)) {
    await jump('Next marker').click();
    await at(moment);
  }
  await jump('Next marker').click();
  await at(last.at(-1) as number);
}

test('jumps between marks of each kind, both ways, and stays where there is no further one', async ({
  page,
  testnet,
}) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: RUN_TO_MS });
  for (const kind of ['decision', 'view change', 'fault', 'heal'] as const) {
    const moments = await momentsOf(testnet, kind);
    expect(moments.length, kind).toBeGreaterThan(0);
    await walk(page, kind, moments);
  }
});

test('leads to the moment a check was violated', async ({ page, testnet }) => {
  await testnet.load('mutant-svbft-vc-forgets');
  await testnet.runUntil({ ms: 40_000 }).catch(() => undefined);
  const violations = await momentsOf(testnet, 'violation');
  expect(violations.length).toBeGreaterThan(0);
  await walk(page, 'violation', violations);
});

test('leads to the evidence, once for each pair of statements', async ({ page, testnet }) => {
  await testnet.load('equivocating-primary');
  await testnet.runUntil({ ms: 20_000 }).catch(() => undefined);
  const evidence = (await momentsOf(testnet, 'evidence')).map((micros) => (micros / 1e6).toFixed(3));
  expect(evidence.length).toBeGreaterThan(1);
  const { timeline } = handlesOf(page);
  const shown = () => timeline.getAttribute('aria-valuetext');
  await page.getByRole('combobox', { name: 'Marker kind' }).selectOption({ label: 'evidence' });
  let before = await shown();
  for (let jump = 0; jump < 2; jump++) {
    await page.getByRole('button', { name: 'Previous marker', exact: true }).click();
    await expect.poll(shown).not.toBe(before);
    before = await shown();
    expect(evidence.map((seconds) => `${seconds} s`)).toContain(before);
  }
});

test('goes back by keyboard; every view follows; Live returns', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: RUN_TO_MS });
  const { timeline, live, line, node } = handlesOf(page);
  const { height } = await testnet.state();
  await timeline.focus();
  await page.keyboard.press('Home');
  await expect(timeline).toHaveAttribute('aria-valuetext', '0.000 s');
  await expect(line).toContainText('height 0');
  await expect(node('v0')).toHaveAccessibleName(/height 0$/);
  await timeline.fill('1000000');
  await expect(node('v1')).toHaveAccessibleName(/crashed|down/);
  await expect(page.getByText('back 11.00 s')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Fork here' })).toBeVisible();
  await live.click();
  await expect(line).toContainText(`height ${height}`);
  await expect(live).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Fork here' })).toHaveCount(0);
});

test('another history begins where the playhead stands', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: RUN_TO_MS });
  const before = await testnet.fingerprint();
  const { timeline } = handlesOf(page);
  await timeline.fill('2000000');
  await page.getByRole('button', { name: 'Fork here' }).click();
  await expect.poll(async () => (await testnet.state()).timeMs).toBeLessThan(RUN_TO_MS);
  await testnet.pause();
  expect((await testnet.state()).timeMs).toBeGreaterThanOrEqual(2_000);
  // Nothing else was done: the same history once more.
  await testnet.runUntil({ ms: RUN_TO_MS });
  expect(await testnet.fingerprint()).toBe(before);
});

test('shows less or more of the run', async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: RUN_TO_MS });
  const { timeline } = handlesOf(page);
  const shownMicros = async () =>
    Number(await timeline.getAttribute('max')) - Number(await timeline.getAttribute('min'));
  expect(await shownMicros()).toBe(RUN_TO_MS * 1_000);
  await page.getByRole('button', { name: 'Show less of the timeline' }).click();
  await expect.poll(shownMicros).toBe((RUN_TO_MS * 1_000) / 2);
  await page.getByRole('button', { name: 'Show the whole run' }).click();
  await expect.poll(shownMicros).toBe(RUN_TO_MS * 1_000);
});
