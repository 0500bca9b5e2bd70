// @ts-check
/**
 * Private memory of the page's process, from /proc (Linux only), with a worker for every validator: the rows of `npm run bench:page
 * -- --only memory`. A worker is a thread of that process, so that what one costs is the difference between two sizes of testnet over
 * the difference in workers: when they stand, loaded and with their keys, before the first event; and after two virtual seconds
 * of work.
 */
import { existsSync } from 'node:fs';
import { load, privateBytes, quietPage, rendererPids } from './page-tools.mjs';

/** @typedef {import('./page-tools.mjs').Bench} Bench */

const WORK_MS = 2_000;
const MOMENTS = /** @type {const} */ (['standing', 'after work']);

/** @param {Bench} bench */
export async function benchMemory(bench) {
  if (!existsSync('/proc/self/smaps_rollup')) return;
  for (const suite of bench.suites) {
    /** @type {{ validators: number, bytes: readonly number[] } | null} */
    let smaller = null;
    for (const validators of bench.sizes) {
      const bytes = await measure(bench, validators, suite);
      const before = smaller;
      MOMENTS.forEach((moment, i) => {
        const whole = bytes[i] ?? 0;
        const note = 'private memory of the page';
        bench.add({
          group: 'memory',
          name: `${validators} validators, ${suite}, ${moment}`,
          value: whole / 1e6,
          unit: 'MB',
          note,
        });
        if (before === null) return;
        const each = (whole - (before.bytes[i] ?? 0)) / 1e6 / (validators - before.validators);
        const name = `each worker, ${suite}, from ${before.validators} to ${validators}, ${moment}`;
        bench.add({ group: 'memory', name, value: each, unit: 'MB' });
      });
      smaller = { validators, bytes };
    }
  }
}

/** Bytes at each moment. @param {Bench} bench @param {number} validators @param {string} suite @returns {Promise<number[]>} */
async function measure({ browser, address }, validators, suite) {
  const before = await rendererPids(browser);
  const page = await quietPage(browser, `${address}?workers=each`);
  await load(page, { validators, suite, rate: null, blockTimeMs: 1_000 });
  const pids = (await rendererPids(browser)).filter((pid) => !before.includes(pid));
  const held = () => Math.max(0, ...pids.map(privateBytes));
  const standing = held();
  await page.evaluate((ms) => /** @type {any} */ (globalThis).testnet.runUntil({ ms }), WORK_MS);
  const after = held();
  await page.close();
  return [standing, after];
}
