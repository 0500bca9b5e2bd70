/** The space-time diagram: reading a run by picture, by table and by keys. */
import type { ScenarioInput } from '../src/scenario/types.ts';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

const SCENARIO: ScenarioInput = {
  name: 'A crash and lost copies',
  seed: 5,
  protocol: { name: 'svbft', config: { blockTimeMs: 400 } },
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { loss: 0.05 },
  faults: [{ kind: 'crash', target: 'v3', at: 1_000, until: 2_000 }],
};

/** Coloured pixels of the diagram's canvas: 0 while it is empty. */
function inkOf(canvas: HTMLCanvasElement): number {
  const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
  let ink = 0;
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 0) ink++;
  return ink;
}

test.beforeEach(async ({ page, testnet }) => {
  await testnet.load(SCENARIO);
  await testnet.runUntil({ ms: 4_000 });
  await handlesOf(page).tab('Space-time').click();
});

test('draws the run and follows the playhead until somebody moves it', async ({ page, testnet }) => {
  const diagram = page.getByRole('application', { name: 'Diagram' });
  const follow = page.getByRole('button', { name: 'Follow playhead' });
  await expect.poll(() => diagram.locator('canvas').evaluate(inkOf)).toBeGreaterThan(2_000);
  await expect(diagram).toHaveAccessibleDescription(/\d\.\d{3} s to 4\.000 s: \d+ messages/);
  await expect(follow).toHaveAttribute('aria-pressed', 'true');
  await testnet.runUntil({ ms: 6_000 });
  await expect(diagram).toHaveAccessibleDescription(/to 6\.000 s: /);
  await diagram.focus();
  await page.keyboard.press('Home');
  await expect(follow).toHaveAttribute('aria-pressed', 'false');
  await expect(diagram).toHaveAccessibleDescription(/^0\.000 s to /);
  await page.keyboard.press('End');
  await expect(diagram).toHaveAccessibleDescription(/to 6\.000 s: /);
});

test('zooms by buttons, keys and wheel, and pans by dragging', async ({ page }) => {
  const diagram = page.getByRole('application', { name: 'Diagram' });
  const box = await diagram.boundingBox();
  if (box === null) throw new Error('the diagram is not on screen');
  const spanOf = async (): Promise<number> => {
    const text =
      (await diagram.evaluate(
        (element) => document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent,
      )) ?? '';
    const [, from = '0', until = '0'] = /^([\d.]+) s to ([\d.]+) s/.exec(text) ?? [];
    return Number(until) - Number(from);
  };
  await diagram.focus();
  await page.keyboard.press('Home');
  await expect(diagram).toHaveAccessibleDescription(/^0\.000 s to /);
  const before = await spanOf();
  await page.getByRole('button', { name: 'Zoom in', exact: true }).last().click();
  await expect.poll(spanOf).toBeLessThan(before);
  await page.keyboard.press('-');
  await diagram.focus();
  await page.keyboard.press('-');
  await expect.poll(spanOf).toBeGreaterThan(before * 0.9);
  await page.mouse.move(box.x + 300, box.y + 60);
  await page.mouse.wheel(0, 200);
  await expect(diagram).not.toHaveAccessibleDescription(/^0\.000 s to /);
  await page.mouse.down();
  // Time runs across in a low panel.
  await page.mouse.move(box.x + 1_300, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await expect(diagram).toHaveAccessibleDescription(/^0\.000 s to /);
});

test('says the same in a table; a row opens the message and shows its causes and effects', async ({ page }) => {
  const { inspector } = handlesOf(page);
  await page.getByRole('combobox', { name: 'Folding' }).selectOption('none');
  await page.getByRole('application', { name: 'Diagram' }).focus();
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: 'Show table' }).click();
  const table = page.getByRole('region', { name: 'In view' });
  const prepare = table.getByRole('row').filter({ hasText: 'Prepare (first vote)' }).first();
  await expect(prepare).toContainText(/v\d/);
  await prepare.getByRole('button').click();
  await expect(inspector.getByRole('heading', { name: /prepare/i })).toBeVisible();
  await expect(page.getByText(/^Causes and effects of v\d send at .*: from \d, to \d of 5 nodes$/)).toBeVisible();
  await page.getByRole('button', { name: 'Clear causes and effects' }).click();
  await expect(page.getByText(/^Causes and effects/)).toBeHidden();
});

test('keys go from mark to mark, faults included', async ({ page }) => {
  const diagram = page.getByRole('application', { name: 'Diagram' });
  const chosen = page.getByText(/^Causes and effects of /);
  await diagram.focus();
  await page.keyboard.press('Home');
  await expect(diagram).toHaveAccessibleDescription(/^0\.000 s to /);
  const seen: string[] = [];
  await expect(async () => {
    await page.keyboard.press('n');
    const text = (await chosen.textContent({ timeout: 1_000 })) ?? '';
    if (seen.at(-1) !== text) seen.push(text);
    expect(text).toContain('world fault at 1.000 s');
  }).toPass();
  expect(seen.some((text) => /v\d decide at /.test(text))).toBe(true);
  await page.keyboard.press('Escape');
  await expect(chosen).toBeHidden();
});
