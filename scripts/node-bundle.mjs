// @ts-check
/**
 * Bundles the command-line entries and the Node workers, because Node 20 runs no TypeScript. One flat folder per state of
 * the sources, named by a hash over their contents, so that an unchanged tree starts at once and several processes can
 * build and run at the same time: each builds into a folder of its own and renames it into place.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { liboqsFiles } from './liboqs-files.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Place
 * @property {string} root folder that holds `src/`
 * @property {string} cache folder that holds the bundles; below a `node_modules`, so that packages resolve
 */
/** @type {Place} */
const HERE = { root: repository, cache: join(repository, 'node_modules', '.cache', 'testnet-playground', 'node') };

/** Entries by the name of their output file; those whose source is absent are left out. */
const ENTRIES = {
  sim: 'src/cli/sim.ts',
  check: 'src/cli/check.ts',
  bench: 'src/cli/bench.ts',
  rival: 'src/cli/rival.ts',
  'node.worker': 'src/cli/node.worker.ts',
  'conductor.worker': 'src/cli/conductor.worker.ts',
};

/** Folders of `src/` that no entry can reach: a change there needs no new bundle. */
const UNREACHABLE = new Set(['ui', 'app']);
/** Finished bundles kept, besides any younger than an hour (one of them may still be running). */
const KEPT = 4;
const YOUNG_MS = 3_600_000;

/** @typedef {keyof typeof ENTRIES} EntryName */
/**
 * @typedef {object} NodeBundle
 * @property {string} dir absolute folder of the bundle
 * @property {Partial<Record<EntryName, string>>} entries absolute path of each entry that exists
 * @property {boolean} cached whether it was there already
 */

/**
 * The bundle of the sources as they stand, built if need be. Tests call it too, to start Node workers from TypeScript.
 * @param {Place} [place]
 * @returns {Promise<NodeBundle>}
 * @throws {Error} when a source does not compile
 */
export async function buildNodeBundle(place = HERE) {
  const inputs = presentEntries(place);
  const dir = join(place.cache, sourceHash(place, Object.keys(inputs)));
  const cached = existsSync(dir);
  if (cached) touch(dir);
  else await buildInto(place, dir, inputs);
  const entries = Object.fromEntries(Object.keys(inputs).map((name) => [name, join(dir, `${name}.mjs`)]));
  return { dir, entries, cached };
}

/** The source of an entry, relative to the repository, or undefined for a name that is none. @param {string} name */
export function entrySource(name) {
  return Object.hasOwn(ENTRIES, name) ? ENTRIES[/** @type {EntryName} */ (name)] : undefined;
}

/** @param {Place} place @returns {Record<string, string>} */
function presentEntries({ root }) {
  return Object.fromEntries(
    Object.entries(ENTRIES)
      .map(([name, path]) => [name, join(root, path)])
      .filter(([, path]) => existsSync(/** @type {string} */ (path))),
  );
}

/** @param {Place} place @param {string} dir @param {Record<string, string>} inputs */
async function buildInto({ root, cache }, dir, inputs) {
  mkdirSync(cache, { recursive: true });
  if (Object.keys(inputs).length === 0) {
    mkdirSync(dir, { recursive: true });
    return;
  }
  const { build } = await import('vite');
  const draft = `${dir}.${process.pid}.${process.hrtime.bigint()}.draft`;
  try {
    await build({
      root,
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      plugins: [liboqsFiles()],
      // Packages too: a worker that loads one file instead of fifty starts a third faster and takes less memory.
      ssr: { noExternal: true },
      build: {
        ssr: true,
        target: 'node20',
        outDir: draft,
        emptyOutDir: true,
        minify: false,
        sourcemap: true,
        reportCompressedSize: false,
        rolldownOptions: {
          input: inputs,
          // Flat, so that a worker's file is a sibling of whatever chunk starts it.
          output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
        },
      },
    });
    publish(draft, dir);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  prune(cache, dir);
}

/** Renames a finished draft into place; if another process was first, its bundle is as good. @param {string} draft @param {string} dir */
function publish(draft, dir) {
  try {
    renameSync(draft, dir);
  } catch (error) {
    if (!existsSync(dir)) throw error;
  }
}

/** Removes old bundles and drafts that a killed process left. @param {string} cache @param {string} current */
function prune(cache, current) {
  const now = Date.now();
  const found = readdirSync(cache)
    .map((name) => join(cache, name))
    .filter((path) => path !== current)
    .flatMap((path) => {
      const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      return modified === undefined ? [] : [{ path, modified }];
    })
    .sort((a, b) => b.modified - a.modified);
  found.forEach(({ path, modified }, position) => {
    if (now - modified < YOUNG_MS) return;
    if (position >= KEPT || path.endsWith('.draft')) rmSync(path, { recursive: true, force: true });
  });
}

/** @param {string} dir */
function touch(dir) {
  const now = new Date();
  try {
    utimesSync(dir, now, now);
  } catch {
    // Only keeps it from being pruned early; a read-only cache still serves.
  }
}

/** Hash over everything the bundle depends on. @param {Place} place @param {string[]} names */
function sourceHash({ root }, names) {
  const hash = createHash('sha256').update(names.join());
  const others = ['package-lock.json', 'scripts/liboqs-files.mjs', 'scripts/node-bundle.mjs'];
  for (const path of [
    ...sourceFiles(join(root, 'src'), UNREACHABLE),
    ...others.map((path) => join(repository, path)),
  ]) {
    hash.update(`\0${relative(root, path).split(sep).join('/')}\0`).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 16);
}

/** @param {string} dir @param {ReadonlySet<string>} [skipped] folders directly in `dir` @returns {string[]} */
function sourceFiles(dir, skipped) {
  const entries = readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return skipped?.has(entry.name) ? [] : sourceFiles(path);
    return /\.(tsx?|json)$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}
