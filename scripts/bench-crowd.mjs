// @ts-check
/**
 * What the page's main thread spends on a frame while many messages are under way: the rows of `npm run bench:page -- --only
 * crowd`. Processor time of that thread, so that what else the machine does is not in it; playing at 1×, modelled signatures.
 */

import { countFrames, median, quietPage, scrubTimeline, threadSeconds } from './page-tools.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('./page-tools.mjs').Bench} Bench */

/** PBFT decides several numbers at once: the time between them sets how many copies are under way. */
const CROWDS = [
  { validators: 16, blockTimeMs: 1_500, targetMs: 6 },
  { validators: 64, blockTimeMs: 5_500, targetMs: 8 },
  { validators: 128, blockTimeMs: 10_000, targetMs: 10 },
];
const SLOW_LINKS = { kind: 'uniform', minMs: 500, maxMs: 1_000 };
const WARM_UP_MS = 3_000;
const MEASURED_MS = 4_000;
const JUMPS = 15;
const VIEWS = /** @type {const} */ (['Chain', 'Space-time']);

/** The largest is left out where 64 validators are. @param {Bench} bench */
export async function benchCrowd({ browser, address, sizes, add }) {
  for (const crowd of sizes.includes(64) ? CROWDS : CROWDS.slice(0, 1)) {
    for (const view of VIEWS) {
      const page = await quietPage(browser, address);
      await measure(page, view, crowd, add);
      await page.close();
    }
  }
}

/** @param {Page} page @param {string} view @param {typeof CROWDS[number]} crowd @param {Bench['add']} add */
async function measure(page, view, { validators, blockTimeMs, targetMs }, add) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  await page.evaluate((document) => /** @type {any} */ (globalThis).testnet.load(document), {
    name: 'Benchmark of a crowd',
    seed: 1,
    protocol: { name: 'pbft', config: { blockTimeMs, viewChangeTimeoutMs: 60_000 } },
    validators,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: SLOW_LINKS, bandwidthMbps: 1_000, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 1_000 } },
    workload: { kind: 'transfers', ratePerSecond: 20 },
  });
  await page.getByRole('tab', { name: view }).click();
  await page.evaluate((ms) => /** @type {any} */ (globalThis).testnet.runUntil({ ms }), WARM_UP_MS);
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.play({ speed: 1 }));
  await page.evaluate(countFrames, 500);
  const before = await threadSeconds(devtools);
  const { timeMs } = await page.evaluate(() => /** @type {any} */ (globalThis).testnet.state());
  const { frames, slowest } = await page.evaluate(countFrames, MEASURED_MS);
  const busyMs = (1_000 * ((await threadSeconds(devtools)) - before)) / Math.max(1, frames);
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.pause());
  const flying = await page.evaluate(copiesSince, timeMs);
  const shown = view === 'Chain' ? 'network' : 'network and space-time';
  const name = `${validators} validators, ${shown}`;
  const note = `${Math.round(flying)} copies under way; wanted ${targetMs}; slowest frame ${Math.round(slowest)} ms`;
  add({ group: 'crowd', name, value: busyMs, unit: 'ms/frame', note });
  const took = await page.evaluate(scrubTimeline, JUMPS);
  add({
    group: 'crowd',
    name: `${name}, scrub to picture`,
    value: median(took),
    unit: 'ms',
    note: `slowest ${Math.round(Math.max(...took))} ms`,
  });
}

/** Runs in the page: copies under way since then, on average over virtual time. @param {number} fromMs virtual */
async function copiesSince(fromMs) {
  const { testnet } = /** @type {any} */ (globalThis);
  const { timeMs: until } = await testnet.state();
  const sends = await testnet.trace({
    fromMs: Math.max(0, fromMs - 1_000),
    toMs: until,
    kinds: ['send'],
    limit: 1_000_000,
  });
  let flownMs = 0;
  for (const { t, deliverAt } of sends) {
    if (deliverAt !== undefined) flownMs += Math.max(0, Math.min(until, deliverAt) - Math.max(fromMs, t));
  }
  return flownMs / Math.max(1, until - fromMs);
}
