import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serviceWorkerText } from './plugin.mjs';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'service-worker-'));
  for (const name of ['index.html', 'a.js', 'a.js.map', 'social.png']) writeFileSync(join(dir, name), name);
});
afterEach(() => rmSync(dir, { recursive: true }));

const BUILT = ['social.png', 'index.html', 'a.js.map', 'a.js'];
const cacheOf = (text: string) => /const CACHE = "([0-9a-f]{16})"/.exec(text)?.[1];

it('lists what the page needs and nothing else', () => {
  expect(serviceWorkerText(dir, BUILT)).toContain('const FILES = ["a.js"];');
});

it('is another cache as soon as one byte of the page is another', () => {
  const before = cacheOf(serviceWorkerText(dir, BUILT));
  expect(before).toBeDefined();
  expect(cacheOf(serviceWorkerText(dir, BUILT.toReversed()))).toBe(before);
  writeFileSync(join(dir, 'index.html'), 'another');
  expect(cacheOf(serviceWorkerText(dir, BUILT))).not.toBe(before);
});
