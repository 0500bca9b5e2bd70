// @ts-check
/** Finds the Chromium that the end-to-end tests drive, and installs one when there is none. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const SYSTEM_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Quiet on closed networks and without a GPU; root cannot use Chromium's sandbox. */
export const chromiumFlags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-gpu',
  ...(isRoot() ? ['--no-sandbox'] : []),
];

/**
 * @typedef {object} FoundChromium
 * @property {string} path absolute path of the executable
 * @property {string} source where it comes from, for people
 */

/**
 * `CHROMIUM_PATH`, else Playwright's own, else a system one, else null.
 * @returns {FoundChromium | null}
 * @throws {Error} when `CHROMIUM_PATH` names nothing that can be run
 */
export function findChromium() {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted !== undefined && wanted !== '') {
    if (!runnable(wanted)) throw new Error(`CHROMIUM_PATH is ${JSON.stringify(wanted)}, which is no executable file`);
    return { path: wanted, source: 'CHROMIUM_PATH' };
  }
  const own = chromium.executablePath();
  if (own !== '' && runnable(own)) return { path: own, source: "Playwright's own" };
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...SYSTEM_PATHS];
  const path = candidates.find(runnable);
  return path === undefined ? null : { path, source: 'installed on this system' };
}

/**
 * The Chromium to use; installs one if need be and says what it does.
 * @param {(line: string) => void} say
 * @returns {FoundChromium}
 * @throws {Error} when none is found and none can be installed
 */
export function ensureChromium(say) {
  const present = findChromium();
  if (present !== null) return present;
  say('No Chromium found: installing one with `npx playwright install chromium`.');
  if (run('npx', ['playwright', 'install', 'chromium'])) {
    // Playwright's build brings no system libraries; only root can add them.
    if (isRoot()) run('npx', ['playwright', 'install-deps', 'chromium']);
  } else if (isRoot() && process.platform === 'linux') {
    say('That failed: installing the system package with `apt-get install -y chromium`.');
    if (run('apt-get', ['update'])) run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium']);
  }
  const installed = findChromium();
  if (installed === null) {
    throw new Error('no Chromium could be found or installed: install one, or set CHROMIUM_PATH to an executable');
  }
  return installed;
}

/** @param {string} command @param {string[]} argumentList */
function run(command, argumentList) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, argumentList, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
}

/** @param {string} path */
function runnable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isRoot() {
  return process.getuid?.() === 0;
}
