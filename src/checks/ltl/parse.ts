/**
 * Reads formulas. From the loosest to the tightest binding:
 *
 *   iff      = implies { "<->" implies }
 *   implies  = or [ "->" implies ]
 *   or       = and { "|" and }
 *   and      = temporal { "&" temporal }
 *   temporal = unary [ ("U" | "R" | "W" | "M" | "S") [bound] temporal ]
 *   unary    = ("!" | "X" | "N" | "Y" | "H" | "O" | ("F" | "G") [bound]) unary | primary
 *   primary  = "true" | "false" | "last" | "(" iff ")" | atom [ comparator constant ]
 *   atom     = word [ "(" argument { "," argument } ")" ]
 *   bound    = "[" ("<=" | "<") number unit "]"            unit = "us" | "ms" | "s" | "min"
 */
import { type Micros, MILLISECOND, SECOND } from '../../core/time.ts';
import type { BinaryOperator, Comparator, Formula, Literal, Proposition, Span, UnaryOperator } from './formula.ts';
import { type Token, tokenize } from './tokens.ts';

/** What is wrong with a formula, and where: line and column count from 1. */
export interface FormulaProblem {
  readonly line: number;
  readonly column: number;
  readonly found: string;
  readonly expected: string;
}

export type ParsedFormula = { readonly formula: Formula } | { readonly problem: FormulaProblem };

export const FORMULA_LENGTH_MAX = 20_000;
const DEPTH_MAX = 150;
const TOKENS_MAX = 4000;
const NUMBER_MAX = 1e12;

const UNARY: ReadonlyMap<string, UnaryOperator> = new Map([
  ['!', 'not'],
  ['X', 'next'],
  ['N', 'weakNext'],
  ['F', 'eventually'],
  ['G', 'always'],
  ['Y', 'yesterday'],
  ['O', 'once'],
  ['H', 'historically'],
]);
const TEMPORAL: ReadonlyMap<string, BinaryOperator> = new Map([
  ['U', 'until'],
  ['R', 'release'],
  ['W', 'weakUntil'],
  ['M', 'strongRelease'],
  ['S', 'since'],
]);
const BOUNDED: ReadonlySet<string> = new Set(['F', 'G', 'U', 'R', 'W', 'M']);
const COMPARATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);
const UNITS: ReadonlyMap<string, Micros> = new Map([
  ['us', 1],
  ['µs', 1],
  ['ms', MILLISECOND],
  ['s', SECOND],
  ['min', 60 * SECOND],
]);

/** Reads a formula. Never throws. */
export function parseFormula(text: string): ParsedFormula {
  try {
    return { formula: new Reader(text).whole() };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    throw error;
  }
}

/** One line for people: `line 1, column 9: found "->", expected …`. */
export function describeFormulaProblem({ line, column, found, expected }: FormulaProblem): string {
  return `line ${line}, column ${column}: found ${found}, expected ${expected}`;
}

/** The problem at character `at` of a formula's text. */
export function problemAt(text: string, at: number, found: string, expected: string): FormulaProblem {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1, found, expected };
}

const FOUND_MAX = 60;

/** What stands there, so short that it fits a line. */
export function shorten(text: string): string {
  return text.length > FOUND_MAX ? `${text.slice(0, FOUND_MAX)}…` : text;
}

class Refusal extends Error {
  readonly problem: FormulaProblem;

  constructor(problem: FormulaProblem) {
    super(describeFormulaProblem(problem));
    this.problem = problem;
  }
}

