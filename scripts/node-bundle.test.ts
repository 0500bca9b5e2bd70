import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildNodeBundle } from './node-bundle.mjs';

const repository = join(import.meta.dirname, '..');
const cacheRoot = join(repository, 'node_modules', '.cache');
let root: string;
let cache: string;

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function run(path: string | undefined, ...input: string[]) {
  expect(path).toBeDefined();
  const { status, stdout } = spawnSync(process.execPath, [path ?? '', ...input], { encoding: 'utf8' });
  return { status, stdout };
}

beforeAll(() => mkdirSync(cacheRoot, { recursive: true }));

beforeEach(() => {
  root = mkdtempSync(join(cacheRoot, 'bundle-test-'));
  cache = join(root, 'cache');
  write('src/core/number.ts', 'export const number: number = 41;\n');
  write(
    'src/cli/node.worker.ts',
    "import { parentPort } from 'node:worker_threads';\nparentPort?.postMessage('hello');\n",
  );
  write(
    'src/cli/sim.ts',
    `import { Worker } from 'node:worker_threads';
     import { number } from '../core/number.ts';
     import oqs from '@openforge-sh/liboqs/dist/ml-dsa-65.min.js';
     const worker = new Worker(new URL('./node.worker.mjs', import.meta.url));
     worker.on('message', (message) => {
       console.log(number + 1, message, typeof oqs, process.argv[2]);
       process.exitCode = 7;
     });`,
  );
});

afterAll(() => {
  for (const name of readdirSync(cacheRoot)) {
    if (name.startsWith('bundle-test-')) rmSync(join(cacheRoot, name), { recursive: true, force: true });
  }
});

describe('the bundle for Node', () => {
  it('runs TypeScript, starts its workers and contains liboqs', async () => {
    const { entries, cached } = await buildNodeBundle({ root, cache });
    expect(cached).toBe(false);
    expect(Object.keys(entries).sort()).toEqual(['node.worker', 'sim']);
    expect(run(entries.sim, 'argument')).toEqual({ status: 7, stdout: '42 hello function argument\n' });
  });

  it('is kept until a source changes, and comes back with it', async () => {
    const first = await buildNodeBundle({ root, cache });
    expect(await buildNodeBundle({ root, cache })).toEqual({ ...first, cached: true });
    write('src/core/number.ts', 'export const number: number = 1;\n');
    const changed = await buildNodeBundle({ root, cache });
    expect(changed.dir).not.toBe(first.dir);
    expect(run(changed.entries.sim).stdout).toContain('2 hello');
    write('src/core/number.ts', 'export const number: number = 41;\n');
    expect(await buildNodeBundle({ root, cache })).toEqual({ ...first, cached: true });
  });

  it('does not depend on tests and the page', async () => {
    const { dir } = await buildNodeBundle({ root, cache });
    write('src/core/number.test.ts', 'export {};\n');
    write('src/ui/App.tsx', 'export {};\n');
    expect(await buildNodeBundle({ root, cache })).toMatchObject({ dir, cached: true });
  });

  it('survives several processes that build at once', async () => {
    const built = await Promise.all([1, 2, 3].map(() => buildNodeBundle({ root, cache })));
    expect(new Set(built.map(({ dir }) => dir)).size).toBe(1);
    expect(run(built[0]?.entries.sim).status).toBe(7);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('leaves nothing behind when a source does not compile', async () => {
    write('src/cli/sim.ts', "import { missing } from '../core/absent.ts';\nmissing();\n");
    await expect(buildNodeBundle({ root, cache })).rejects.toThrow('absent');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is empty without entries', async () => {
    rmSync(join(root, 'src', 'cli'), { recursive: true });
    expect(await buildNodeBundle({ root, cache })).toMatchObject({ entries: {} });
  });
});

describe('scripts/run.mjs', () => {
  it('refuses an unknown command with exit code 2', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(repository, 'scripts/run.mjs'), 'toString'], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('no such command: "toString"; expected sim, check or bench\n');
    expect(status).toBe(2);
  });

  it('passes arguments and the exit code through', () => {
    cpSync(join(repository, 'scripts'), join(root, 'scripts'), { recursive: true });
    cpSync(join(repository, 'package-lock.json'), join(root, 'package-lock.json'));
    write('src/cli/sim.ts', 'console.log(process.argv.slice(2).join());\nprocess.exitCode = 1;\n');
    const script = join(root, 'scripts', 'run.mjs');
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, 'sim', '--json', 'a b'], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '--json,a b\n', stderr: '' });
    expect(existsSync(join(root, 'node_modules', '.cache', 'testnet-playground', 'node'))).toBe(true);
  });
});
