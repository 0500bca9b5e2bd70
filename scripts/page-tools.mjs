// @ts-check
/** What the measurements of the built page have in common: a page, a testnet in it, and what its thread and its process take. */
import { readFileSync } from 'node:fs';

/** @typedef {import('@playwright/test').Browser} Browser */
/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('@playwright/test').CDPSession} CDPSession */
/** @typedef {{ group: string, name: string, value: number | null, unit: string, note?: string }} Row */
/** @typedef {{ browser: Browser, address: string, sizes: readonly number[], suites: readonly string[], add: (row: Row) => void }} Bench */

/** Real signatures, and modelled ones of the same size. */
export const SUITES = ['ml-dsa-65', 'modelled:ml-dsa-65'];
const VARYING = { kind: 'uniform', minMs: 20, maxMs: 80 };

/** The page, open, with its own testnet paused. @param {Browser} browser @param {string} address */
export async function quietPage(browser, address) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page.waitForFunction(() => 'testnet' in globalThis);
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.pause());
  return page;
}

/**
 * Loads a testnet; resolves to how long that took, ms.
 * @param {Page} page @param {{ validators: number, suite: string, rate: number | null, blockTimeMs?: number, latency?: object }} what
 * @returns {Promise<number>}
 */
export function load(page, { validators, suite, rate, blockTimeMs = 0, latency = VARYING }) {
  const scenario = {
    name: 'Benchmark',
    seed: 1,
    protocol: { name: 'svbft', config: { blockTimeMs } },
    validators,
    crypto: { suite },
    network: { latency, bandwidthMbps: 1_000 },
    ...(rate === null ? {} : { workload: { kind: 'transfers', ratePerSecond: rate } }),
  };
  return page.evaluate(async (document) => {
    const began = performance.now();
    await /** @type {any} */ (globalThis).testnet.load(document);
    return performance.now() - began;
  }, scenario);
}

/** Runs in the page: ms from moving the timeline's slider until the frame after has been painted. @param {number} times */
export async function scrubTimeline(times) {
  const slider = document.querySelector('input[aria-label="Timeline"]');
  if (!(slider instanceof HTMLInputElement)) return [];
  const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
  /** @type {number[]} */
  const took = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    setValue?.call(slider, String(Math.round((Number(slider.max) * ((i * 7) % times)) / times)));
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    took.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 60));
  }
  return took;
}

/** Runs in the page: animation frames in `forMs` ms of wall clock. @param {number} forMs */
export async function countFrames(forMs) {
  const began = performance.now();
  let [last, frames, slowest] = [began, 0, 0];
  while (last - began < forMs) {
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    slowest = Math.max(slowest, now - last);
    last = now;
    frames++;
  }
  return { frames, slowest, ms: last - began };
}

/** Seconds of processor time of the main thread: what else the machine does is not in it. @param {CDPSession} devtools */
export async function threadSeconds(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0;
}

/** @param {Browser} browser @returns {Promise<number[]>} */
export async function rendererPids(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** @param {number} pid */
export function privateBytes(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const sizes = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map(([, size]) => Number(size));
  return 1_024 * sizes.reduce((sum, size) => sum + size, 0);
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
