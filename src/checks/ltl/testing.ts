/** Random formulas and traces for tests, and the definition of truth once more as a third opinion. */
import type { Micros } from '../../core/time.ts';
import type { FiniteTrace } from './evaluate.ts';
import type { BinaryOperator, Formula, Proposition, UnaryOperator } from './formula.ts';

const SPAN = { from: 0, to: 0 };
const UNARY: readonly UnaryOperator[] = [
  ...(['not', 'next', 'weakNext', 'eventually', 'always', 'yesterday', 'once', 'historically'] as const),
];
const BINARY: readonly BinaryOperator[] = [
  ...(['and', 'or', 'implies', 'iff', 'until', 'release', 'weakUntil', 'strongRelease', 'since'] as const),
];
const BOUNDED: ReadonlySet<string> = new Set([
  ...['eventually', 'always', 'until', 'release', 'weakUntil', 'strongRelease'],
]);
const LETTERS = ['a', 'b', 'c'];

/** A whole number from 0 to below `bound`. */
export type Chance = (bound: number) => number;

/** A stream of numbers that depends on the seed alone (xorshift32). */
export function chance(seed: number): Chance {
  let state = (seed * 2654435761 + 12345) >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % bound;
  };
}

export function randomFormula(draw: Chance, depth: number): Formula {
  const kind = depth === 0 ? draw(4) : draw(12);
  if (kind === 0 && draw(3) === 0) {
    return { kind: (['true', 'false', 'last'] as const)[draw(3)] ?? 'last', span: SPAN };
  }
  if (kind < 4) {
    const proposition = { word: LETTERS[draw(LETTERS.length)] ?? 'a', parameters: [], comparison: null };
    return { kind: 'proposition', proposition, span: SPAN };
  }
  const bound = (operator: string): Micros | null => (BOUNDED.has(operator) && draw(4) === 0 ? draw(5) : null);
  if (kind < 8) {
    const operator = UNARY[draw(UNARY.length)] ?? 'not';
    const operand = randomFormula(draw, depth - 1);
    return { kind: 'unary', operator, operand, within: bound(operator), span: SPAN };
  }
  const operator = BINARY[draw(BINARY.length)] ?? 'and';
  const [left, right] = [randomFormula(draw, depth - 1), randomFormula(draw, depth - 1)];
  return { kind: 'binary', operator, left, right, within: bound(operator), span: SPAN };
}

/** States as sets of letters, at times that never fall. */
export interface LetterTrace extends FiniteTrace {
  readonly states: readonly ReadonlySet<string>[];
}

export function letterTrace(states: readonly string[], times?: readonly Micros[]): LetterTrace {
  const sets = states.map((letters) => new Set(letters));
  return {
    states: sets,
    length: sets.length,
    holds: ({ word }: Proposition, position) => sets[position]?.has(word) === true,
    timeAt: (position) => times?.[position] ?? position,
  };
}

export function randomTrace(draw: Chance): LetterTrace {
  const times: Micros[] = [];
  const states = Array.from({ length: 1 + draw(7) }, (_, i) => {
    times.push((times[i - 1] ?? 0) + draw(4));
    return LETTERS.filter(() => draw(2) === 0).join('');
  });
  return letterTrace(states, times);
}

/** The quantifiers of the definition, one by one; slow. */
export function bySense(formula: Formula, trace: FiniteTrace, i = 0): boolean {
  const end = trace.length - 1;
  const true_ = (of: Formula, at: number): boolean => bySense(of, trace, at);
  const later = (within: Micros | null): number[] =>
    range(i, end).filter((j) => within === null || trace.timeAt(j) - trace.timeAt(i) <= within);
  switch (formula.kind) {
    case 'true':
    case 'false':
      return formula.kind === 'true';
    case 'last':
      return i === end;
    case 'proposition':
      return trace.holds(formula.proposition, i);
    case 'unary': {
      const { operand, within } = formula;
      switch (formula.operator) {
        case 'not':
          return !true_(operand, i);
        case 'next':
          return i < end && true_(operand, i + 1);
        case 'weakNext':
          return i >= end || true_(operand, i + 1);
        case 'eventually':
          return later(within).some((j) => true_(operand, j));
        case 'always':
          return later(within).every((j) => true_(operand, j));
        case 'yesterday':
          return i > 0 && true_(operand, i - 1);
        case 'once':
          return range(0, i).some((j) => true_(operand, j));
        case 'historically':
          return range(0, i).every((j) => true_(operand, j));
      }
      break;
    }
    case 'binary': {
      const { left, right, within } = formula;
      const until = later(within).some((j) => true_(right, j) && range(i, j - 1).every((k) => true_(left, k)));
      switch (formula.operator) {
        case 'and':
          return true_(left, i) && true_(right, i);
        case 'or':
          return true_(left, i) || true_(right, i);
        case 'implies':
          return !true_(left, i) || true_(right, i);
        case 'iff':
          return true_(left, i) === true_(right, i);
        case 'until':
          return until;
        case 'weakUntil':
          return until || later(within).every((j) => true_(left, j));
        case 'release':
          return later(within).every((j) => true_(right, j) || range(i, j - 1).some((k) => true_(left, k)));
        case 'strongRelease':
          return later(within).some((j) => true_(left, j) && range(i, j).every((k) => true_(right, k)));
        case 'since':
          return range(0, i).some((j) => true_(right, j) && range(j + 1, i).every((k) => true_(left, k)));
      }
    }
  }
}

function range(from: number, to: number): number[] {
  return from > to ? [] : Array.from({ length: to - from + 1 }, (_, k) => from + k);
}
