import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem } from '../core/problem.ts';
import corpus from './corpus.json';
import { DEPTH_LIMIT, parseJson, TEXT_LIMIT_BYTES } from './json.ts';

const textOf = (base64: string): string => new TextDecoder().decode(Buffer.from(base64, 'base64'));

/** What `JSON.parse` accepts and a scenario never needs. */
const REFUSED_BEYOND_JSON = new Set(['y_object_duplicated_key', 'y_object_duplicated_key_and_value']);

describe('the JSON test suite', () => {
  it.each(corpus.cases.map(([name, base64]) => ({ name: name as string, text: textOf(base64 as string) })))(
    '$name',
    ({ name, text }) => {
      const parsed = parseJson(text);
      if (name.startsWith('y_') && !REFUSED_BEYOND_JSON.has(name)) expect(parsed).toEqual({ value: JSON.parse(text) });
      // Bytes that are no UTF-8 were replaced while decoding; inside a text that is harmless.
      if (name.startsWith('n_') && !text.includes('\uFFFD')) expect(parsed).toHaveProperty('problems');
      if (REFUSED_BEYOND_JSON.has(name)) expect(parsed).toHaveProperty('problems');
    },
  );

  it('is large enough to mean something', () => {
    expect(corpus.cases.filter(([name]) => name?.startsWith('y_')).length).toBeGreaterThan(80);
    expect(corpus.cases.filter(([name]) => name?.startsWith('n_')).length).toBeGreaterThan(150);
  });
});

const problemIn = (text: string): string => {
  const parsed = parseJson(text);
  return 'problems' in parsed ? parsed.problems.map(describeProblem).join('; ') : 'none';
};

describe('where and what', () => {
  it.each([
    ['{\n  "seed": 7,\n  "name" "x"\n}', 'line 3, column 10: found "x", expected a colon'],
    ['{"a": 1,}', 'line 1, column 9: found }, expected a key in double quotes'],
    ['[1, 2', 'line 1, column 6: found the end of the text, expected a comma or "]"'],
    ['', 'line 1, column 1: found the end of the text, expected a JSON value'],
    ['{"__proto__": {}}', 'line 1, column 2: found "__proto__":, expected any key but "__proto__"'],
    ['{"a":1,"a":2}', 'line 1, column 8: found "a":2}, expected a key that has not occurred before in this object'],
    ['[1e400]', 'line 1, column 2: found 1e400], expected a number below 1.8e308'],
    [
      '"a\u0001"',
      'line 1, column 3: found \\u0001", expected no control character inside a text (write it as \\u00XX)',
    ],
    ['"\\x"', 'line 1, column 2: found \\x", expected an escape that JSON knows'],
    ['<!doctype html>', 'line 1, column 1: found <!doctype ht, expected a JSON value'],
    ['{} x', 'line 1, column 4: found x, expected the end of the document'],
    [
      '["a\nb"]',
      'line 1, column 4: found a line break, expected no control character inside a text (write it as \\u00XX)',
    ],
  ])('%j', (text, message) => {
    expect(problemIn(text)).toBe(message);
  });

  it('bounds nesting and size without exhausting the stack', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    expect(problemIn(nested(DEPTH_LIMIT + 1))).toBe('none');
    expect(problemIn(nested(DEPTH_LIMIT + 2))).toContain(`expected at most ${DEPTH_LIMIT} levels`);
    expect(problemIn('[{"a":'.repeat(100_000))).toContain('levels of nesting');
    expect(problemIn(`"${'a'.repeat(TEXT_LIMIT_BYTES)}"`)).toContain('at most 1 MiB');
    expect(problemIn(`"${'é'.repeat(TEXT_LIMIT_BYTES / 2)}"`)).toContain('at most 1 MiB');
  });

  it('skips a byte-order mark', () => {
    expect(parseJson('\uFEFF{"a":1}')).toEqual({ value: { a: 1 } });
  });
});

it('reads what JSON.stringify writes, for any value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      fc.pre(!text.includes('"__proto__"'));
      expect(parseJson(text)).toEqual({ value: JSON.parse(text) });
    }),
    { numRuns: 500 },
  );
});
