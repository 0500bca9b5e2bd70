#!/usr/bin/env node
// @ts-check
/**
 * Makes the pictures of the README (`docs/pictures/`) and the one that is shown where somebody posts a link
 * (`public/social.png`), from runs that are the same every time: `npm run pictures [-- NAME…]`, after `npm run build`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { chromiumFlags, ensureChromium } from './chromium.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/**
 * What is shown: a preset or scenario, run to `untilMs`, seen at `atMs` (virtual), on a screen.
 * @typedef {{ scenario: string | object, untilMs: number, atMs: number, width: number, height: number, ratio?: number,
 *   theme: 'light' | 'dark', tab?: string, phone?: boolean, prepare?: (page: Page) => Promise<void> }} Picture
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = resolve(root, process.env.E2E_DIST ?? 'dist');
const docs = join(root, 'docs/pictures');
const FONT = join(root, 'node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2');
const LABORATORY = { width: 1440, height: 900 };
const CROWD = {
  name: 'Sixty-four validators',
  seed: 7,
  protocol: { name: 'svbft', config: { blockTimeMs: 1_000 } },
  validators: 64,
  crypto: { suite: 'modelled:ml-dsa-65' },
  network: { latency: { kind: 'uniform', minMs: 100, maxMs: 400 } },
};

/** @type {Readonly<Record<string, Picture>>} */
const PICTURES = {
  'page-light': {
    ...LABORATORY,
    theme: 'light',
    scenario: 'primary-crash',
    untilMs: 6_500,
    atMs: 5_075,
    tab: 'Space-time',
  },
  'page-dark': { ...LABORATORY, theme: 'dark', scenario: 'happy-path', untilMs: 5_000, atMs: 3_335, tab: 'Chain' },
  equivocation: {
    ...LABORATORY,
    theme: 'light',
    scenario: 'equivocating-primary',
    untilMs: 7_500,
    atMs: 6_125,
    tab: 'Chain',
    prepare: (page) => page.getByRole('button', { name: /^v1, / }).click(),
  },
  crowd: { ...LABORATORY, theme: 'dark', scenario: CROWD, untilMs: 2_600, atMs: 1_420, tab: 'Metrics' },
  phone: {
    width: 390,
    height: 844,
    ratio: 1.5,
    phone: true,
    theme: 'light',
    scenario: 'primary-crash',
    untilMs: 6_500,
    atMs: 5_075,
  },
};

process.exitCode = await main(process.argv.slice(2));

/** @param {readonly string[]} wanted */
async function main(wanted) {
  const names = [...Object.keys(PICTURES), 'social'];
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(`found ${JSON.stringify(unknown)}, expected ${names.join(', ')}\n`);
    return 2;
  }
  if (!existsSync(join(dist, 'index.html'))) {
    process.stderr.write(`no build in ${dist}: npm run build\n`);
    return 2;
  }
  const found = ensureChromium((line) => void process.stderr.write(`${line}\n`));
  const server = await preview({
    root,
    build: { outDir: dist },
    preview: { port: 0, strictPort: false, host: 'localhost' },
  });
  const browser = await chromium.launch({ executablePath: found.path, args: chromiumFlags });
  const address = server.resolvedUrls?.local[0] ?? '';
  try {
    for (const name of wanted.length === 0 ? names : wanted) {
      const path = name === 'social' ? join(root, 'public/social.png') : join(docs, `${name}.png`);
      if (name === 'social') await takeSocial(browser, address, path);
      else await take(browser, address, /** @type {Picture} */ (PICTURES[name]), (page) => page.screenshot({ path }));
      process.stdout.write(`${path}\n`);
    }
  } finally {
    await browser.close();
    await new Promise((done) => server.httpServer.close(done));
  }
  return 0;
}

/**
 * Opens the page, brings it to the moment and hands it over.
 * @template T
 * @param {import('@playwright/test').Browser} browser @param {string} address @param {Picture} picture
 * @param {(page: Page) => Promise<T>} use @returns {Promise<T>}
 */
