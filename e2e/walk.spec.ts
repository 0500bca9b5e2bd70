/**
 * One walk through the whole page by somebody who was told nothing, with only what a screen reader would find: no
 * `window.testnet`, no selectors of ours. Why a block was decided; a crash and what comes of it; back; another history; a
 * friend who sees the same.
 */
import { expect, type Page, test } from '@playwright/test';
import { handlesOf } from './handles.ts';

/** What this walk uses beyond the contract's controls. */
function walkOf(page: Page) {
  const handles = handlesOf(page);
  const { line, inspector, step, timeline } = handles;
  const stepUnit = page.getByRole('combobox', { name: 'Step unit' });
  const fingerprint = line.getByRole('button', { name: /^Copy fingerprint / });
  return {
    ...handles,
    fingerprint,
    blocks: page.getByRole('list', { name: 'Blocks' }),
    previous: page.getByRole('button', { name: 'Previous marker' }),
    markerKind: page.getByRole('combobox', { name: 'Marker kind' }),
    /** The part of the inspector under a title. */
    part: (title: string) =>
      inspector.locator('section', { has: page.getByRole('button', { name: title, exact: true }) }).last(),
    /** What the foot of the page says of the whole run so far, by its tooltip: all 64 digits. */
    wholeFingerprint: async () => (await fingerprint.getAttribute('title')) ?? '',
    moment: async () => Number(await timeline.inputValue()),
    /** On from decision to decision, which are the same moments whoever walks. */
    async stepDecisions(count: number): Promise<void> {
      await stepUnit.selectOption('decision');
      for (let i = 0; i < count; i++) {
        const before = await fingerprint.getAttribute('title');
        await step.click();
        await expect(fingerprint).not.toHaveAttribute('title', before ?? '');
      }
    },
  };
}

/** Opens the page at its first moment, paused. */
async function startOver(page: Page): Promise<void> {
  const { line, pause, play, reset } = walkOf(page);
  await expect(line).toContainText('4 of 4 agree');
  await pause.click();
  await expect(play).toBeVisible();
  await reset.click();
  await expect(line).toContainText('0.000 s');
}

test('a newcomer sees why a block is decided, breaks the leader, goes back, and shares another history', async ({
  page,
  context,
}) => {
  await page.goto('./');
  const walk = walkOf(page);
  const { tab, node, inspector, part, line, pause, play, live, timeline, speed, moment } = walk;
  await startOver(page);
  await walk.stepDecisions(6);

  await test.step('a block is decided, and the inspector says by whose votes', async () => {
    await tab('Chain').click();
    await walk.blocks.getByRole('button', { name: /^Block 1, decided by 4 of 4$/ }).click();
    await expect(inspector.getByRole('heading', { name: 'Block 1', exact: true })).toBeVisible();
    await expect(part('Decided by')).toContainText('4 of 4');
    const signed = page.getByRole('list', { name: 'Certificates' }).getByRole('listitem');
    await expect(signed).not.toHaveCount(0);
    for (const entry of await signed.all()) {
      await expect(entry).toContainText(/[34] signed, 3 needed, complete at \d/);
      await expect(entry).toContainText(/v\d v\d v\d/);
    }
    await page.getByRole('button', { name: 'Go to its decision' }).click();
    await expect(line).toContainText(/height [1-9]/);
    await node('v0').click();
    await expect(part('Votes')).toContainText(/3 of 3|4 of 3|[34] of 4|[34]/);
    await expect(part('Votes')).toContainText(/v\d v\d v\d/);
    const decidedAt = await moment();
    await live.click();
    await expect.poll(moment).toBeGreaterThan(decidedAt);
  });

  const beforeCrash = await moment();
  const leader = await test.step('the leader crashes, and another takes its place', async () => {
    const button = walk.network.getByRole('button', { name: /^v\d, primary, / });
    const id = ((await button.getAttribute('aria-label')) ?? '').slice(0, 2);
    await node(id).click();
    await walk.causeFault('Crash');
    await speed.selectOption('25');
    await play.click();
    await expect(node(id)).toHaveAccessibleName(/crashed/);
    await walk.deselect.click();
    await expect(walk.fact('View changes')).toHaveText(/^[1-9]/);
    await pause.click();
    await expect(play).toBeVisible();
    return id;
  });

  await test.step('markers lead back to the view change, to the crash, and to before it', async () => {
    await walk.markerKind.selectOption('viewChange');
    await walk.previous.click();
    await expect(line).toContainText(/view [1-9]/);
    expect(await moment()).toBeGreaterThan(beforeCrash);
    // Who enters the view first need not be its primary.
    await expect(
      walk.network.getByRole('button', { name: /^v\d, .*view [1-9]\d*, height \d+$/ }).first(),
    ).toBeVisible();
    await expect(walk.network.getByRole('button', { name: new RegExp(`^${leader}, `) })).toHaveAccessibleName(
      /crashed/,
    );
    await walk.markerKind.selectOption('fault');
    await walk.previous.click();
    await expect(timeline).toHaveJSProperty('value', String(beforeCrash));
    await walk.markerKind.selectOption('decision');
    await walk.previous.click();
    await expect.poll(moment).toBeLessThan(beforeCrash);
    await expect(node(leader)).not.toHaveAccessibleName(/crashed/);
    await expect(line).toContainText('4 of 4 agree');
  });

  await test.step('from there another history begins, in which the leader lives', async () => {
    await page.getByRole('button', { name: 'Fork here' }).click();
    await expect(live).toBeDisabled();
    await node('v3').click();
    await walk.causeFault('Crash');
    await walk.stepDecisions(9);
    await expect(node(leader)).not.toHaveAccessibleName(/crashed/);
    await expect(node('v3')).toHaveAccessibleName(/crashed/);
    await expect(line).toContainText(/checks hold/);
  });

  const [fingerprint, reached] = [await walk.wholeFingerprint(), await moment()];
  expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  const link = await test.step('the link of it', async () => {
    await walk.share.click();
    const field = page.getByRole('dialog', { name: 'Share' }).getByRole('textbox', { name: 'Link' });
    await expect(field).toHaveValue(/#s=[\w-]+$/);
    return field.inputValue();
  });

  await test.step('opened elsewhere it shows the same run, to the last digit', async () => {
    const friend = await context.newPage();
    await friend.goto(link);
    const there = walkOf(friend);
    await startOver(friend);
    while ((await there.moment()) < reached) await there.stepDecisions(1);
    await expect(there.timeline).toHaveJSProperty('value', String(reached));
    await expect(there.fingerprint).toHaveAttribute('title', fingerprint);
    await expect(there.node('v3')).toHaveAccessibleName(/crashed/);
  });
});
