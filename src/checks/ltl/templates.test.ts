/** Every template means what its sentence says: compared with scopes cut out and looked through state by state. */
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { parseFormula } from './parse.ts';
import { fillTemplate, type Pattern, type Scope, template, TEMPLATES } from './templates.ts';
import { chance, type LetterTrace, letterTrace } from './testing.ts';

const ROUNDS = 1500;
const BOUND = 2;

/** The stretches [from, to) of the trace that a scope speaks of. */
function stretches(scope: Scope, trace: LetterTrace): readonly (readonly [number, number])[] {
  const { length } = trace;
  const has = (letter: string, i: number): boolean => trace.states[i]?.has(letter) === true;
  const find = (letter: string, from: number): number => {
    for (let i = from; i < length; i++) if (has(letter, i)) return i;
    return -1;
  };
  switch (scope) {
    case 'globally':
      return [[0, length]];
    case 'before':
      return find('r', 0) < 0 ? [] : [[0, find('r', 0)]];
    case 'after':
      return find('q', 0) < 0 ? [] : [[find('q', 0), length]];
    case 'between':
    case 'after-until':
      return trace.states.flatMap((_, i): (readonly [number, number])[] => {
        if (!has('q', i) || has('r', i)) return [];
        const end = find('r', i);
        if (end < 0) return scope === 'between' ? [] : [[i, length]];
        return [[i, end]];
      });
  }
}

function holdsIn(pattern: Pattern, trace: LetterTrace, [from, to]: readonly [number, number]): boolean {
  const positions = Array.from({ length: to - from }, (_, i) => from + i);
  const has = (letter: string, i: number): boolean => trace.states[i]?.has(letter) === true;
  const answers = (i: number, within: number): boolean =>
    positions.some((j) => j >= i && has('s', j) && trace.timeAt(j) - trace.timeAt(i) <= within);
  switch (pattern) {
    case 'absence':
      return positions.every((i) => !has('p', i));
    case 'universality':
      return positions.every((i) => has('p', i));
    case 'existence':
      return positions.some((i) => has('p', i));
    case 'precedence':
      return positions.every((i) => !has('p', i) || positions.some((j) => j <= i && has('s', j)));
    case 'response':
      return positions.every((i) => !has('p', i) || answers(i, Number.POSITIVE_INFINITY));
    case 'bounded response':
      return positions.every((i) => !has('p', i) || answers(i, BOUND));
  }
}

describe.each(TEMPLATES)('$pattern, $scope', (one) => {
  const text = fillTemplate(one, { p: 'p', s: 's', q: 'q', r: 'r', within: `${BOUND}us` });

  it(`${one.says}: ${text}`, () => {
    const parsed = parseFormula(text);
    if ('problem' in parsed) throw new Error(JSON.stringify(parsed.problem));
    const counts = [0, 0];
    const draw = chance(TEMPLATES.indexOf(one) + 1);
    for (let round = 0; round < ROUNDS; round++) {
      const times: number[] = [];
      const states = Array.from({ length: 1 + draw(6) }, (_, i) => {
        times.push((times[i - 1] ?? 0) + draw(3));
        return ['p', 's', 'q', 'r'].filter((letter) => draw(letter === 'r' || letter === 'q' ? 4 : 2) === 0).join('');
      });
      const trace = letterTrace(states, times);
      const expected = stretches(one.scope, trace).every((stretch) => holdsIn(one.pattern, trace, stretch));
      expect(evaluate(parsed.formula, trace), states.join('|')).toBe(expected);
      counts[expected ? 1 : 0] = (counts[expected ? 1 : 0] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(ROUNDS / 50);
  });
});

describe('filling in', () => {
  it('puts parentheses around what is no single word', () => {
    const response = template('response', 'globally');
    expect(fillTemplate(response, { p: 'crash', s: 'viewChanged' })).toBe('G (crash -> F viewChanged)');
    expect(fillTemplate(response, { p: 'a | b', s: 'height >= 5' })).toBe('G ((a | b) -> F (height >= 5))');
    expect(fillTemplate(response, { p: 'crash' })).toBe('G (crash -> F S)');
    const bounded = template('bounded response', 'globally');
    expect(fillTemplate(bounded, { p: 'a', s: 'b', within: '5s' })).toBe('G (a -> F[<=5s] b)');
    expect(bounded.blanks).toEqual(['p', 's', 'within']);
  });
});