async function take(browser, address, picture, use) {
  const { width, height, ratio = 1, theme, scenario, untilMs, atMs, tab, phone = false, prepare } = picture;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: ratio,
    colorScheme: theme,
    isMobile: phone,
    hasTouch: phone,
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => 'testnet' in globalThis);
  await page.evaluate((what) => /** @type {any} */ (globalThis).testnet.load(what), scenario);
  await page.evaluate((ms) => /** @type {any} */ (globalThis).testnet.runUntil({ ms }), untilMs);
  if (tab !== undefined) await page.getByRole('tab', { name: tab }).click();
  const hint = page.getByRole('button', { name: 'Put the hint away' });
  if (await hint.isVisible()) await hint.click();
  await prepare?.(page);
  const timeline = page.getByRole('slider', { name: 'Timeline' });
  await timeline.fill(String(atMs * 1_000));
  await timeline.blur();
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  // Views that calm down to a few pictures a second have drawn the moment by then.
  await page.waitForTimeout(1_200);
  const result = await use(page);
  await context.close();
  return result;
}

/** The network beside the name, as a card of 1200 × 630. @param {import('@playwright/test').Browser} browser @param {string} address @param {string} path */
async function takeSocial(browser, address, path) {
  const picture = /** @type {Picture} */ ({
    width: 1_180,
    height: 1_080,
    ratio: 1,
    theme: 'dark',
    scenario: 'happy-path',
    untilMs: 5_000,
    atMs: 3_335,
  });
  const network = await take(browser, address, picture, async (page) => {
    await page.getByRole('button', { name: 'Close panel' }).click();
    const field = page.getByRole('region', { name: 'Network' });
    // What floats in its corners would be cut off.
    await page.evaluate(() => {
      const floating = document.querySelectorAll('[data-floats], .react-flow__attribution');
      for (const part of floating) part.setAttribute('style', 'visibility: hidden');
    });
    const box = await field.boundingBox();
    if (box === null) throw new Error('no network on the page');
    return page.screenshot({ clip: { x: box.x, y: box.y, width: box.width, height: Math.min(box.height - 62, 630) } });
  });
  const icon = readFileSync(join(root, 'public/icon.svg')).toString('base64');
  const page = await browser.newPage({ viewport: { width: 1_200, height: 630 }, colorScheme: 'dark' });
  await page.setContent(card(network.toString('base64'), icon, readFileSync(FONT).toString('base64')));
  await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path });
  await page.close();
}

/** @param {string} network PNG, base64 @param {string} icon SVG, base64 @param {string} font WOFF2, base64 */
function card(network, icon, font) {
  return `<!doctype html><style>
    @font-face { font-family: Inter; font-weight: 100 900; src: url(data:font/woff2;base64,${font}) }
    body { margin: 0; width: 1200px; height: 630px; background: #0d1014; color: #eef1f5; font-family: Inter, sans-serif; overflow: hidden }
    .network { position: absolute; right: 0; top: 0; height: 642px; width: 770px; object-fit: cover; object-position: 50% 30% }
    .shade { position: absolute; inset: 0; background: linear-gradient(90deg, #0d1014 34%, #0d101400 46%) }
    .words { position: absolute; left: 64px; top: 0; bottom: 0; width: 420px; display: flex; flex-direction: column; justify-content: center; gap: 22px }
    h1 { margin: 0; font-size: 64px; line-height: 1.04; letter-spacing: -.03em; font-weight: 680 }
    p { margin: 0; font-size: 26px; line-height: 1.36; color: #b6bec9 }
    .words img { width: 76px; height: 76px }
  </style><img class="network" alt="" src="data:image/png;base64,${network}"><div class="shade"></div>
  <div class="words"><img alt="" src="data:image/svg+xml;base64,${icon}"><h1>Testnet Playground</h1>
  <p>A whole consensus testnet in one page. Break it, rewind it, share it as a link.</p></div>`;
}
