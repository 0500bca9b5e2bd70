/** What stands in the page while the testnet is still being built: every tab opens, and no key does harm. */
import { expect, test } from '@playwright/test';
import { complaintsOf } from './complaints.ts';

const KEYS = ['Space', '.', 'n', 'p', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape'];

test('every tab can be opened before the first testnet stands', async ({ page }) => {
  const complaints = await complaintsOf(page);
  // Its workers never come.
  await page.route(/conductor\.worker|node\.worker/, () => new Promise(() => undefined));
  await page.goto('.');
  await expect(page.getByText('Building the testnet')).toBeVisible();
  const tabs = await page.getByRole('tab').all();
  expect(tabs.length).toBeGreaterThan(6);
  for (const tab of tabs) {
    await tab.click();
    await expect(page.getByText('Building the testnet'), `after ${await tab.textContent()}`).toBeVisible();
  }
  for (const key of KEYS) await page.keyboard.press(key);
  await expect(page.getByText('Building the testnet')).toBeVisible();
  expect(complaints).toEqual([]);
});
