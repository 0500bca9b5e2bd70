// @ts-check
/**
 * How long a jump to an earlier moment takes to be on screen after ten virtual minutes of sixteen validators, most of whose trace
 * has left memory: the rows of `npm run bench:page -- --only scrub`.
 */
import { load, quietPage, SUITES } from './page-tools.mjs';
import { scrubTo } from './scrub.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('./page-tools.mjs').Bench} Bench */

const MINUTES = 10;
const JUMPS = 40;
const TARGET_MS = 100;
const EVERY_MS = 500;

/** @param {Bench} bench */
export async function benchScrub({ browser, address, add }) {
  const page = await quietPage(browser, address);
  await load(page, { validators: 16, suite: SUITES[1] ?? '', rate: 20, blockTimeMs: 1_000 });
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.play({ speed: 'max' }));
  await played(page, MINUTES * 60_000);
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.pause());
  /** @type {number[]} */
  const took = [];
  for (const share of shares(JUMPS)) took.push(await scrubTo(page, Math.round(share * MINUTES * 60e6)));
  took.sort((a, b) => a - b);
  const at = (/** @type {number} */ quantile) => took[Math.ceil(quantile * took.length) - 1] ?? null;
  const name = `16 validators, ${MINUTES} min, seek to picture`;
  const note = `${JUMPS} random moments; slowest ${Math.round(took.at(-1) ?? 0)} ms`;
  add({ group: 'scrub', name: `${name}, median`, value: at(0.5), unit: 'ms', note });
  add({ group: 'scrub', name: `${name}, 95 %`, value: at(0.95), unit: 'ms', note: `wanted ${TARGET_MS}` });
  await page.close();
}

/** Plays until so much virtual time has passed. @param {Page} page @param {number} untilMs */
export async function played(page, untilMs) {
  for (;;) {
    const { timeMs, status } = await page.evaluate(() => /** @type {any} */ (globalThis).testnet.state());
    if (timeMs >= untilMs || status === 'finished') return;
    if (status === 'failed') throw new Error(`the run failed at ${timeMs} ms`);
    await page.waitForTimeout(EVERY_MS);
  }
}

/** Numbers in [0, 1) without order, the same each time: Lehmer's generator. @param {number} count */
function shares(count) {
  let state = 20_260;
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
}
