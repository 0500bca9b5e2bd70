// @ts-check
/** Thirty virtual minutes in the built page at full speed: what it holds in memory, and how fast an earlier moment is there. */

/** @typedef {import('@playwright/test').Page} Page */
/**
 * What `bench-page.mjs` lends.
 * @typedef {object} Tools
 * @property {(page: Page) => Promise<void>} load the testnet to be played
 * @property {() => number} privateBytes of the page's process
 * @property {(name: string, value: number, unit: string, note?: string) => void} add
 */

const MINUTES = 30;
const ASKED = [1, 5, 10, 20, 30];
const EVERY_MS = 500;

/** @param {Page} page @param {Tools} tools */
export async function playLong(page, { load, privateBytes, add }) {
  await load(page);
  const devtools = await page.context().newCDPSession(page);
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.play({ speed: 'max' }));
  for (const minutes of ASKED) {
    await passed(page, minutes);
    await devtools.send('HeapProfiler.collectGarbage');
    const held = await devtools.send('Runtime.getHeapUsage');
    const buffers = /** @type {{ backingStorageSize?: number }} */ (held).backingStorageSize ?? 0;
    add(`page thread after ${minutes} min`, (held.usedSize + buffers) / 1e6, 'MB', 'objects and buffers');
    add(`page and workers after ${minutes} min`, privateBytes() / 1e6, 'MB', 'private memory');
  }
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.pause());
  for (const minutes of ASKED.filter((asked) => asked < MINUTES)) {
    add(`back to minute ${minutes}`, await scrub(page, minutes * 60e6), 'ms', 'until all of it is drawn');
  }
}

/** @param {Page} page @param {number} minutes */
async function passed(page, minutes) {
  for (;;) {
    const { timeMs, status } = await page.evaluate(() => /** @type {any} */ (globalThis).testnet.state());
    if (timeMs >= minutes * 60_000 || status === 'finished') return;
    if (status === 'failed') throw new Error(`the run failed at ${timeMs} ms`);
    await page.waitForTimeout(EVERY_MS);
  }
}

/** Moves the timeline as a hand does; ms until the picture is whole. @param {Page} page @param {number} micros */
function scrub(page, micros) {
  return page.evaluate(async (value) => {
    const slider = document.querySelector('input[aria-label="Timeline"]');
    const began = performance.now();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(slider, String(value));
    slider?.dispatchEvent(new Event('input', { bubbles: true }));
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    await drawn();
    const isLoading = () =>
      [...document.querySelectorAll('[role=status]')].some(({ textContent }) => textContent?.startsWith('Loading'));
    while (isLoading()) await drawn();
    return performance.now() - began;
  }, micros);
}
