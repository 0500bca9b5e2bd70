// @ts-check
/**
 * How fast this machine is, in the terms of the reference: ML-DSA-65 verifications a second in one thread of the page, by the
 * reference implementation in script and by WebCrypto. Absolute figures beside it can be put in relation.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ noble: number, native: number | null }} Scale verifications a second; `native` null where WebCrypto has no ML-DSA */

/** One thread of the machine on which the targets were set: 2 cores, Chromium 156. */
export const REFERENCE = { noble: 350, native: 9_432 };

const TIMES = { warmUpMs: 600, forMs: 1_000 };
/** Native verifications under way at once, as in a window of a run. */
const BATCH = 32;

/** @type {Promise<string> | null} */
let bundled = null;

/** The reference implementation for a page, in one piece. @returns {Promise<string>} */
async function bundle() {
  const { output } = /** @type {import('vite').Rollup.RollupOutput[]} */ (
    await build({
      configFile: false,
      logLevel: 'silent',
      root: fileURLToPath(new URL('..', import.meta.url)),
      build: {
        write: false,
        target: 'es2023',
        lib: {
          entry: fileURLToPath(new URL('../node_modules/@noble/post-quantum/ml-dsa.js', import.meta.url)),
          formats: ['iife'],
          name: 'nobleOfTheBenchmark',
        },
      },
    })
  )[0] ?? { output: [] };
  return output[0]?.code ?? '';
}

/** Measures in a page that does nothing else. @param {Page} page @returns {Promise<Scale>} */
export async function measureScale(page) {
  bundled ??= bundle();
  // As an expression of the debugger: the page's own policy takes no script but its own.
  await page.evaluate(`${await bundled}; globalThis.nobleOfTheBenchmark = nobleOfTheBenchmark;`);
  return page.evaluate(verifyInPage, { ...TIMES, batch: BATCH });
}

/** Runs in the page. @param {{ warmUpMs: number, forMs: number, batch: number }} how @returns {Promise<Scale>} */
async function verifyInPage({ warmUpMs, forMs, batch }) {
  const { ml_dsa65: noble } = /** @type {any} */ (globalThis).nobleOfTheBenchmark;
  const { publicKey, secretKey } = noble.keygen(new Uint8Array(32).fill(7));
  const message = new Uint8Array(150).fill(9);
  const signature = noble.sign(message, secretKey);
  /** @param {() => unknown} act @param {number} each how many operations one call is */
  const rate = async (act, each) => {
    const lasting = async (/** @type {number} */ ms) => {
      const began = performance.now();
      let count = 0;
      while (performance.now() - began < ms) {
        if ((await act()) !== true) throw new Error('a good signature was refused');
        count += each;
      }
      return (count * 1_000) / (performance.now() - began);
    };
    await lasting(warmUpMs);
    return lasting(forMs);
  };
  const inScript = await rate(() => noble.verify(signature, message, publicKey), 1);
  const subtle = /** @type {any} */ (crypto.subtle);
  const key = await subtle
    .importKey('raw-public', publicKey, { name: 'ML-DSA-65' }, false, ['verify'])
    .catch(() => null);
  if (key === null) return { noble: inScript, native: null };
  const verdicts = () =>
    Promise.all(Array.from({ length: batch }, () => subtle.verify({ name: 'ML-DSA-65' }, key, signature, message)));
  const native = await rate(async () => (await verdicts()).every((verdict) => verdict === true), batch);
  return { noble: inScript, native };
}

/** Rows for a table. @param {Scale} scale @param {string} when */
export function scaleRows({ noble, native }, when) {
  const row = (/** @type {string} */ by, /** @type {number | null} */ value, /** @type {number} */ reference) => ({
    name: `this machine, ${when}: ML-DSA-65 verifications, ${by}, one thread`,
    value,
    unit: '/s',
    note: value === null ? 'not offered here' : `${(value / reference).toFixed(2)} × the reference's ${reference}`,
  });
  return [row('noble', noble, REFERENCE.noble), row('WebCrypto', native, REFERENCE.native)];
}
