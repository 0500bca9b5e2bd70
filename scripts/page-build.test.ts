import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedSince, ensurePageBuild } from './page-build.mjs';

let root: string;
let dist: string;

/** A file that was changed so many seconds after some moment. */
function write(path: string, second: number): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
  utimesSync(join(root, path), 1_700_000_000 + second, 1_700_000_000 + second);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'page-build-test-'));
  dist = join(root, 'dist');
  write('src/app/main.tsx', 1);
  write('package-lock.json', 1);
  write('dist/index.html', 5);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the built page', () => {
  it('is up to date when it is younger than all it is made from', () => {
    expect(changedSince(root, dist)).toBeNull();
  });

  it('is out of date when a source is younger; the youngest is named', () => {
    write('src/protocols/registry.ts', 7);
    write('public/icon.svg', 6);
    expect(changedSince(root, dist)).toBe(join('src', 'protocols', 'registry.ts'));
  });

  it('does not depend on tests and on what else lies beside it', () => {
    write('src/tidy.test.ts', 9);
    write('docs/comparing.md', 9);
    expect(changedSince(root, dist)).toBeNull();
  });

  it('is told from none at all', () => {
    rmSync(dist, { recursive: true });
    expect(changedSince(root, dist)).toBe('');
  });

  it('of somebody else is not replaced, but said to be out of date', () => {
    write('src/app/main.tsx', 8);
    const lines: string[] = [];
    ensurePageBuild({ root, dist, mayBuild: false, say: (line) => lines.push(line) });
    expect(lines).toEqual([
      `${dist} is older than ${join('src', 'app', 'main.tsx')}: what is measured is that older state`,
    ]);
  });

  it('is made anew when it is out of date, and a failure to do so is said', () => {
    write('src/app/main.tsx', 8);
    const lines: string[] = [];
    const ensure = () => ensurePageBuild({ root, dist, mayBuild: true, say: (line) => lines.push(line) });
    // There is no vite in this folder.
    expect(ensure).toThrow('does not build');
    expect(lines[0]).toContain('has changed since the build');
  });
});
