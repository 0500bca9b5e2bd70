import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { firstPicture } from './size.mjs';

let dist = '';
const write = (name: string, text: string) => writeFileSync(join(dist, name), text);
beforeEach(() => {
  dist = mkdtempSync(join(tmpdir(), 'size-'));
  write(
    'index.html',
    '<script type="module" crossorigin src="./a.js"></script><link rel="modulepreload" href="./b.js">',
  );
  write('a.js', 'import{x as y}from"./c.js";import"./d.js";const later=()=>import("./e.js");export*from"./f.js";');
  for (const name of ['b.js', 'c.js', 'd.js', 'e.js', 'f.js']) write(name, `export const x = "${name}";`);
});
afterEach(() => rmSync(dist, { recursive: true }));

it('counts the entry, what is preloaded and what is imported at once, each once; what can wait is not counted', () => {
  write('d.js', 'import { x } from "./b.js"; import "./a.js";');
  const { files, bytes } = firstPicture(dist);
  expect(files.map(({ path }) => path).sort()).toEqual(['a.js', 'b.js', 'c.js', 'd.js', 'f.js']);
  expect(bytes).toBe(files.reduce((sum, file) => sum + file.bytes, 0));
  expect(files.every(({ bytes: size }) => size > 20)).toBe(true);
});

it('does not pass over what is missing', () => {
  rmSync(join(dist, 'c.js'));
  expect(() => firstPicture(dist)).toThrow(/c\.js is asked for/);
  write('index.html', '<p>nothing</p>');
  expect(() => firstPicture(dist)).toThrow(/loads no script/);
});
