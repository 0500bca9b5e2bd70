/** A table in a page of `docs` that a test writes: it holds the page to what the code does, and UPDATE=1 writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Between the comments that name the table stands this, and nothing else. `page`: its name in `docs`. */
export function expectTable(page: string, name: string, writtenBy: string, lines: readonly string[]): void {
  const path = join(import.meta.dirname, '../../../docs', page);
  const [begin, end] = [`<!-- ${name}: written by ${writtenBy} -->`, `<!-- end of the ${name} -->`];
  const [head = '', rest = ''] = readFileSync(path, 'utf8').split(begin);
  const [, tail = ''] = rest.split(end);
  const wanted = `${head}${begin}\n\n${lines.join('\n')}\n\n${end}${tail}`;
  if (process.env.UPDATE === '1') writeFileSync(path, wanted);
  expect(readFileSync(path, 'utf8')).toBe(wanted);
}

/** The rows of a crash matrix under their heads. */
export function crashTable(rows: readonly string[]): string[] {
  return ['| shards | phases | dies | restarts | stays down |', '|---|---|---|---|---|', ...rows];
}
