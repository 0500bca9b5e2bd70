/** Formulas of linear temporal logic over finite traces, as the parser reads them. Plain data. */
import type { Micros } from '../../core/time.ts';

/** Where a formula stands in its text: characters `from` … `to`−1. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Literal = boolean | number | string;
export type Comparator = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What is said of one state: a word with its parameters, compared with a constant or not. */
export interface Proposition {
  readonly word: string;
  readonly parameters: readonly string[];
  readonly comparison: { readonly comparator: Comparator; readonly value: Literal } | null;
}

export type UnaryOperator =
  | 'not'
  | 'next'
  | 'weakNext'
  | 'eventually'
  | 'always'
  | 'yesterday'
  | 'once'
  | 'historically';

export type BinaryOperator =
  | 'and'
  | 'or'
  | 'implies'
  | 'iff'
  | 'until'
  | 'release'
  | 'weakUntil'
  | 'strongRelease'
  | 'since';

export type Formula =
  | { readonly kind: 'true' | 'false' | 'last'; readonly span: Span }
  | { readonly kind: 'proposition'; readonly proposition: Proposition; readonly span: Span }
  | {
      readonly kind: 'unary';
      readonly operator: UnaryOperator;
      readonly operand: Formula;
      /** Bound of a timed operator, µs; null: none. */
      readonly within: Micros | null;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Formula;
      readonly right: Formula;
      readonly within: Micros | null;
      readonly span: Span;
    };

/** The variable a proposition reads, as it is written: `height`, `decided(v0)`. The key of a state in a JSON trace. */
export function variableOf({ word, parameters }: Proposition): string {
  return parameters.length === 0 ? word : `${word}(${parameters.join(', ')})`;
}

export function propositionText(proposition: Proposition): string {
  const { comparison } = proposition;
  const variable = variableOf(proposition);
  if (comparison === null) return variable;
  const { comparator, value } = comparison;
  return `${variable} ${comparator} ${typeof value === 'string' && !isWord(value) ? JSON.stringify(value) : value}`;
}

/** Every proposition of a formula once, in the order of the text. */
export function propositionsOf(formula: Formula): readonly Proposition[] {
  const found = new Map<string, Proposition>();
  const visit = (part: Formula): void => {
    if (part.kind === 'proposition') found.set(propositionText(part.proposition), part.proposition);
    else if (part.kind === 'unary') visit(part.operand);
    else if (part.kind === 'binary') {
      visit(part.left);
      visit(part.right);
    }
  };
  visit(formula);
  return [...found.values()];
}

const FUTURE: ReadonlySet<string> = new Set<UnaryOperator | BinaryOperator>([
  'next',
  'weakNext',
  'eventually',
  'always',
  'until',
  'release',
  'weakUntil',
  'strongRelease',
]);

/** Whether the formula speaks of later states; one that does not can be judged at each state by itself. */
export function looksAhead(formula: Formula): boolean {
  if (formula.kind === 'last') return true;
  if (formula.kind === 'unary') return FUTURE.has(formula.operator) || looksAhead(formula.operand);
  if (formula.kind !== 'binary') return false;
  return FUTURE.has(formula.operator) || looksAhead(formula.left) || looksAhead(formula.right);
}

/** Whether a bound in time occurs anywhere. */
export function isTimed(formula: Formula): boolean {
  if (formula.kind === 'unary') return formula.within !== null || isTimed(formula.operand);
  if (formula.kind === 'binary') return formula.within !== null || isTimed(formula.left) || isTimed(formula.right);
  return false;
}

export function isWord(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*(?:[-.][\p{L}\p{N}_]+)*$/u.test(text);
}

/** Whether `actual` stands in the relation to `value`. What is absent (null) differs from everything; order is of numbers only. */
export function compares(actual: Literal | null, comparator: Comparator, value: Literal): boolean {
  if (comparator === '=') return actual === value;
  if (comparator === '!=') return actual !== value;
  if (typeof actual !== 'number' || typeof value !== 'number') return false;
  switch (comparator) {
    case '<':
      return actual < value;
    case '<=':
      return actual <= value;
    case '>':
      return actual > value;
    case '>=':
      return actual >= value;
  }
}
