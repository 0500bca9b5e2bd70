/** The house rules that neither compiler nor linter can check, over every source file; each rule is shown to bite. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES, violations } from '../scripts/tidy/rules.ts';
import { lineAt, readSource } from '../scripts/tidy/source.ts';

const root = join(import.meta.dirname, '..');

function sourcePaths(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path))
    .sort();
}

/** The rules that these few lines break when they stand in that file, each as `rule:line`. */
function broken(path: string, text: string): string[] {
  return violations([readSource(path, text)]).map(({ rule, line }) => `${rule}:${line}`);
}

describe('the sources', () => {
  const paths = ['src', 'e2e', 'scripts'].flatMap(sourcePaths);
  const sources = paths.map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));

  it('are found', () => {
    expect(paths).toContain('src/core/prng.ts');
    expect(paths).toContain('src/tidy.test.ts');
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(paths.length / 2);
  });

  it.each(RULES.map((rule) => [rule.id, rule] as const))('keep the rule %s', (_, rule) => {
    const found = violations(sources, [rule]).map(({ path, line, detail }) => `${path}:${line} ${rule.id}: ${detail}`);
    expect(found).toEqual([]);
  });
});

/** [rule, file, what breaks the rule there, what is fine there]. */
const EXAMPLES: readonly (readonly [string, string, string, string])[] = [
  ['layers', 'src/core/a.ts', "import { b } from '../kernel/b.ts';", "import { b } from './b.ts';"],
  [
    'layers',
    'src/ledger/a.ts',
    "import type { B } from '../protocols/b.ts';",
    "import type { B } from '../crypto/b.ts';",
  ],
  ['layers', 'src/kernel/a.ts', "export * from '../session/b.ts';", "export * from '../core/b.ts';"],
  ['layers', 'src/kernel/a.ts', "export { b } from '../runtime/b.ts';", "export { b } from './deep/b.ts';"],
  ['layers', 'src/crypto/a.ts', "const b = await import('../ui/b.ts');", "const b = await import('./b.ts');"],
  ['layers', 'src/crypto/a.ts', "type B = import('../ledger/b.ts').B;", "type B = import('../core/b.ts').B;"],
  ['layers', 'src/runtime/a.ts', "new URL('../session/b.ts', import.meta.url);", "new URL('./b.ts', import.meta.url);"],
  ['layers', 'src/storage/a.ts', "import '../checks/b.ts';", "import '../runtime/b.ts';"],
  ['layers', 'src/cli/a.ts', "import '../ui/b.ts';", "import '../session/b.ts';"],
  ['layers', 'src/session/a.ts', "import '../../scripts/b.mjs';", "import 'idb';"],
  ['layers', 'src/unheard/a.ts', 'export const a = 1;', ''],
  ['fences', 'src/protocols/pbft/a.ts', "import '../svbft/b.ts';", "import '../client/b.ts';"],
  ['fences', 'src/protocols/pbft/a.ts', "import '../registry.ts';", "import '../protocol.ts';"],
  ['fences', 'src/ui/features/chart/a.ts', "import '../list/b.ts';", "import '../../store.ts';"],
  ['extension', 'src/core/a.ts', "import { b } from './b';", "import data from './b.json?raw';"],
  ['clock', 'src/kernel/a.ts', 'export const a = Date.now();', 'export const a = { Date: 1 }.Date;'],
  ['clock', 'src/kernel/a.ts', 'export let at: Date;', "export const text = 'new Date()'; // Date.now()"],
  [
    'clock',
    'src/protocols/svbft/a.ts',
    'setTimeout(() => {}, 1);',
    'const f = (setTimeout: () => void) => setTimeout();',
  ],
  [
    'clock',
    'src/core/a.ts',
    'const { performance } = globalThis;',
    'const a = (b: { performance: number }) => b.performance;',
  ],
  ['clock', 'src/ledger/a.ts', "import { b } from 'node:fs';", "import { b } from 'cborg';"],
  [
    'clock',
    'src/crypto/a.ts',
    'crypto.getRandomValues(a);',
    "import { crypto } from './b.ts'; crypto.getRandomValues();",
  ],
  ['clock', 'src/crypto/liboqs.ts', 'performance.now();', 'globalThis.crypto.getRandomValues(a);'],
  ['clock', 'src/kernel/a.ts', 'const t = `at $' + '{Date.now()}`;', 'const t = `at Date.now()`;'],
  ['chance', 'src/session/a.ts', 'export const a = Math.random();', 'export const a = Math.floor(1.5);'],
  ['chance', 'src/ui/a.ts', "export const a = Math['random']();", 'export const a = { random: 1 }.random;'],
  ['float', 'src/kernel/a.ts', 'export const a = Math.log(2);', 'export const a = Math.imul(2, 3);'],
  ['float', 'src/ledger/a.ts', 'const { log } = Math;', 'const { max } = { max: Math.max };'],
  ['float', 'src/core/a.ts', 'export const a = (b: number) => 2 ** b;', 'export const a = 2 ** 32;'],
  ['float', 'src/core/a.ts', 'let a = 2; a **= 3;', 'let a = 2; a *= 3;'],
  ['locale', 'src/core/a.ts', "export const a = 'b'.localeCompare('c');", "export const a = 'b' < 'c';"],
  ['platform', 'src/checks/a.ts', 'document.title;', 'const a = (document: string) => document;'],
  ['platform', 'src/session/a.ts', 'navigator.locks;', 'const b = { navigator: 1 };'],
  ['platform', 'src/scenario/a.ts', "import 'node:fs';", "import 'zod';"],
  ['platform', 'src/ui/a.ts', "await import('node:fs');", 'new BroadcastChannel("a"); new Worker("b");'],
  ['any', 'src/ui/a.ts', 'export let a: any;', "export let a: 'any';"],
  ['any', 'src/ui/a.test.ts', 'const a = b as unknown as any[];', 'const a = b as unknown;'],
  [
    'any',
    'src/core/a.ts',
    '// biome-ignore lint/suspicious/noExplicitAny:\nexport let a: any;',
    '// biome-ignore lint/suspicious/noExplicitAny: a reason\nexport let a: any;',
  ],
  ['any', 'src/core/a.ts', '// @ts-ignore\n', "export const a = '// @ts-ignore';"],
  ['leftover', 'src/core/a.ts', `// ${'TO'}DO later\n`, "export const a = 'TODO';"],
  ['size', 'src/core/a.ts', '\n'.repeat(401), '\n'.repeat(400)],
  ['size', 'src/core/a.test.ts', '\n'.repeat(701), '\n'.repeat(700)],
  ['size', 'src/core/a.ts', `export const a = '${'x'.repeat(140)}';`, `export const a = '${'x'.repeat(100)}';`],
];

