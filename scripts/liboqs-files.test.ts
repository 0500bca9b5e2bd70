import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { splitFile } from './liboqs-files.mjs';

const FILES = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87', 'slh-dsa-sha2-128f', 'slh-dsa-sha2-128s'] as const;
const read = (name: string): string =>
  readFileSync(new URL(`../node_modules/@openforge-sh/liboqs/dist/${name}.min.js`, import.meta.url), 'utf8');

describe('the files of liboqs', () => {
  it.each(FILES)('%s comes apart into code and a WebAssembly binary', (name) => {
    const source = read(name);
    const { code, binary } = splitFile(source, name);
    expect(WebAssembly.validate(Buffer.from(binary, 'base64'))).toBe(true);
    expect(code.length).toBeLessThan(12_000);
    expect(source).toContain(binary);
    expect(code).toContain('instantiateWasm');
    expect(code).not.toMatch(/import\(/);
  });

  it.each([
    ['ml-dsa-44', 'ml-dsa-65'],
    ['ml-dsa-87', 'ml-dsa-65'],
    ['slh-dsa-sha2-128s', 'slh-dsa-sha2-128f'],
  ] as const)('of one family are the same but for a name: %s, %s', (one, other) => {
    const named = (name: string): string => read(name).replaceAll(`LibOQS_${name.replaceAll('-', '_')}`, 'open');
    expect(named(one) === named(other)).toBe(true);
  });

  it('are refused where there is no binary in them, or two', () => {
    const long = '"'.concat('A'.repeat(12_000), '"');
    expect(() => splitFile('export default 1;', 'a.js')).toThrow('a.js: found 0 WebAssembly binaries, expected 1');
    expect(() => splitFile(`f(${long}, ${long})`, 'a.js')).toThrow('found 2');
    expect(() => splitFile(`f(${long})`, 'a.js')).toThrow('a.js: expected to find await import("module") once');
  });
});
