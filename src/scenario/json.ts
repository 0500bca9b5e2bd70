/**
 * JSON (RFC 8259) from an untrusted source. Unlike `JSON.parse` it says line and column in every engine, and refuses what a
 * scenario never needs: nesting beyond 32, repeated keys, numbers outside the doubles, the key `__proto__`.
 */
import type { Problem } from '../core/problem.ts';
import { escapeInvisible } from './show.ts';

/** A mebibyte: far above any scenario, far below what freezes a page. */
export const TEXT_LIMIT_BYTES = 1 << 20;
export const DEPTH_LIMIT = 32;

export type ParsedJson = { readonly value: unknown } | { readonly problems: readonly Problem[] };

/** Where the reader stands in the text. */
interface Cursor {
  readonly text: string;
  at: number;
}

/** Ends the parse; never leaves this file. */
class Refusal extends Error {
  readonly at: number;
  readonly expected: string;
  constructor(at: number, expected: string) {
    super(expected);
    this.at = at;
    this.expected = expected;
  }
}

/** Reads one JSON document. A byte-order mark in front is skipped. Never throws. */
export function parseJson(text: string): ParsedJson {
  if (text.length > TEXT_LIMIT_BYTES || new TextEncoder().encode(text).length > TEXT_LIMIT_BYTES) {
    return { problems: [{ path: '', found: `${text.length} characters`, expected: 'at most 1 MiB of JSON' }] };
  }
  const cursor: Cursor = { text, at: text.startsWith('\uFEFF') ? 1 : 0 };
  try {
    const value = readValue(cursor, 0);
    skipSpace(cursor);
    if (cursor.at < text.length) throw new Refusal(cursor.at, 'the end of the document');
    return { value };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problems: [problemAt(text, error.at, error.expected)] };
  }
}

/** Lines and columns count from 1, columns in UTF-16 units as editors do. */
function problemAt(text: string, at: number, expected: string): Problem {
  let line = 1;
  let lineStart = 0;
  for (let i = text.indexOf('\n'); i !== -1 && i < at; i = text.indexOf('\n', i + 1)) {
    line++;
    lineStart = i + 1;
  }
  const excerpt = text.slice(at, at + 12).split('\n', 1)[0] ?? '';
  const found = at >= text.length ? 'the end of the text' : excerpt === '' ? 'a line break' : escapeInvisible(excerpt);
  return { path: `line ${line}, column ${at - lineStart + 1}`, found, expected };
}

function skipSpace(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    cursor.at++;
  }
}

function readValue(cursor: Cursor, depth: number): unknown {
  skipSpace(cursor);
  if (depth > DEPTH_LIMIT) throw new Refusal(cursor.at, `at most ${DEPTH_LIMIT} levels of nesting`);
  switch (cursor.text[cursor.at]) {
    case '{':
      return readObject(cursor, depth);
    case '[':
      return readList(cursor, depth);
    case '"':
      return readString(cursor);
    default:
      return readScalar(cursor);
  }
}

const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readScalar(cursor: Cursor): unknown {
  for (const [word, value] of WORDS) {
    if (cursor.text.startsWith(word, cursor.at)) {
      cursor.at += word.length;
      return value;
    }
  }
  NUMBER.lastIndex = cursor.at;
  const match = NUMBER.exec(cursor.text);
  if (match === null) throw new Refusal(cursor.at, 'a JSON value');
  const value = Number(match[0]);
  if (!Number.isFinite(value)) throw new Refusal(cursor.at, 'a number below 1.8e308');
  cursor.at += match[0].length;
  return value;
}

function readList(cursor: Cursor, depth: number): unknown[] {
  const list: unknown[] = [];
  cursor.at++;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === ']') {
    cursor.at++;
    return list;
  }
  for (;;) {
    list.push(readValue(cursor, depth + 1));
    if (endsHere(cursor, ']')) return list;
  }
}

function readObject(cursor: Cursor, depth: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  cursor.at++;
  skipSpace(cursor);
  if (cursor.text[cursor.at] === '}') {
    cursor.at++;
    return object;
  }
  for (;;) {
    skipSpace(cursor);
    const keyAt = cursor.at;
    if (cursor.text[keyAt] !== '"') throw new Refusal(keyAt, 'a key in double quotes');
    const key = readString(cursor);
    if (key === '__proto__') throw new Refusal(keyAt, 'any key but "__proto__"');
    if (Object.hasOwn(object, key)) throw new Refusal(keyAt, 'a key that has not occurred before in this object');
    skipSpace(cursor);
    if (cursor.text[cursor.at] !== ':') throw new Refusal(cursor.at, 'a colon');
    cursor.at++;
    object[key] = readValue(cursor, depth + 1);
    if (endsHere(cursor, '}')) return object;
  }
}

/** Steps over a comma (false) or the closing bracket (true). */
function endsHere(cursor: Cursor, closing: ']' | '}'): boolean {
  skipSpace(cursor);
  const character = cursor.text[cursor.at];
  if (character !== ',' && character !== closing) throw new Refusal(cursor.at, `a comma or "${closing}"`);
  cursor.at++;
  return character === closing;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function readString(cursor: Cursor): string {
  const { text } = cursor;
  cursor.at++;
  let value = '';
  let copied = cursor.at;
  for (;;) {
    const code = text.charCodeAt(cursor.at);
    if (Number.isNaN(code)) throw new Refusal(cursor.at, 'a closing double quote');
    if (code < 0x20) throw new Refusal(cursor.at, 'no control character inside a text (write it as \\u00XX)');
    if (code === 0x22) {
      value += text.slice(copied, cursor.at++);
      return value;
    }
    if (code !== 0x5c) {
      cursor.at++;
      continue;
    }
    value += text.slice(copied, cursor.at) + readEscape(cursor);
    copied = cursor.at;
  }
}

function readEscape(cursor: Cursor): string {
  const letter = cursor.text[cursor.at + 1] ?? '';
  if (letter === 'u') {
    const hex = cursor.text.slice(cursor.at + 2, cursor.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new Refusal(cursor.at, 'four hex digits after \\u');
    cursor.at += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }
  const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
  if (character === undefined) throw new Refusal(cursor.at, 'an escape that JSON knows');
  cursor.at += 2;
  return character;
}
