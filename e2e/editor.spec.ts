/** The scenario editor: what is written is checked where it stands, completed from the schema, and can be undone. */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

test.use({ hash: '#preset=primary-crash' });

async function openEditor(page: Page) {
  await page.getByRole('button', { name: 'This scenario' }).click();
  await page.getByRole('button', { name: 'Edit…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit scenario' });
  const text = dialog.getByRole('textbox', { name: 'Scenario as JSON' });
  await expect(text).toContainText('"format"');
  const write = async (content: string) => {
    await text.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(content);
  };
  return { dialog, text, write };
}

test('form and text are one: either shows what the other did, and undo takes it back', async ({ page, testnet }) => {
  await testnet.pause();
  const { dialog, text } = await openEditor(page);
  const seed = dialog.getByRole('spinbutton', { name: 'Seed' });
  await seed.fill('4711');
  await expect(text).toContainText('"seed": 4711');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(seed).not.toHaveValue('4711');
  await dialog.getByRole('button', { name: 'Redo' }).click();
  await expect(seed).toHaveValue('4711');
  await dialog.getByRole('button', { name: 'Load' }).click();
  await expect(dialog).toBeHidden();
  expect((await testnet.scenario()).seed).toBe(4711);
});

test('names and values are completed from the schema', async ({ page, testnet }) => {
  await testnet.pause();
  const { dialog, text, write } = await openEditor(page);
  await write('{ "protocol": { "name": "svbft" }, "val }');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  const option = dialog.getByRole('option', { name: '"validators"' });
  await page.keyboard.press('Control+Space');
  await expect(option).toBeVisible();
  // CodeMirror takes no answer in the first moments, so that a fast typist is not surprised.
  await expect(async () => {
    await option.click({ timeout: 500 });
    await expect(text).toContainText('"validators":', { timeout: 500 });
  }).toPass();
});

test('problems stand where they are, and nothing is loaded until they are gone', async ({ page, testnet }) => {
  await testnet.pause();
  const { dialog, write } = await openEditor(page);
  await write('{ "protocol": { "name": "svbft" }, "faults": [{ "kind": "crash", "target": "v9", "at": 1 }] }');
  await expect(dialog.getByRole('status')).toContainText('faults[0].target');
  await expect(dialog.locator('.cm-lintRange-error')).toHaveText('"target": "v9"');
  await expect(dialog.getByRole('button', { name: 'Load' })).toBeDisabled();
  await write('{ "protocol": { "name": "svbft" }, "name": "mended" }');
  await dialog.getByRole('button', { name: 'Load' }).click();
  await expect(dialog).toBeHidden();
  expect((await testnet.scenario()).name).toBe('mended');
});

test('a file that is dropped takes the text’s place', async ({ page, testnet }) => {
  await testnet.pause();
  const { dialog, text } = await openEditor(page);
  await text.evaluate((element) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{ "protocol": { "name": "svbft" }, "seed": 5 }'], 'dropped.json'));
    element.dispatchEvent(
      new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true, composed: true }),
    );
  });
  await expect(text).toHaveText('{ "protocol": { "name": "svbft" }, "seed": 5 }');
  await expect(dialog.getByRole('spinbutton', { name: 'Seed' })).toHaveValue('5');
});

test('the library is searched by what its scenarios are about', async ({ page, testnet }) => {
  await testnet.pause();
  const panel = handlesOf(page).panel('Scenarios');
  const search = panel.getByRole('searchbox', { name: 'Search the library' });
  await search.fill('partition');
  await expect(panel.getByRole('button', { name: /^Partition and heal/ })).toBeVisible();
  await expect(panel.getByRole('button', { name: /^Happy path/ })).toBeHidden();
  await search.fill('nothing of the kind');
  await expect(panel.getByText('No scenario matches')).toBeVisible();
});
