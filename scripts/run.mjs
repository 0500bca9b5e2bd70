#!/usr/bin/env node
// @ts-check
/** `node scripts/run.mjs <entry> [arguments]` runs `src/cli/<entry>.ts` from an up-to-date bundle, in this process. */
import { pathToFileURL } from 'node:url';
import { buildNodeBundle, entrySource } from './node-bundle.mjs';

const BAD_INPUT = 2;
const [name = '', ...rest] = process.argv.slice(2);
const source = entrySource(name);

if (source === undefined) {
  fail(`no such command: ${JSON.stringify(name)}; expected sim, check or bench`);
} else {
  const { entries } = await buildNodeBundle();
  const path = entries[/** @type {keyof typeof entries} */ (name)];
  if (path === undefined) {
    fail(`${source} is missing, so there is nothing to run`);
  } else {
    process.setSourceMapsEnabled(true);
    process.argv = [process.execPath, path, ...rest];
    await import(pathToFileURL(path).href);
  }
}

/** @param {string} message */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = BAD_INPUT;
}
