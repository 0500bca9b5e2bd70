// @ts-check
/** Thirty virtual minutes in the built page at full speed: what it holds in memory, and how fast an earlier moment is there. */
import { existsSync } from 'node:fs';
import { played } from './bench-scrub.mjs';
import { load, privateBytes, quietPage, rendererPids } from './page-tools.mjs';
import { scrubTo } from './scrub.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('./page-tools.mjs').Bench} Bench */

const MINUTES = 30;
const ASKED = [1, 5, 10, 15, 20, 25, 30];
/** Where the last third begins: from there on memory is to grow by less than `GROWTH_MAX_PERCENT`. */
const FLAT_FROM = 20;
const GROWTH_MAX_PERCENT = 10;

/** With four validators. The browser exposes `gc`, as `--js-flags=--expose-gc` does. @param {Bench} bench */
export async function benchLong({ browser, address, suites, add }) {
  if (!existsSync('/proc/self/smaps_rollup')) return;
  for (const suite of suites) {
    const before = await rendererPids(browser);
    const page = await quietPage(browser, address);
    const pids = (await rendererPids(browser)).filter((pid) => !before.includes(pid));
    await load(page, { validators: 4, suite, rate: 50, blockTimeMs: 1_000 });
    await playLong(
      page,
      () => Math.max(0, ...pids.map(privateBytes)),
      (name, value, unit, note) =>
        add({ group: 'long', name: `${name}, ${suite}`, value, unit, ...(note === undefined ? {} : { note }) }),
    );
    await page.close();
  }
}

/**
 * @param {Page} page @param {() => number} wholeBytes of the page's process
 * @param {(name: string, value: number, unit: string, note?: string) => void} add
 */
async function playLong(page, wholeBytes, add) {
  const devtools = await page.context().newCDPSession(page);
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.play({ speed: 'max' }));
  /** @type {Map<number, { thread: number, whole: number }>} */
  const held = new Map();
  for (const minutes of ASKED) {
    await played(page, minutes * 60_000);
    const now = { thread: await threadBytes(page, devtools), whole: wholeBytes() };
    held.set(minutes, now);
    add(`page thread after ${minutes} min`, now.thread / 1e6, 'MB', 'objects and buffers');
    add(`page and workers after ${minutes} min`, now.whole / 1e6, 'MB', 'private memory');
  }
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.pause());
  const [third, end] = [held.get(FLAT_FROM), held.get(MINUTES)];
  for (const part of /** @type {const} */ (['thread', 'whole'])) {
    if (third === undefined || end === undefined) break;
    const name = `${part === 'thread' ? 'page thread' : 'page and workers'}, growth in the last third`;
    add(name, 100 * (end[part] / third[part] - 1), '%', `wanted below ${GROWTH_MAX_PERCENT}`);
  }
  for (const minutes of [1, 5, 10, 20]) {
    add(`back to minute ${minutes}`, await scrubTo(page, minutes * 60e6), 'ms', 'until all of it is drawn');
  }
}

/** What the page's own thread holds, after every thread of the page has collected its garbage. @param {Page} page @param {CDPSession} devtools */
async function threadBytes(page, devtools) {
  // Twice: what the first round lets go of in one thread may be what another still held.
  for (let round = 0; round < 2; round++) {
    await Promise.all(page.workers().map((worker) => worker.evaluate(() => /** @type {any} */ (globalThis).gc())));
    await devtools.send('HeapProfiler.collectGarbage');
  }
  /** @type {{ usedSize: number, backingStorageSize?: number }} */
  const held = await devtools.send('Runtime.getHeapUsage');
  return held.usedSize + (held.backingStorageSize ?? 0);
}

/** @typedef {import('@playwright/test').CDPSession} CDPSession */
