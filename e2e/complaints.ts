/** Whatever a developer would see in red, and what the page's own policy has stopped. */
import type { Page } from '@playwright/test';

/** Collects from now on, over navigations too. The list grows as complaints come in. */
export async function complaintsOf(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => complaints.push(`request: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  await page.exposeFunction('complain', (text: string) => complaints.push(text));
  await page.addInitScript(() => {
    const { complain } = globalThis as unknown as { complain: (text: string) => void };
    addEventListener('securitypolicyviolation', (event) =>
      complain(`policy: ${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
  return complaints;
}
