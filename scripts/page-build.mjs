// @ts-check
/**
 * The built page as it stands against the sources. A build that lies about from an earlier day would be measured without a
 * word, and its figures taken for those of the sources beside it.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What a build is made from, relative to the repository. */
const SOURCES = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'scripts/liboqs-files.mjs',
  'scripts/pwa',
];

/**
 * The source that was changed last, relative to `root`, where it is younger than the build in `dist`; `''` where there is no
 * build at all; null where the build is up to date. Tests are no sources.
 * @param {string} root @param {string} dist @returns {string | null}
 */
export function changedSince(root, dist) {
  const built = statSync(join(dist, 'index.html'), { throwIfNoEntry: false });
  if (built === undefined) return '';
  let [newest, at] = ['', built.mtimeMs];
  for (const path of SOURCES.flatMap((source) => filesBelow(join(root, source)))) {
    const { mtimeMs } = statSync(path);
    if (mtimeMs > at) [newest, at] = [relative(root, path), mtimeMs];
  }
  return newest === '' ? null : newest;
}

/**
 * Sees to it that `dist` holds a build of the sources: makes one where there is none or `mayBuild` and it is out of date, else
 * only says that it is.
 * @param {{ root: string, dist: string, mayBuild: boolean, say: (line: string) => void }} what
 * @throws {Error} when the page does not build
 */
export function ensurePageBuild({ root, dist, mayBuild, say }) {
  const changed = changedSince(root, dist);
  if (changed === null) return;
  if (changed !== '' && !mayBuild) {
    say(`${dist} is older than ${changed}: what is measured is that older state`);
    return;
  }
  say(changed === '' ? `no build in ${dist}: building` : `${changed} has changed since the build in ${dist}: building`);
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const { status } = spawnSync(process.execPath, [vite, 'build', '--outDir', dist, '--emptyOutDir'], {
    cwd: root,
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error('the page does not build: see `npm run build`');
}

/** @param {string} path @returns {string[]} the file itself, or all files of a folder but tests; none where there is nothing */
function filesBelow(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
