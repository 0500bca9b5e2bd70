/** Temporal formulas on the page: written with completion, judged live, a violation leads to its moment. */
import { expect, test } from './fixtures.ts';
import { handlesOf } from './handles.ts';

test('a formula is written with completion, judged over the run so far, and removed', async ({ page, testnet }) => {
  await testnet.pause();
  await testnet.runUntil({ height: 4 });
  const { tab } = handlesOf(page);
  await tab('Checks').click();
  const field = page.getByRole('combobox', { name: 'Formula' });
  const add = page.getByRole('button', { name: 'Add formula' });
  await field.pressSequentially('G (hei');
  await expect(page.getByRole('option', { name: /^height/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await field.pressSequentially(' <');
  await expect(field).toHaveAccessibleDescription(/column 12: found the end, expected a number/);
  await expect(add).toBeDisabled();
  await field.pressSequentially('= 2)');
  await add.click();
  const row = page.getByRole('listitem').filter({ hasText: 'G (height <= 2)' });
  await expect(row).toContainText('violated');
  await expect(row).toContainText('height <= 2 does not hold: height is 3');
  await row.getByRole('button', { name: /^Go to/ }).click();
  const check = (await testnet.checks()).find(({ kind }) => kind === 'ltl');
  expect(check).toMatchObject({ name: 'G (height <= 2)', verdict: 'violated' });
  expect((await testnet.scenario()).expect).toEqual([{ name: 'G (height <= 2)', ltl: 'G (height <= 2)' }]);
  await row.getByRole('button', { name: 'Remove formula G (height <= 2)' }).click();
  await expect(row).toHaveCount(0);
});

test('a template gives a formula that waits for its answer', async ({ page, testnet }) => {
  await testnet.pause();
  await handlesOf(page).tab('Checks').click();
  await page.getByRole('combobox', { name: 'Template' }).selectOption({ label: 'after every P, S holds' });
  await expect(page.getByRole('combobox', { name: 'Formula' })).toHaveValue('G (crash -> F viewChanged)');
  await page.getByRole('button', { name: 'Add formula' }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'G (crash -> F viewChanged)' });
  await expect(row).toContainText('holds');
  await testnet.inject({ kind: 'crash', target: (await testnet.state()).leader ?? 'v0' });
  await testnet.step('decision');
  await testnet.runUntil({ ltl: 'G (timeMs > 0 -> F viewChanged)' }, { maxMs: 60_000 });
  await expect(row).toContainText('holds');
});

test('toSatisfy drives the testnet of the page', async ({ testnet }) => {
  await testnet.pause();
  await expect(testnet).toSatisfy('F (decided(v0) & F decided(v1))', { maxMs: 20_000 });
  await expect(testnet).toSatisfy('G (height <= 500)', { maxMs: 2_000 });
  await expect(testnet).not.toSatisfy('F (height >= 500)', { maxMs: 2_000 });
  await expect(testnet).not.toSatisfy('G !decide', { maxMs: 20_000 });
});
