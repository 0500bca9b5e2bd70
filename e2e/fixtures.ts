/** `test` with a `testnet` fixture, `expect` with matchers over it: copy or import them to test your own scenarios. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { type RemoteTestnet, remoteTestnet, testnetReady } from './remote.ts';

export { expect } from './matchers.ts';
export { RemoteError, type RemoteTestnet } from './remote.ts';

/** One browser profile on disk, which outlives the windows opened on it. */
export interface DurableBrowser {
  /** Opens the app in a browser of its own; close or kill it before the next one on the same profile. */
  open(hash?: string): Promise<DurableTab>;
}

export interface DurableTab {
  readonly page: Page;
  readonly testnet: RemoteTestnet;
  /** As a person closes a window. */
  close(): Promise<void>;
  /** As a crash: the page's process dies without a chance to save anything. Chromium only. */
  kill(): Promise<void>;
}

interface Fixtures {
  /** The part of the address after the page's own, which says what the page opens with; '' = its default. */
  readonly hash: string;
  /** The testnet of `page`, open on the app with `hash`. */
  readonly testnet: RemoteTestnet;
  /** For what must survive the tab: an ordinary test's context keeps IndexedDB in memory only. */
  readonly durable: DurableBrowser;
}

export const test = base.extend<Fixtures>({
  hash: ['', { option: true }],

  testnet: async ({ page, hash }, use) => {
    await page.goto(hash === '' ? './' : `./${hash}`);
    await testnetReady(page);
    await use(remoteTestnet(page));
  },

  durable: async ({ playwright, browserName, launchOptions, baseURL, viewport }, use) => {
    const profile = await mkdtemp(join(tmpdir(), 'testnet-playground-'));
    const contexts = new Set<BrowserContext>();
    const open = async (hash = ''): Promise<DurableTab> => {
      const address = baseURL === undefined ? {} : { baseURL };
      const options = { ...launchOptions, ...address, viewport };
      const context = await playwright[browserName].launchPersistentContext(profile, options);
      contexts.add(context);
      const page = context.pages()[0] ?? (await context.newPage());
      await page.goto(`./${hash}`);
      await testnetReady(page);
      const close = async () => {
        contexts.delete(context);
        await context.close();
      };
      const kill = async () => {
        await crash(context, page);
        await close();
      };
      return { page, testnet: remoteTestnet(page), close, kill };
    };
    await use({ open });
    for (const context of contexts) await context.close();
    await rm(profile, { recursive: true, force: true });
  },
});

async function crash(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // The answer dies with the page.
  devtools.send('Page.crash').catch(() => undefined);
  await crashed;
}
