/** The syntax: what binds how, every spelling, and where an error is. */
import { describe, expect, it } from 'vitest';
import { type Formula, propositionText, variableOf } from './formula.ts';
import { parseFormula } from './parse.ts';
import { spell } from './tokens.ts';

/** Fully parenthesised, operators by name. */
function shape(formula: Formula): string {
  switch (formula.kind) {
    case 'proposition':
      return propositionText(formula.proposition);
    case 'unary': {
      const within = formula.within === null ? '' : `[${formula.within}]`;
      return `${formula.operator}${within}(${shape(formula.operand)})`;
    }
    case 'binary': {
      const within = formula.within === null ? '' : `[${formula.within}]`;
      return `(${shape(formula.left)} ${formula.operator}${within} ${shape(formula.right)})`;
    }
    default:
      return formula.kind;
  }
}

function read(text: string): string {
  const parsed = parseFormula(text);
  return 'formula' in parsed ? shape(parsed.formula) : JSON.stringify(parsed.problem);
}

describe('precedence', () => {
  it.each([
    ['!a & b', '(not(a) and b)'],
    ['a | b & c', '(a or (b and c))'],
    ['a & b | c & d', '((a and b) or (c and d))'],
    ['a -> b -> c', '(a implies (b implies c))'],
    ['a -> b | c', '(a implies (b or c))'],
    ['a <-> b -> c', '(a iff (b implies c))'],
    ['a <-> b <-> c', '((a iff b) iff c)'],
    ['a U b & c', '((a until b) and c)'],
    ['a U b U c', '(a until (b until c))'],
    ['a R b W c M d S e', '(a release (b weakUntil (c strongRelease (d since e))))'],
    ['G a -> F b', '(always(a) implies eventually(b))'],
    ['G (a -> F b)', 'always((a implies eventually(b)))'],
    ['! X N a', 'not(next(weakNext(a)))'],
    ['!a U b', '(not(a) until b)'],
    ['GF a', 'always(eventually(a))'],
    ['G!a', 'always(not(a))'],
    ['F height >= 5', 'eventually(height >= 5)'],
    ['a & b & c', '((a and b) and c)'],
  ])('%s', (text, expected) => expect(read(text)).toBe(expected));
});

describe('spellings', () => {
  it.each([
    ['¬a ∧ b ∨ c', '!a & b | c'],
    ['a → b ↔ c', 'a -> b <-> c'],
    ['a => b <=> c', 'a -> b <-> c'],
    ['□ a & ◇ b & ○ c', 'G a & F b & X c'],
    ['[] a && <> b || ~c', 'G a & F b | !c'],
    ['⊤ U ⊥', 'true U false'],
    ['x ≥ 2 & y ≤ 3 & z ≠ 4', 'x >= 2 & y <= 3 & z != 4'],
    ['x == 2', 'x = 2'],
    ['(((a)))', 'a'],
    ['G\n\t a', 'G a'],
  ])('%s is %s', (text, same) => {
    expect(read(text)).toBe(read(same));
    expect(read(text)).not.toContain('line');
  });

  it.each([
    ['decided(v0)', 'decided(v0)'],
    ['sent(view-change, v1)', 'sent(view-change, v1)'],
    ['leader = v1', 'leader = v1'],
    ['phase(v1) = "view change"', 'phase(v1) = "view change"'],
    ['x = -1.5', 'x = -1.5'],
    ['x = true', 'x = true'],
    ['"two words" > 3', 'two words > 3'],
    ['F[<=5s] a', 'eventually[5000000](a)'],
    ['G[<500ms] a', 'always[499999](a)'],
    ['a U[<=2s] b', '(a until[2000000] b)'],
    ['a W[<=1min] b R[<=7us] c', '(a weakUntil[60000000] (b release[7] c))'],
    ['last -> Y O H true', '(last implies yesterday(once(historically(true))))'],
  ])('reads %s', (text, expected) => expect(read(text)).toBe(expected));

  it('quotes what would be read as something else', () => {
    for (const word of ['height', 'view-change', 'G', 'GF', 'true', 'two words', 'a"b\\c', '7']) {
      const parsed = parseFormula(spell(word));
      const found = 'formula' in parsed && parsed.formula.kind === 'proposition' ? parsed.formula.proposition : null;
      expect(found === null ? parsed : variableOf(found)).toBe(word);
    }
  });
});

describe('errors', () => {
  it.each([
    ['', 1, 1, 'the end', 'a formula'],
    ['a &', 1, 4, 'the end', 'a formula'],
    ['a b', 1, 3, '"b"', 'an operator'],
    ['G (a -> F b', 1, 12, 'the end', 'or )'],
    ['a)', 1, 2, '")"', 'or the end'],
    ['a &\n  & b', 2, 3, '"&"', 'a formula'],
    ['a @ b', 1, 3, '"@"', 'an operator'],
    ['height >=', 1, 10, 'the end', 'a number'],
    ['height >= v1', 1, 11, '"v1"', 'a number'],
    ['leader = (a)', 1, 10, '"("', 'a number, a word'],
    ['sent()', 1, 6, '")"', 'an argument'],
    ['sent(a', 1, 7, 'the end', 'or )'],
    ['F[5s] a', 1, 3, '"5"', '<= or <'],
    ['F[<=5] a', 1, 6, '"]"', 'a unit of time'],
    ['F[<=s] a', 1, 5, '"s"', 'a time'],
    ['F[<=5s a', 1, 8, '"a"', ']'],
    ['F[<0s] a', 1, 5, '"s"', 'above 0'],
    ['O[<=5s] a', 1, 2, '"["', 'O takes no bound'],
    ['5 < a', 1, 1, '"5"', 'a formula'],
    ['U a', 1, 1, '"U"', 'a formula'],
  ])('%j', (text, line, column, found, expected) => {
    const parsed = parseFormula(text);
    expect(parsed).toMatchObject({ problem: { line, column, found, expected: expect.stringContaining(expected) } });
  });

  it('are bounded in depth and length instead of exhausting anything', () => {
    for (const text of [
      '('.repeat(5000),
      '!'.repeat(5000),
      'a U '.repeat(4000),
      'a->'.repeat(900),
      'x'.repeat(30_000),
    ]) {
      expect('problem' in parseFormula(text)).toBe(true);
    }
    expect('formula' in parseFormula('a & '.repeat(1500).concat('a'))).toBe(true);
  });
});