describe('a rule', () => {
  it.each(EXAMPLES)('%s bites in %s: %s', (rule, path, bad, fine) => {
    expect(broken(path, bad).map((found) => found.split(':')[0])).toEqual([rule]);
    if (fine !== '') expect(broken(path, fine)).toEqual([]);
  });

  it('has an example each', () => {
    expect(new Set(EXAMPLES.map(([rule]) => rule))).toEqual(new Set(RULES.map(({ id }) => id)));
  });

  it('leaves tests free to use clocks, chance and upper layers', () => {
    const text = "import '../session/a.ts';\nexport const a = [Date.now(), Math.random(), Math.log(2)];\n";
    expect(broken('src/core/a.test.ts', text)).toEqual([]);
    expect(broken('src/core/a.ts', text)).toEqual(['layers:1', 'clock:2', 'chance:2', 'float:2']);
  });

  it('names the line', () => {
    expect(broken('src/kernel/a.ts', '// one\n\nexport const a = 1;\nexport const b = Date;\n')).toEqual(['clock:4']);
    expect(lineAt('a\nb', 2)).toBe(2);
  });
});

describe('reading a source', () => {
  it('tells names that the file declares from global ones', () => {
    const text = `
      import first, { second as third, type Fourth } from './b.ts';
      import * as fifth from './c.ts';
      const { a, b: [c, d = outer1], ...e } = first;
      function f(g: number, { h = outer2 } = {}, ...i: Fourth[]) { try { return g + h + i; } catch (j) { return j; } }
      type K<L> = { m: L; [n: string]: L };
      const used = { outer3, a: a.b.c, [outer4]: 1, method() {} };
      label: for (const o of [outer5?.a]) break label;
      class P extends outer6 { q = outer7; get r() { return this.q; } }
      export { used as s, third, fifth, c, d, e, f, type K, P };
      export { t } from './d.ts';
    `;
    const { globals } = readSource('src/core/a.ts', text);
    expect(globals.map(({ name }) => name).filter((name) => name !== 'o')).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((n) => `outer${n}`),
    );
  });

  it('refuses what does not parse', () => {
    expect(() => readSource('src/core/a.ts', 'const = ;')).toThrow('src/core/a.ts');
  });

  it('understands JSX', () => {
    const { globals } = readSource(
      'src/ui/A.tsx',
      'export const A = ({ b }: { b: string }) => <p title={b}>{document.title}</p>;',
    );
    expect(globals.map(({ name }) => name)).toEqual(['document']);
  });
});
