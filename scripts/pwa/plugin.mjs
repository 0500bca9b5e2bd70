// @ts-check
/** Writes `sw.js` beside the built page: the service worker with the list of everything the build has made. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, posix, resolve, sep } from 'node:path';

const SOURCE = new URL('service-worker.js', import.meta.url);
/** Not needed to run: source maps, the picture for links, and what only tools read. */
const LEFT_OUT = [/\.map$/, /^social\.png$/, /\.schema\.json$/, /^sw\.js$/, /^index\.html$/];

/** @returns {import('vite').Plugin} */
export function serviceWorker() {
  let outDir = '';
  return {
    name: 'service-worker',
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    // Files of `public/` are only copied after the bundle is written.
    closeBundle() {
      const built = filesIn(outDir);
      if (!built.includes('index.html')) return;
      writeFileSync(join(outDir, 'sw.js'), serviceWorkerText(outDir, built));
    },
  };
}

/**
 * @param {string} dir
 * @param {readonly string[]} built relative paths with forward slashes
 */
export function serviceWorkerText(dir, built) {
  const files = built.filter((path) => !LEFT_OUT.some((pattern) => pattern.test(path))).sort();
  const hash = createHash('sha256');
  for (const path of ['index.html', ...files])
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(dir, path)));
  return readFileSync(SOURCE, 'utf8')
    .replace("'__CACHE__'", () => JSON.stringify(hash.digest('hex').slice(0, 16)))
    .replace("['__FILES__']", () => JSON.stringify(files));
}

/** @param {string} dir @returns {string[]} relative paths with forward slashes, in no particular order */
function filesIn(dir) {
  return readdirSync(dir, { recursive: true })
    .map((path) => String(path))
    .filter((path) => statSync(join(dir, path)).isFile())
    .map((path) => path.split(sep).join(posix.sep));
}
