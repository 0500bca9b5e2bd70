#!/usr/bin/env node
// @ts-check
/**
 * How fast the built page is in Chromium on this machine: opening, start-up, consensus, frames, memory. Run by
 * `npm run bench:page`; `--json` gives one document, `--quick` leaves out 64 validators, `--modelled` real signatures, `--only
 * GROUP` picks a group (`long`, half an hour of virtual time, only when it is picked).
 * It measures `dist/`, built anew when a source has changed since, or the folder that `E2E_DIST` names, as it is.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { benchConsensus } from './bench-consensus.mjs';
import { benchCrowd } from './bench-crowd.mjs';
import { playLong } from './bench-long.mjs';
import { benchScrub } from './bench-scrub.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { ensurePageBuild } from './page-build.mjs';

/** @typedef {import('@playwright/test').Browser} Browser */
/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('@playwright/test').CDPSession} CDPSession */
/** @typedef {{ group: Group, name: string, value: number | null, unit: string, note?: string }} Row */
/** @typedef {typeof GROUPS[number]} Group */
/** @typedef {{ browser: Browser, address: string, sizes: readonly number[], suites: readonly string[], add: (row: Row) => void }} Bench */

const GROUPS = /** @type {const} */ (['open', 'start', 'consensus', 'frames', 'crowd', 'scrub', 'memory', 'long']);
/** Takes many minutes: only when asked for. */
const ASKED_ONLY = 'long';
const SUITES = ['ml-dsa-65', 'modelled:ml-dsa-65'];
const OPENINGS = 5;
const WARM_UP_MS = 800;
const FRAMES_MS = 2_500;
const VARYING = { kind: 'uniform', minMs: 20, maxMs: 80 };
const root = fileURLToPath(new URL('..', import.meta.url));
const dist = resolve(root, process.env.E2E_DIST ?? 'dist');

process.exitCode = await main();

