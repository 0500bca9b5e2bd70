/** Splits a formula's text into tokens; every spelling of an operator becomes its one symbol. */
import { isWord } from './formula.ts';

export interface Token {
  readonly kind: 'symbol' | 'word' | 'number' | 'text' | 'unknown' | 'end';
  /** The symbol, word, number or text meant. */
  readonly value: string;
  readonly from: number;
  readonly to: number;
}

/** Longest first: what begins alike must be tried in this order. */
const SYMBOLS: readonly (readonly [string, string])[] = [
  ['<->', '<->'],
  ['<=>', '<->'],
  ['->', '->'],
  ['=>', '->'],
  ['<=', '<='],
  ['>=', '>='],
  ['!=', '!='],
  ['==', '='],
  ['&&', '&'],
  ['||', '|'],
  ['[]', 'G'],
  ['<>', 'F'],
  ['<', '<'],
  ['>', '>'],
  ['=', '='],
  ['!', '!'],
  ['~', '!'],
  ['&', '&'],
  ['|', '|'],
  ['(', '('],
  [')', ')'],
  ['[', '['],
  [']', ']'],
  [',', ','],
  ['¬', '!'],
  ['∧', '&'],
  ['∨', '|'],
  ['→', '->'],
  ['⇒', '->'],
  ['↔', '<->'],
  ['⇔', '<->'],
  ['□', 'G'],
  ['◻', 'G'],
  ['◇', 'F'],
  ['◊', 'F'],
  ['○', 'X'],
  ['◯', 'X'],
  ['⊤', 'true'],
  ['⊥', 'false'],
  ['≤', '<='],
  ['≥', '>='],
  ['≠', '!='],
];

/** Words that are operators or constants and so name no atom. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...['X', 'N', 'F', 'G', 'U', 'R', 'W', 'M', 'Y', 'H', 'O', 'S'],
  ...['last', 'true', 'false'],
]);

const SPACE = /\s+/uy;
const WORD = /[\p{L}_][\p{L}\p{N}_]*(?:[-.][\p{L}\p{N}_]+)*/uy;
const NUMBER = /-?\d+(?:\.\d+)?/uy;
const TEXT = /"(?:[^"\\\n]|\\.)*"/uy;
/** Chains of future operators may be written together, as elsewhere: `GF a`. */
const CHAIN = /^[FGX]{2,}$/;

/** The tokens and an end token. Never throws: what is no token is one of kind `unknown`. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const space = match(SPACE, text, at);
    if (space !== null) {
      at += space.length;
      continue;
    }
    const found = tokensAt(text, at);
    tokens.push(...found);
    at = (found.at(-1) as Token).to;
  }
  tokens.push({ kind: 'end', value: '', from: text.length, to: text.length });
  return tokens;
}

function tokensAt(text: string, at: number): readonly Token[] {
  const word = match(WORD, text, at);
  if (word !== null) {
    if (CHAIN.test(word)) return [...word].map((letter, i) => symbol(letter, at + i, 1));
    return [RESERVED.has(word) ? symbol(word, at, word.length) : token('word', word, at, word.length)];
  }
  const number = match(NUMBER, text, at);
  if (number !== null) return [token('number', number, at, number.length)];
  const quoted = match(TEXT, text, at);
  if (quoted !== null) return [token('text', unquote(quoted), at, quoted.length)];
  const known = SYMBOLS.find(([spelling]) => text.startsWith(spelling, at));
  if (known !== undefined) return [symbol(known[1], at, known[0].length)];
  const character = String.fromCodePoint(text.codePointAt(at) as number);
  return [token('unknown', character, at, character.length)];
}

function symbol(value: string, at: number, length: number): Token {
  return token('symbol', value, at, length);
}

function token(kind: Token['kind'], value: string, at: number, length: number): Token {
  return { kind, value, from: at, to: at + length };
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** The text between the quotes; a backslash makes the next character an ordinary one. */
function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/gu, '$1');
}

/** A word as it can be written in a formula: quoted where it would be read as something else. */
export function spell(word: string): string {
  return isWord(word) && !RESERVED.has(word) && !CHAIN.test(word) ? word : `"${word.replace(/["\\]/gu, '\\$&')}"`;
}
