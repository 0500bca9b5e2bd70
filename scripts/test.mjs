#!/usr/bin/env node
// @ts-check
/**
 * Everything that must hold before a change lands, in one command. `--unit` leaves out build and browser, `--e2e` does
 * only those. The last line is `N passed, N failed`; the exit code is 0 only if nothing failed.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureChromium } from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(root, 'test-results');
const unitResults = join(results, 'unit.json');
const e2eResults = join(results, 'e2e.json');

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */
/**
 * @typedef {object} Step
 * @property {string} title
 * @property {'unit' | 'e2e'} part
 * @property {() => Promise<Tally>} run
 */

/** @type {Step[]} */
const steps = [
  { title: 'Type check', part: 'unit', run: () => check(tool(['tsc', '-p', 'tsconfig.json'])) },
  {
    title: 'Type check without DOM and Node',
    part: 'unit',
    run: () => check(tool(['tsc', '-p', 'tsconfig.pure.json'])),
  },
  { title: 'Lint and format', part: 'unit', run: () => check(tool(['biome', 'check', '--error-on-warnings'])) },
  { title: 'Layers, unit and property tests', part: 'unit', run: runUnit },
  { title: 'Build', part: 'e2e', run: () => check(tool(['vite', 'build'])) },
  { title: 'Size of the first picture', part: 'e2e', run: () => check(node(['scripts/size.mjs', 'dist'])) },
  { title: 'End to end in Chromium', part: 'e2e', run: runE2e },
];

process.exitCode = await main();

async function main() {
  const parts = selectedParts();
  if (parts === null) return 2;
  mkdirSync(results, { recursive: true });
  const total = { passed: 0, failed: 0, skipped: 0 };
  const lines = [];
  let built = true;
  for (const step of steps.filter(({ part }) => parts.has(part))) {
    say(`\n━━ ${step.title}`);
    const started = process.hrtime.bigint();
    const tally = built ? await guarded(step) : { passed: 0, failed: 1, skipped: 0 };
    if (!built) say('not run: there is no build');
    if (step.title === 'Build' && tally.failed > 0) built = false;
    const seconds = Number((process.hrtime.bigint() - started) / 1_000_000n) / 1000;
    lines.push(summaryLine(step.title, tally, seconds));
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  say(`\n━━ Summary\n${lines.join('\n')}`);
  if (total.skipped > 0) say(`${total.skipped} skipped`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

/** The parts that the command line asks for; null when it makes no sense. */
function selectedParts() {
  try {
    const { values } = parseArgs({ options: { unit: { type: 'boolean' }, e2e: { type: 'boolean' } } });
    const both = values.unit !== true && values.e2e !== true;
    return new Set([...(both || values.unit ? ['unit'] : []), ...(both || values.e2e ? ['e2e'] : [])]);
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}\nusage: npm test [-- --unit | --e2e]`);
    return null;
  }
}

/** A step that cannot even start has failed; the others still run. @param {Step} step @returns {Promise<Tally>} */
async function guarded(step) {
  try {
    return await step.run();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** @param {Promise<number>} exitCode @returns {Promise<Tally>} */
async function check(exitCode) {
  return (await exitCode) === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** @returns {Promise<Tally>} */
async function runUnit() {
  rmSync(unitResults, { force: true });
  const code = await tool([
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${unitResults}`,
  ]);
  const report = readReport(unitResults);
  const tally = {
    passed: count(report.numPassedTests),
    failed: count(report.numFailedTests),
    skipped: count(report.numPendingTests) + count(report.numTodoTests),
  };
  return consistent(tally, code);
}

/** @returns {Promise<Tally>} */
async function runE2e() {
  const found = ensureChromium(say);
  say(`Chromium: ${found.path} (${found.source})`);
  rmSync(e2eResults, { force: true });
  const env = { CHROMIUM_PATH: found.path, E2E_PORT: String(await freePort()), E2E_RESULTS: e2eResults };
  const code = await tool(['playwright', 'test'], env);
  const stats = /** @type {Record<string, unknown>} */ (readReport(e2eResults).stats ?? {});
  const tally = {
    passed: count(stats.expected),
    failed: count(stats.unexpected) + count(stats.flaky),
    skipped: count(stats.skipped),
  };
  return consistent(tally, code);
}

/**
 * A runner that fails without a failed test (a file that does not load, an error outside a test) counts as one failure,
 * and so does one that ran nothing.
 * @param {Tally} tally @param {number} code @returns {Tally}
 */
function consistent(tally, code) {
  const silentFailure = (code !== 0 || tally.passed === 0) && tally.failed === 0;
  return silentFailure ? { ...tally, failed: 1 } : tally;
}

/**
 * Runs a tool of `node_modules` with its output shown; resolves to its exit code.
 * @param {string[]} command @param {Record<string, string>} [more] environment variables @returns {Promise<number>}
 */
function tool(command, more = {}) {
  const windows = process.platform === 'win32';
  const [name = '', ...argumentList] = command;
  const path = join(root, 'node_modules', '.bin', windows ? `${name}.cmd` : name);
  const env = { ...process.env, ...more };
  return new Promise((resolve, reject) => {
    const child = spawn(path, argumentList, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env,
      shell: windows,
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Runs a script of ours with its output shown; resolves to its exit code. @param {string[]} argumentList @returns {Promise<number>} */
function node(argumentList) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argumentList, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** A port that is free now. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, 'localhost', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** The JSON that a runner wrote, or an empty report if it did not get that far. @param {string} path @returns {Record<string, unknown>} */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** @param {unknown} value */
function count(value) {
  return typeof value === 'number' ? value : 0;
}

/** @param {string} title @param {Tally} tally @param {number} seconds */
function summaryLine(title, { passed, failed, skipped }, seconds) {
  const counts = `${passed} of ${passed + failed}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return `${failed > 0 ? '✗' : '✓'} ${title.padEnd(34)} ${counts.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s`;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}