async function main() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      modelled: { type: 'boolean' },
      only: { type: 'string', multiple: true },
    },
  });
  const wanted = new Set(values.only ?? GROUPS.filter((group) => group !== ASKED_ONLY));
  const unknown = [...wanted].find((name) => !GROUPS.some((group) => group === name));
  if (unknown !== undefined) {
    process.stderr.write(`--only: found ${JSON.stringify(unknown)}, expected ${GROUPS.join(', ')}\n`);
    return 2;
  }
  ensurePageBuild({
    root,
    dist,
    mayBuild: process.env.E2E_DIST === undefined,
    say: (line) => void process.stderr.write(`${line}\n`),
  });
  const found = ensureChromium((line) => void process.stderr.write(`${line}\n`));
  const server = await preview({
    root,
    build: { outDir: dist },
    preview: { port: 0, strictPort: false, host: 'localhost' },
  });
  // `long` collects the garbage of workers too; the engine is the same otherwise.
  const browser = await chromium.launch({
    executablePath: found.path,
    args: [...chromiumFlags, '--js-flags=--expose-gc'],
  });
  /** @type {Row[]} */
  const rows = [];
  try {
    const bench = {
      browser,
      address: server.resolvedUrls?.local[0] ?? '',
      sizes: values.quick === true ? [4, 16] : [4, 16, 64],
      suites: values.modelled === true ? SUITES.slice(1) : SUITES,
      add: (/** @type {Row} */ row) => {
        rows.push(row);
        const done = `${row.group}: ${row.name} ${row.value?.toPrecision(3) ?? '–'} ${row.unit}`;
        process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${done}` : `${done}\n`);
      },
    };
    const measurers = {
      open: benchOpen,
      start: benchStart,
      consensus: (/** @type {Bench} */ each) =>
        benchConsensus({
          open: (workers) => quietPage(browser, `${each.address}?workers=${workers}`),
          load,
          sizes: each.sizes,
          suites: each.suites,
          add: each.add,
        }),
      frames: benchFrames,
      crowd: (/** @type {Bench} */ each) =>
        benchCrowd({
          open: () => quietPage(browser, each.address),
          largest: values.quick === true ? 16 : 128,
          add: each.add,
        }),
      scrub: async (/** @type {Bench} */ each) => {
        const page = await quietPage(browser, each.address);
        const scene = { validators: 16, suite: SUITES[1] ?? '', rate: 20, blockTimeMs: 1_000 };
        await benchScrub({ page, load: (opened) => load(opened, scene), add: each.add });
        await page.close();
      },
      memory: benchMemory,
      long: benchLong,
    };
    for (const group of GROUPS) if (wanted.has(group)) await measurers[group](bench);
  } finally {
    await browser.close();
    await new Promise((done) => server.httpServer.close(done));
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), browser: browser.version() };
  process.stdout.write(values.json === true ? `${JSON.stringify({ machine, rows })}\n` : table(rows, machine));
  return 0;
}

/** From navigation to the first node on screen that says it decided, on a fresh profile. @param {Bench} bench */
async function benchOpen({ browser, address, add }) {
  /** @type {number[]} */
  const firstPaints = [];
  /** @type {number[]} */
  const decisions = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(markFirstDecision);
    await page.goto(address);
    await page.waitForFunction(() => performance.getEntriesByName('first decision').length > 0);
    const at = (/** @type {string} */ name) =>
      page.evaluate((of) => performance.getEntriesByName(of)[0]?.startTime ?? 0, name);
    firstPaints.push(await at('first-contentful-paint'));
    decisions.push(await at('first decision'));
    await page.close();
  }
  const note = `median of ${OPENINGS}, ${Math.round(Math.min(...decisions))} to ${Math.round(Math.max(...decisions))}`;
  add({ group: 'open', name: 'first contentful paint', value: median(firstPaints), unit: 'ms' });
  add({ group: 'open', name: 'first decision on screen', value: median(decisions), unit: 'ms', note });
}

/** Runs in the page, before anything of it. */
function markFirstDecision() {
  const observer = new MutationObserver(() => {
    if (document.querySelector('[aria-label="Network"] button[aria-label$="height 1"]') === null) return;
    observer.disconnect();
    performance.mark('first decision');
  });
  const what = { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label'] };
  addEventListener('DOMContentLoaded', () => observer.observe(document, what));
}

/** `load` until the testnet stands at t = 0: workers, keys, first snapshot. @param {Bench} bench */
async function benchStart({ browser, address, sizes, suites, add }) {
  const page = await quietPage(browser, `${address}?workers=each`);
  for (const validators of sizes) {
    for (const suite of suites) {
      /** @type {number[]} */
      const times = [];
      for (let run = 0; run < (validators > 16 ? 1 : 3); run++)
        times.push(await load(page, { validators, suite, rate: null }));
      add({ group: 'start', name: `${validators} validators, ${suite}`, value: median(times), unit: 'ms' });
    }
  }
  await page.close();
}

/** Animation frames that the page gets, and what its main thread spends on each. @param {Bench} bench */
async function benchFrames({ browser, address, sizes, add }) {
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

/** Runs in the page: ms from moving the timeline's slider until the frame after has been painted. @param {number} times */
async function scrubTimeline(times) {
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
async function countFrames(forMs) {
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
async function threadSeconds(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0;
}

/** Seconds that the main thread has worked. @param {CDPSession} devtools */
async function taskSeconds(devtools) {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}

/**
 * Private memory of the page's process, from /proc (Linux only): a worker is a thread of it, so that what one costs is the
 * difference between two sizes of testnet over the difference in workers. After 2 virtual seconds.
 * @param {Bench} bench
 */
async function benchMemory({ browser, address, sizes, suites, add }) {
  if (!existsSync('/proc/self/smaps_rollup')) return;
  for (const suite of suites) {
    /** @type {{ validators: number, bytes: number } | null} */
    let smaller = null;
    for (const validators of sizes) {
      const before = await rendererPids(browser);
      const page = await quietPage(browser, `${address}?workers=each`);
      await load(page, { validators, suite, rate: null, blockTimeMs: 1_000 });
      await page.evaluate(() => /** @type {any} */ (globalThis).testnet.runUntil({ ms: 2_000 }));
      const pids = (await rendererPids(browser)).filter((pid) => !before.includes(pid));
      const bytes = Math.max(0, ...pids.map(privateBytes));
      const value = bytes / 1e6;
      add({
        group: 'memory',
        name: `${validators} validators, ${suite}`,
        value,
        unit: 'MB',
        note: 'private memory of the page',
      });
      if (smaller !== null) {
        const each = (bytes - smaller.bytes) / 1e6 / (validators - smaller.validators);
        const name = `each worker, ${suite}, from ${smaller.validators} to ${validators}`;
        add({ group: 'memory', name, value: each, unit: 'MB' });
      }
      smaller = { validators, bytes };
      await page.close();
    }
  }
}

/** Half an hour of virtual time with four validators. @param {Bench} bench */
async function benchLong({ browser, address, suites, add }) {
  if (!existsSync('/proc/self/smaps_rollup')) return;
  for (const suite of suites) {
    const before = await rendererPids(browser);
    const page = await quietPage(browser, address);
    const pids = (await rendererPids(browser)).filter((pid) => !before.includes(pid));
    await playLong(page, {
      load: async (opened) => void (await load(opened, { validators: 4, suite, rate: 50, blockTimeMs: 1_000 })),
      privateBytes: () => Math.max(0, ...pids.map(privateBytes)),
      add: (name, value, unit, note) =>
        add({ group: 'long', name: `${name}, ${suite}`, value, unit, ...(note === undefined ? {} : { note }) }),
    });
    await page.close();
  }
}

/** @param {Browser} browser @returns {Promise<number[]>} */
async function rendererPids(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/** @param {number} pid */
function privateBytes(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const sizes = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map(([, size]) => Number(size));
  return 1_024 * sizes.reduce((sum, size) => sum + size, 0);
}

/** The page, open, with its own testnet paused. @param {Browser} browser @param {string} address */
async function quietPage(browser, address) {
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
function load(page, { validators, suite, rate, blockTimeMs = 0, latency = VARYING }) {
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

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** @param {readonly Row[]} rows @param {{ cpu: string, cores: number, browser: string }} machine */
function table(rows, { cpu, cores, browser }) {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = [`${cpu}, ${cores} cores, Chromium ${browser}`];
  let group = '';
  for (const row of rows) {
    if (row.group !== group) lines.push('', row.group);
    group = row.group;
    const value = row.value === null ? '–' : row.value >= 100 ? row.value.toFixed(0) : row.value.toPrecision(3);
    const note = row.note === undefined ? '' : `   ${row.note}`;
    lines.push(`  ${row.name.padEnd(width)} ${value.padStart(8)} ${row.unit.padEnd(9)}${note}`.trimEnd());
  }
  return `${lines.join('\n')}\n`;
}
