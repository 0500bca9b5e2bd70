// @ts-check
/**
 * Blocks per wall-clock second at speed "max", every link 50 ms, where nothing but consensus takes time: the rows of
 * `npm run bench:page -- --only consensus`. Counted from one report of the run to another, so that nothing is asked of it
 * meanwhile; the warm-up lasts until every worker has compiled what it runs often.
 */
import { measureScale, scaleRows } from './bench-scale.mjs';
import { load, quietPage } from './page-tools.mjs';

/** @typedef {import('./page-tools.mjs').Bench} Bench */
/** @typedef {import('./page-tools.mjs').Row} Row */
/** @typedef {{ forMs: number, blocks: number, atMostMs: number }} Stretch lasts `forMs` and `blocks` blocks, yet no longer than `atMostMs` */
/** @typedef {{ blocks: number, virtualMs: number, wallMs: number }} Played */

/** @type {{ warmUp: Stretch, measured: Stretch }} */
const SMALL = {
  warmUp: { forMs: 800, blocks: 20, atMostMs: 10_000 },
  measured: { forMs: 3_000, blocks: 20, atMostMs: 20_000 },
};
/** Sixteen isolates, and more, compile the same code each for itself before they are as fast as they will be. */
const LARGE = {
  warmUp: { forMs: 6_000, blocks: 20, atMostMs: 30_000 },
  measured: { forMs: 8_000, blocks: 20, atMostMs: 40_000 },
};
/** Sixty-four are at it for eighty blocks: after twenty, a quarter of all processor time still goes into compiling. */
const HUGE = {
  warmUp: { forMs: 20_000, blocks: 80, atMostMs: 90_000 },
  measured: { forMs: 12_000, blocks: 20, atMostMs: 40_000 },
};

/** @param {Bench} bench */
export async function benchConsensus({ browser, address, sizes, suites, add }) {
  const open = (/** @type {string} */ workers) => quietPage(browser, `${address}?workers=${workers}`);
  const scale = async (/** @type {string} */ when) => {
    const page = await open('each');
    for (const row of scaleRows(await measureScale(page), when)) add({ group: 'consensus', ...row });
    await page.close();
  };
  await scale('before');
  for (const validators of sizes) {
    for (const workers of ['each', 'shared']) {
      for (const suite of suites) {
        for (const rate of validators > 16 ? [0] : [0, null]) {
          const page = await open(workers);
          await load(page, { validators, suite, rate, latency: { kind: 'constant', ms: 50 } });
          // One is the conductor.
          const nodeWorkers = page.workers().length - 1;
          const played = await page.evaluate(playFlatOut, stretchesOf(validators));
          add({ group: 'consensus', ...rowOf({ validators, workers, suite, rate }, nodeWorkers, played) });
          await page.close();
        }
      }
    }
  }
  await scale('after');
}

/** @param {number} validators */
function stretchesOf(validators) {
  if (validators >= 64) return HUGE;
  return validators >= 16 ? LARGE : SMALL;
}

/**
 * @param {{ validators: number, workers: string, suite: string, rate: number | null }} what
 * @param {number} nodeWorkers @param {Played} played
 */
function rowOf({ validators, workers, suite, rate }, nodeWorkers, { blocks, virtualMs, wallMs }) {
  const traffic = rate === 0 ? 'empty blocks' : 'default load';
  const hosts = workers === 'each' ? 'a worker each' : 'a worker a core';
  const counted = `${blocks} blocks in ${(wallMs / 1_000).toFixed(1)} s, ${nodeWorkers} workers`;
  return {
    name: `${validators} validators, ${hosts}, ${suite}, ${traffic}`,
    value: (blocks * 1_000) / wallMs,
    unit: 'blocks/s',
    note: `${counted}; ${(virtualMs / wallMs).toFixed(2)} virtual s per s`,
  };
}

/** Runs in the page. @param {{ warmUp: Stretch, measured: Stretch }} stretches @returns {Promise<Played>} */
async function playFlatOut({ warmUp, measured }) {
  const { testnet } = /** @type {any} */ (globalThis);
  /** Waits for the first report after which the stretch has lasted long enough. */
  const stretch = (/** @type {Stretch} */ { forMs, blocks, atMostMs }, /** @type {number} */ height) =>
    new Promise((done) => {
      const began = performance.now();
      const stop = testnet.on('window', (/** @type {{ timeMs: number, height: number }} */ report) => {
        const lasted = performance.now() - began;
        if (lasted < atMostMs && (lasted < forMs || report.height - height < blocks)) return;
        stop();
        done({ wallMs: performance.now(), ...report });
      });
    });
  await testnet.play({ speed: 'max' });
  const before = await stretch(warmUp, 0);
  const after = await stretch(measured, before.height);
  await testnet.pause();
  return {
    blocks: after.height - before.height,
    virtualMs: after.timeMs - before.timeMs,
    wallMs: after.wallMs - before.wallMs,
  };
}
