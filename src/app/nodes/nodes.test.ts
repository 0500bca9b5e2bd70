import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { NODE_WORKERS, startNodeWorker } from './index.ts';

const here = import.meta.dirname;

it('every protocol has its worker, and every worker its protocol', () => {
  const names = [...PROTOCOLS.keys()].sort();
  expect(Object.keys(NODE_WORKERS).sort()).toEqual(names);
  const files = readdirSync(here).filter((file) => file.endsWith('.worker.ts'));
  expect(files.map((file) => file.replace('.worker.ts', '')).sort()).toEqual(names);
  const table = readFileSync(join(here, 'index.ts'), 'utf8');
  for (const name of names) {
    const entry = readFileSync(join(here, `${name}.worker.ts`), 'utf8');
    expect(entry).toContain(`import { ${name} } from '../../protocols/${name}/index.ts';`);
    expect(entry).toContain(`serveNodes(${name});`);
    expect(table).toContain(`${name}: () => new Worker(new URL('./${name}.worker.ts'`);
  }
});

it('there is none for other names', () => {
  for (const name of ['', 'bitcoin', '__proto__', 'toString']) expect(() => startNodeWorker(name)).toThrow('no worker');
});
