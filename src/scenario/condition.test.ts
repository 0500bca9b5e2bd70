import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblem } from '../core/problem.ts';
import { CONDITION_FIELDS, CONDITION_OPERATORS, parseCondition } from './condition.ts';

const problemIn = (text: string): string => {
  const parsed = parseCondition(text, 'when');
  return 'problem' in parsed ? describeProblem(parsed.problem) : 'none';
};

it('reads comparisons joined by &, however they are spaced', () => {
  expect(parseCondition('height>=5&view > 0')).toEqual({
    condition: {
      text: 'height >= 5 & view > 0',
      terms: [
        { field: 'height', comparison: '>=', value: 5 },
        { field: 'view', comparison: '>', value: 0 },
      ],
    },
  });
  expect(parseCondition(' timeMs == 12.125 ')).toMatchObject({ condition: { text: 'timeMs == 12.125' } });
});

describe('says where it went wrong', () => {
  it.each([
    ['heigth >= 5', 'when: found "heigth" at column 1, expected "height", "view" or "timeMs"'],
    ['height => 5', 'when: found "=>" at column 8, expected ">=", ">", "<=", "<" or "=="'],
    ['height >= 5.5', 'when: found "5.5" at column 11, expected a whole number from 0 to 1000000000'],
    ['height >= -1', 'when: found "-1" at column 11, expected a whole number from 0 to 1000000000'],
    ['timeMs < 0.0001', 'when: found "0.0001" at column 10, expected a time in ms from 0 to 1000000000'],
    ['height >=', 'when: found the end at column 10, expected a whole number from 0 to 1000000000'],
    ['', 'when: found the end at column 1, expected "height", "view" or "timeMs"'],
    ['height >= 5 &', 'when: found the end at column 14, expected "height", "view" or "timeMs"'],
    ['height >= 5 && view > 0', 'when: found "&" at column 14, expected "height", "view" or "timeMs"'],
    ['height >= 5 | view > 0', 'when: found "|" at column 13, expected "&" or the end'],
    ['height >= 5\u202e', 'when: found "\\u202e" at column 12, expected "&" or the end'],
    [`${'view > 0 & '.repeat(8)}view > 0`, 'when: found "&" at column 87, expected at most 8 comparisons'],
    ['x'.repeat(201), 'when: found 201 characters, expected at most 200'],
  ])('%j', (text, message) => {
    expect(problemIn(text)).toBe(message);
  });
});

it('the plan keeps its own text unchanged when parsed again', () => {
  const term = fc.record({
    field: fc.constantFrom(...CONDITION_FIELDS),
    comparison: fc.constantFrom(...CONDITION_OPERATORS),
    value: fc.nat(1_000_000_000),
  });
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 5 }), (terms) => {
      const text = terms.map(({ field, comparison, value }) => `${field} ${comparison} ${value}`).join(' & ');
      expect(parseCondition(text)).toEqual({ condition: { text, terms } });
    }),
  );
});

it('never throws', () => {
  const fragment = fc.constantFrom('height', 'view', '>=', '<', '5', '&', ' ', '\u0000', '🙂', '(', '!');
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 12 }), (parts) => {
      const message = problemIn(parts.join(''));
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
    { numRuns: 500 },
  );
});