class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.length > FORMULA_LENGTH_MAX) {
      const found = `${text.length} characters`;
      throw new Refusal(problemAt('', 0, found, `a formula of at most ${FORMULA_LENGTH_MAX} characters`));
    }
    this.#tokens = tokenize(text);
    const beyond = this.#tokens[TOKENS_MAX];
    if (beyond !== undefined) throw this.#refuse(`a formula of at most ${TOKENS_MAX} words and signs`, beyond);
  }

  whole(): Formula {
    const formula = this.#iff();
    if (this.#token.kind !== 'end') throw this.#refuse('an operator such as &, |, -> or U, or the end');
    return formula;
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #is(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.value === symbol;
  }

  #accept(symbol: string): boolean {
    if (!this.#is(symbol)) return false;
    this.#next++;
    return true;
  }

  #require(symbol: string, expected: string): Token {
    const token = this.#token;
    if (!this.#accept(symbol)) throw this.#refuse(expected);
    return token;
  }

  #refuse(expected: string, token = this.#token): Refusal {
    const found = token.kind === 'end' ? 'the end' : JSON.stringify(shorten(this.#text.slice(token.from, token.to)));
    return new Refusal(problemAt(this.#text, token.from, found, expected));
  }

  #iff(): Formula {
    const { from } = this.#token;
    this.#deeper();
    let left = this.#implies();
    while (this.#accept('<->')) left = this.#join('iff', left, this.#implies(), from);
    this.#depth--;
    return left;
  }

  #implies(): Formula {
    const { from } = this.#token;
    const left = this.#or();
    if (!this.#accept('->')) return left;
    this.#deeper();
    const right = this.#implies();
    this.#depth--;
    return this.#join('implies', left, right, from);
  }

  #or(): Formula {
    const { from } = this.#token;
    let left = this.#and();
    while (this.#accept('|')) left = this.#join('or', left, this.#and(), from);
    return left;
  }

  #and(): Formula {
    const { from } = this.#token;
    let left = this.#temporal();
    while (this.#accept('&')) left = this.#join('and', left, this.#temporal(), from);
    return left;
  }

  #temporal(): Formula {
    const { from } = this.#token;
    const left = this.#unary();
    const { kind, value } = this.#token;
    const operator = kind === 'symbol' ? TEMPORAL.get(value) : undefined;
    if (operator === undefined) return left;
    this.#next++;
    const within = this.#bound(value);
    this.#deeper();
    const right = this.#temporal();
    this.#depth--;
    return { kind: 'binary', operator, left, right, within, span: this.#since(from) };
  }

  #unary(): Formula {
    const { kind, value, from } = this.#token;
    const operator = kind === 'symbol' ? UNARY.get(value) : undefined;
    if (operator === undefined) return this.#primary();
    this.#next++;
    const within = this.#bound(value);
    this.#deeper();
    const operand = this.#unary();
    this.#depth--;
    return { kind: 'unary', operator, operand, within, span: this.#since(from) };
  }

  #primary(): Formula {
    const { kind, value, from, to } = this.#token;
    const span: Span = { from, to };
    if (kind === 'word' || kind === 'text') return this.#atom();
    if (kind === 'symbol' && (value === 'true' || value === 'false' || value === 'last')) {
      this.#next++;
      return { kind: value, span };
    }
    if (!this.#accept('(')) throw this.#refuse('a formula: an atom, an operator such as G, F or !, or (');
    const inner = this.#iff();
    this.#require(')', 'an operator such as &, |, -> or U, or )');
    return inner;
  }

  #atom(): Formula {
    const { value: word, from } = this.#token;
    let { to } = this.#token;
    this.#next++;
    const parameters: string[] = [];
    if (this.#accept('(')) {
      do parameters.push(this.#argument());
      while (this.#accept(','));
      to = this.#require(')', 'another argument after a comma, or )').to;
    }
    let comparison: Proposition['comparison'] = null;
    const { kind, value } = this.#token;
    if (kind === 'symbol' && COMPARATORS.has(value)) {
      this.#next++;
      to = this.#token.to;
      comparison = { comparator: value as Comparator, value: this.#constant(value as Comparator) };
    }
    return { kind: 'proposition', proposition: { word, parameters, comparison }, span: { from, to } };
  }

  #argument(): string {
    const { kind, value } = this.#token;
    if (kind !== 'word' && kind !== 'number' && kind !== 'text') {
      throw this.#refuse('an argument: the name of a node or of a message type');
    }
    this.#next++;
    return value;
  }

  #constant(comparator: Comparator): Literal {
    const { kind, value } = this.#token;
    const equality = comparator === '=' || comparator === '!=';
    if (kind === 'number' && Math.abs(Number(value)) <= NUMBER_MAX) {
      this.#next++;
      return Number(value);
    }
    if (!equality) throw this.#refuse(`a number of at most ${NUMBER_MAX} to compare with`);
    this.#next++;
    if (kind === 'word' || kind === 'text') return value;
    if (kind === 'symbol' && (value === 'true' || value === 'false')) return value === 'true';
    this.#next--;
    throw this.#refuse('a number, a word, a "text", true or false to compare with');
  }

  #bound(operator: string): Micros | null {
    if (!this.#is('[')) return null;
    if (!BOUNDED.has(operator)) {
      const operand = operator === '!' ? 'a formula' : `a formula: ${operator} takes no bound in time`;
      throw this.#refuse(operand);
    }
    this.#next++;
    const strict = this.#is('<');
    if (!this.#accept('<=') && !this.#accept('<')) throw this.#refuse('<= or <, as in [<=5s]');
    const { kind, value } = this.#token;
    if (kind !== 'number' || Number(value) < 0) throw this.#refuse('a time such as 500ms or 5s');
    this.#next++;
    const unit = this.#token.kind === 'word' ? UNITS.get(this.#token.value) : undefined;
    if (unit === undefined) throw this.#refuse('a unit of time: us, ms, s or min');
    const micros = Math.round(Number(value) * unit);
    if (micros > NUMBER_MAX || (strict && micros === 0)) throw this.#refuse('a time above 0 and below 11 days');
    this.#next++;
    this.#require(']', ']');
    return strict ? micros - 1 : micros;
  }

  /** From character `from` to the end of what was read last. */
  #since(from: number): Span {
    return { from, to: (this.#tokens[this.#next - 1] as Token).to };
  }

  #join(operator: BinaryOperator, left: Formula, right: Formula, from: number): Formula {
    return { kind: 'binary', operator, left, right, within: null, span: this.#since(from) };
  }

  #deeper(): void {
    this.#depth++;
    if (this.#depth > DEPTH_MAX) throw this.#refuse(`a formula nested at most ${DEPTH_MAX} deep`);
  }
}
