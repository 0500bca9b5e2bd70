#!/usr/bin/env node
// @ts-check
/**
 * How fast the built page is in Chromium on this machine: opening, start-up, consensus, frames, memory. Run by
 * `npm run bench:page`; `--json` gives one document, `--quick` leaves out 64 validators, `--modelled` real signatures, `--only
 * GROUP` picks a group (`long`, half an hour of virtual time, only when it is picked).
 * It measures `dist/`, built anew when a source has changed since, or the folder that `E2E_DIST` names, as it is.
 */
import { availableParallelism, cpus } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { benchConsensus } from './bench-consensus.mjs';
import { benchCrowd } from './bench-crowd.mjs';
import { benchFrames } from './bench-frames.mjs';
import { benchLong } from './bench-long.mjs';
import { benchMemory } from './bench-memory.mjs';
import { benchScrub } from './bench-scrub.mjs';
import { chromiumFlags, ensureChromium } from './chromium.mjs';
import { ensurePageBuild } from './page-build.mjs';
import { load, median, quietPage, SUITES } from './page-tools.mjs';

/** @typedef {import('./page-tools.mjs').Row} Row */
/** @typedef {import('./page-tools.mjs').Bench} Bench */

const GROUPS = /** @type {const} */ (['open', 'start', 'consensus', 'frames', 'crowd', 'scrub', 'memory', 'long']);
/** Takes many minutes: only when asked for. */
const ASKED_ONLY = 'long';
const OPENINGS = 5;
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
      consensus: benchConsensus,
      frames: benchFrames,
      crowd: benchCrowd,
      scrub: benchScrub,
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
