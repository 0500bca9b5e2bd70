/**
 * A small XML reader for data files: elements, attributes, text, CDATA, comments, entities; namespaces by their local names.
 * No DTD: a document type is refused, so nothing is ever expanded or fetched. Errors name line and column.
 */
import { TestnetError } from '../../core/problem.ts';
import { quote } from './net.ts';

export interface XmlElement {
  /** Without prefix. */
  readonly name: string;
  /** By local name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The element's own text, pieces joined. */
  readonly text: string;
  /** Offset of `<` in the document. */
  readonly at: number;
}

const DEPTH_MAX = 100;
const NAME = /[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface Open {
  readonly fullName: string;
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: XmlElement[];
  readonly at: number;
  text: string;
}

/** The root element. @throws {TestnetError} bad-input, naming line and column. */
export function parseXml(source: string): XmlElement {
  return new Reader(source).document();
}

/** A text that stands for itself inside XML, in attributes too. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, (char) => {
    if (char < ' ' || char > '\ufffd') return '\ufffd';
    const name = Object.keys(ENTITIES).find((entity) => ENTITIES[entity] === char);
    return `&${name};`;
  });
}

/** `line 3, column 14`, both from 1. */
export function placeOf(source: string, at: number): string {
  const before = source.slice(0, at);
  const line = before.split('\n').length;
  return `line ${line}, column ${at - before.lastIndexOf('\n')}`;
}

class Reader {
  readonly #source: string;
  #at = 0;
  readonly #open: Open[] = [];
  #root: XmlElement | null = null;

  constructor(source: string) {
    this.#source = source;
    if (source.startsWith('\ufeff')) this.#at = 1;
  }

  document(): XmlElement {
    const source = this.#source;
    while (this.#at < source.length) {
      const next = source.indexOf('<', this.#at);
      this.#text(this.#at, next === -1 ? source.length : next);
      if (next === -1) break;
      this.#at = next;
      this.#markup();
    }
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined)
      this.#fail(unclosed.at, `<${unclosed.fullName}> without an end`, `</${unclosed.fullName}>`);
    if (this.#root === null) this.#fail(0, 'no element', 'an XML document');
    return this.#root;
  }

  #markup(): void {
    const source = this.#source;
    if (source.startsWith('<!--', this.#at)) this.#skip('-->', 'a comment');
    else if (source.startsWith('<?', this.#at)) this.#skip('?>', 'a processing instruction');
    else if (source.startsWith('<![CDATA[', this.#at)) this.#cdata();
    else if (source.startsWith('<!', this.#at))
      this.#fail(this.#at, 'a document type', 'none: entities are not expanded');
    else if (source.startsWith('</', this.#at)) this.#close();
    else this.#begin();
  }

  #skip(end: string, what: string): void {
    const found = this.#source.indexOf(end, this.#at);
    if (found === -1) this.#fail(this.#at, `${what} without an end`, end);
    this.#at = found + end.length;
  }

  #cdata(): void {
    const top = this.#open.at(-1);
    const from = this.#at + 9;
    const start = this.#at;
    this.#skip(']]>', 'CDATA');
    if (top === undefined) this.#fail(start, 'CDATA outside an element', 'an element');
    top.text += this.#source.slice(from, this.#at - 3);
  }

  #text(from: number, to: number): void {
    if (from >= to) return;
    const raw = this.#source.slice(from, to);
    const top = this.#open.at(-1);
    if (top !== undefined) top.text += this.#decode(raw, from);
    else if (raw.trim() !== '')
      this.#fail(from + raw.search(/\S/), quote(raw.trim()), this.#root === null ? 'an element' : 'the end');
  }

  #begin(): void {
    const at = this.#at;
    this.#at++;
    const fullName = this.#name('an element');
    const attributes = this.#attributes(fullName);
    const open: Open = { fullName, name: localName(fullName), attributes, children: [], at, text: '' };
    if (this.#root !== null) this.#fail(at, `a second root <${fullName}>`, 'one root element');
    const isEmpty = this.#source[this.#at] === '/';
    if (isEmpty) this.#at++;
    if (this.#source[this.#at] !== '>') this.#fail(this.#at, this.#here(), `> at the end of <${fullName}>`);
    this.#at++;
    if (isEmpty) return this.#finish(open);
    if (this.#open.length >= DEPTH_MAX) this.#fail(at, `more than ${DEPTH_MAX} elements inside each other`, 'fewer');
    this.#open.push(open);
  }

  #attributes(element: string): Map<string, string> {
    const source = this.#source;
    const attributes = new Map<string, string>();
    while (true) {
      const before = this.#at;
      this.#space();
      const char = source[this.#at];
      if (char === undefined || char === '>' || char === '/') return attributes;
      if (before === this.#at) this.#fail(before, this.#here(), `a space, / or > in <${element}>`);
      const at = this.#at;
      const fullName = this.#name('an attribute');
      this.#space();
      if (source[this.#at] !== '=') this.#fail(this.#at, this.#here(), `= after ${fullName}`);
      this.#at++;
      this.#space();
      const mark = source[this.#at];
      if (mark !== '"' && mark !== "'") this.#fail(this.#at, this.#here(), `the value of ${fullName} in quotes`);
      const end = source.indexOf(mark, this.#at + 1);
      if (end === -1) this.#fail(this.#at, `a value of ${fullName} without an end`, mark);
      const value = source.slice(this.#at + 1, end);
      if (value.includes('<')) this.#fail(this.#at + 1 + value.indexOf('<'), '< in a value', '&lt;');
      const name = fullName.startsWith('xmlns') ? fullName : localName(fullName);
      if (attributes.has(name)) this.#fail(at, `a second ${fullName}`, 'every attribute once');
      attributes.set(name, this.#decode(value, this.#at + 1));
      this.#at = end + 1;
    }
  }

  #close(): void {
    const at = this.#at;
    this.#at += 2;
    const fullName = this.#name('an end');
    this.#space();
    if (this.#source[this.#at] !== '>') this.#fail(this.#at, this.#here(), `> after </${fullName}`);
    this.#at++;
    const open = this.#open.pop();
    if (open === undefined) this.#fail(at, `</${fullName}>`, 'no end: nothing is open');
    if (open.fullName !== fullName) this.#fail(at, `</${fullName}>`, `</${open.fullName}>`);
    this.#finish(open);
  }

  #finish({ name, attributes, children, at, text }: Open): void {
    const element = { name, attributes, children, at, text };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
  }

  #name(what: string): string {
    NAME.lastIndex = this.#at;
    const [name] = NAME.exec(this.#source) ?? [];
    if (name === undefined) this.#fail(this.#at, this.#here(), `the name of ${what}`);
    this.#at += name.length;
    return name;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#source[this.#at] ?? '')) this.#at++;
  }

  #decode(raw: string, from: number): string {
    return raw.replace(/\r\n?/g, '\n').replace(/&([^;&<\s]{0,12};?)/g, (whole, body: string) => {
      const name = body.endsWith(';') ? body.slice(0, -1) : '';
      const number = /^#(?:x([\da-f]{1,6})|(\d{1,7}))$/i.exec(name);
      const code =
        number === null ? -1 : Number.parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16);
      if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
      const char = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
      if (char === undefined)
        this.#fail(from + raw.indexOf(whole), quote(whole), '&lt; &gt; &amp; &quot; &apos; or &#…;');
      return char;
    });
  }

  #here(): string {
    const char = this.#source[this.#at];
    return char === undefined ? 'the end of the document' : quote(char);
  }

  #fail(at: number, found: string, expected: string): never {
    const path = placeOf(this.#source, at);
    throw new TestnetError('bad-input', `${path}: found ${found}, expected ${expected}`, [{ path, found, expected }]);
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
