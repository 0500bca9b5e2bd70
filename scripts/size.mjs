#!/usr/bin/env node
// @ts-check
/** How much JavaScript the built page needs for its first picture: the entry and everything it imports at once, gzipped. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Bytes: 250 kB, a second on a slow phone's network. */
export const FIRST_PICTURE_BYTES_MAX = 250_000;

const SCRIPT = /<script\b[^>]*\bsrc="([^"]+)"/g;
const PRELOAD = /<link\b[^>]*\brel="modulepreload"[^>]*\bhref="([^"]+)"/g;
/** `import … from "./x.js"`, `export … from "./x.js"` and `import "./x.js"`; not `import("./x.js")`, which can wait. */
const STATIC_IMPORT = /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}\s,$]+?\s*from\s*)?["'](\.{1,2}\/[^"']+\.js)["']/g;

/**
 * @param {string} dist folder of the build
 * @returns {{ files: { path: string, bytes: number }[], bytes: number }} gzipped sizes, largest first
 * @throws Error where a file that is asked for is not there
 */
export function firstPicture(dist) {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const wanted = [SCRIPT, PRELOAD].flatMap((pattern) =>
    [...html.matchAll(pattern)].map((match) => resolve(dist, match[1] ?? '')),
  );
  if (wanted.length === 0) throw new Error(`${join(dist, 'index.html')} loads no script`);
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    if (sizes.has(path)) continue;
    if (!existsSync(path)) throw new Error(`${path} is asked for and is not there`);
    const source = readFileSync(path, 'utf8');
    sizes.set(path, gzipSync(source, { level: 9 }).length);
    for (const [, imported = ''] of source.matchAll(STATIC_IMPORT)) wanted.push(resolve(dirname(path), imported));
  }
  const files = [...sizes]
    .map(([path, bytes]) => ({ path: relative(dist, path).split(sep).join(posix.sep), bytes }))
    .sort((a, b) => b.bytes - a.bytes);
  return { files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const dist = resolve(process.argv[2] ?? 'dist');
  const { files, bytes } = firstPicture(dist);
  for (const file of files) process.stdout.write(`${(file.bytes / 1000).toFixed(1).padStart(7)} kB  ${file.path}\n`);
  const verdict = bytes <= FIRST_PICTURE_BYTES_MAX ? 'within' : 'more than';
  process.stdout.write(
    `${(bytes / 1000).toFixed(1)} kB of JavaScript (gzip) for the first picture, ${verdict} the ${FIRST_PICTURE_BYTES_MAX / 1000} kB allowed\n`,
  );
  process.exitCode = bytes <= FIRST_PICTURE_BYTES_MAX ? 0 : 1;
}
