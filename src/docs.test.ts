/** Pages about the project say what is so, as far as that can be looked up. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Known, staleIn } from '../scripts/tidy/docs.ts';
import { SHIPPED } from './explore/compare/index.ts';
import { presets } from './scenario/index.ts';

const root = join(import.meta.dirname, '..');
const FOLDERS = ['.ci', '.github', 'docs', 'e2e', 'public', 'scripts', 'src'];

function below(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    );
}

function atTop(): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const files = [...atTop(), ...FOLDERS.flatMap(below)].sort();
const known: Known = {
  files: new Set(files),
  scripts: new Set(Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)),
  ids: { sim: new Set(presets.map(({ id }) => id)), compare: new Set(SHIPPED.map(({ id }) => id)) },
  read,
};

describe('the pages', () => {
  const pages = files.filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');

  it('are found', () => {
    expect(pages).toContain('README.md');
    expect(pages.filter((path) => path.startsWith('src/protocols/')).length).toBeGreaterThan(8);
  });

  it.each(pages)('%s names links, commands and files that there are', (path) => {
    expect(staleIn(path, read(path), known)).toEqual([]);
  });

  it('say what a configuration of every protocol may hold', async () => {
    const { PROTOCOLS } = await import('./protocols/registry.ts');
    for (const [name, { configSchema }] of PROTOCOLS) {
      const keys = Object.keys((configSchema as { properties?: object }).properties ?? {});
      const text = read(name === 'sharded' ? 'docs/sharding.md' : `src/protocols/${name}/README.md`);
      expect(
        keys.filter((key) => !text.includes(`\`${key}`)),
        name,
      ).toEqual([]);
    }
  });
});

describe('a page', () => {
  const stale = (text: string): string[] => staleIn('docs/page.md', text, known);

  it.each([
    ['[a](../src/nowhere/README.md)', '[a](../src/storage/README.md)'],
    ['[a](petri-nets.md#no-such-heading)', '[a](https://example.org/none.md)'],
    ['`npm run nothing -- --list`', '`npm run sim -- --list`'],
    ['`npm run sim -- no-such-preset --json`', '`npm run sim -- storm --seeds 1..3`'],
    ['npm run sim -- compare no-such-one', 'npm run sim -- compare n-squared'],
    ['see `kernel/no-such.ts`', 'see `core/prng.ts`'],
  ])('that says %s is stale, one that says %s is not', (bad, good) => {
    expect(stale(`first\n${bad}`)).toHaveLength(1);
    expect(stale(`first\n${bad}`)[0]).toMatch(/^2: /);
    expect(stale(good)).toEqual([]);
  });
});
