// @ts-check
/**
 * Animation frames that the page gets, and what its main thread spends on each, at two speeds; then the space-time diagram: the
 * rows of `npm run bench:page -- --only frames`.
 */
import { countFrames, load, median, quietPage, scrubTimeline, SUITES, threadSeconds } from './page-tools.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('@playwright/test').CDPSession} CDPSession */
/** @typedef {import('./page-tools.mjs').Bench} Bench */

const WARM_UP_MS = 800;
const FRAMES_MS = 2_500;

/** @param {Bench} bench */
export async function benchFrames({ browser, address, sizes, add }) {
  for (const validators of sizes) {
    const page = await quietPage(browser, address);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    for (const speed of [1, 'max']) {
      await load(page, { validators, suite: SUITES[1] ?? '', rate: null, blockTimeMs: 500 });
      await page.evaluate((value) => /** @type {any} */ (globalThis).testnet.play({ speed: value }), speed);
      await page.evaluate(countFrames, WARM_UP_MS);
      const virtualMs = () => page.evaluate(async () => (await /** @type {any} */ (globalThis).testnet.state()).timeMs);
      const [before, beganAt] = [await taskSeconds(devtools), await virtualMs()];
      const { frames, slowest, ms } = await page.evaluate(countFrames, FRAMES_MS);
      const busyMs = (1_000 * ((await taskSeconds(devtools)) - before)) / Math.max(1, frames);
      const name = `${validators} validators at ${speed === 'max' ? 'max' : `${speed}×`}`;
      const pace = ((await virtualMs()) - beganAt) / ms;
      const note = `slowest ${Math.round(slowest)} ms; ${pace.toFixed(2)} virtual s per s`;
      add({ group: 'frames', name, value: (frames * 1_000) / ms, unit: 'frames/s', note });
      add({ group: 'frames', name: `${name}, main thread`, value: busyMs, unit: 'ms/frame' });
    }
    await benchDiagram(page, devtools, validators, add);
    await page.close();
  }
}

/**
 * The same with the space-time diagram open: what a painting of it takes while it is moved over a paused run, all of
 * which it must draw anew, and how long a jump of the playhead takes to be on screen.
 * @param {Page} page @param {CDPSession} devtools @param {number} validators @param {Bench['add']} add
 */
async function benchDiagram(page, devtools, validators, add) {
  await load(page, { validators, suite: SUITES[1] ?? '', rate: null, blockTimeMs: 500 });
  await page.evaluate(() => /** @type {any} */ (globalThis).testnet.runUntil({ ms: 6_000 }));
  const still = await paintsPerFrame(page, devtools, false);
  await page.getByRole('tab', { name: 'Space-time' }).click();
  await page.getByRole('application', { name: 'Diagram' }).waitFor();
  const moving = await paintsPerFrame(page, devtools, true);
  const name = `${validators} validators, space-time diagram`;
  add({
    group: 'frames',
    name: `${name}, moved`,
    value: moving.busyMs - still.busyMs,
    unit: 'ms/frame',
    note: moving.note,
  });
  const scrub = await page.evaluate(scrubTimeline, 20);
  add({
    group: 'frames',
    name: `${name}, scrub to picture`,
    value: median(scrub),
    unit: 'ms',
    note: `slowest ${Math.round(Math.max(...scrub))} ms`,
  });
}

/**
 * Processor time of the main thread in a frame, with the diagram panned by a wheel event in each.
 * @param {Page} page @param {CDPSession} devtools @param {boolean} moves
 */
async function paintsPerFrame(page, devtools, moves) {
  const before = await threadSeconds(devtools);
  const { frames, slowest } = await page.evaluate(moveDiagram, { forMs: FRAMES_MS, moves });
  const busyMs = (1_000 * ((await threadSeconds(devtools)) - before)) / Math.max(1, frames);
  return { busyMs, note: `slowest frame ${Math.round(slowest)} ms` };
}

/** Runs in the page. @param {{ forMs: number, moves: boolean }} what */
async function moveDiagram({ forMs, moves }) {
  const canvas = document.querySelector('[aria-label="Diagram"] canvas');
  const began = performance.now();
  let [last, frames, slowest, back] = [began, 0, 0, 1];
  while (last - began < forMs) {
    if (moves && canvas !== null) canvas.dispatchEvent(new WheelEvent('wheel', { deltaY: back * 9, cancelable: true }));
    if (frames % 40 === 39) back = -back;
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    slowest = Math.max(slowest, now - last);
    last = now;
    frames++;
  }
  return { frames, slowest };
}

/** Seconds that the main thread has worked. @param {CDPSession} devtools */
async function taskSeconds(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}
