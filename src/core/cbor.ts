/**
 * The common case of canonical CBOR (RFC 8949 §4.2.1) without a detour over tokens: null, booleans, safe integers, ASCII texts,
 * bytes, arrays and plain objects. Everything else is left to the general codec: `encodeCommon` and `decodeCommon` answer
 * null or `UNCOMMON`, never something else than it would.
 */

/** `decodeCommon` leaves these bytes to the general codec. */
export const UNCOMMON: unique symbol = Symbol('uncommon');

const MAJOR = { uint: 0x00, negative: 0x20, bytes: 0x40, text: 0x60, array: 0x80, map: 0xa0 } as const;
const [FALSE, TRUE, NULL] = [0xf4, 0xf5, 0xf6];
const WORD = 4294967296;
/** Deeper data, and cycles, are left to the general codec. */
const DEPTH_MAX = 64;

/**
 * Encodings are written one behind the other, where they stay: most are a hundred bytes, and a buffer for each costs three times as much as
 * all that is written. A few dozen share one, no more, so that what somebody keeps of them keeps little alive beside it.
 */
const SHARED_BYTES = 4096;
/** Longer ones are given a buffer of their own: it would soon be full. */
const SHARE_MAX = 1024;
let buffer = new Uint8Array(SHARED_BYTES);
/** Where the encoding in progress began: what is before it has been given away. */
let start = 0;
let fill = 0;

/** Canonical bytes, or null where the value is not of the common kinds. Part of a larger buffer: look at `byteOffset`. */
export function encodeCommon(value: unknown): Uint8Array | null {
  fill = start;
  if (!write(value, 0)) return null;
  const length = fill - start;
  if (length > SHARE_MAX) return buffer.slice(start, fill);
  const bytes = new Uint8Array(buffer.buffer, start, length);
  // On a word: who compares bytes may take four at a time.
  start = (fill + 3) & -4;
  return bytes;
}

/** The same for one look: valid until something else is encoded. */
export function encodeForNow(value: unknown): Uint8Array | null {
  fill = start;
  return write(value, 0) ? buffer.subarray(start, fill) : null;
}

function write(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
      return writeText(value);
    case 'number':
      if (!Number.isSafeInteger(value)) return false;
      if (value >= 0) writeHead(MAJOR.uint, value);
      else writeHead(MAJOR.negative, -1 - value);
      return true;
    case 'boolean':
      writeByte(value ? TRUE : FALSE);
      return true;
    case 'object':
      if (value === null) {
        writeByte(NULL);
        return true;
      }
      return depth < DEPTH_MAX && writeObject(value, depth + 1);
    default:
      return false;
  }
}

function writeObject(value: object, depth: number): boolean {
  if (Array.isArray(value)) {
    writeHead(MAJOR.array, value.length);
    for (let i = 0; i < value.length; i++) if (!write(value[i], depth)) return false;
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Uint8Array.prototype) return writeBytes(value as Uint8Array);
  if (prototype !== Object.prototype) return false;
  const { keys, heads } = shapeOf(value);
  writeHead(MAJOR.map, keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    if (!writeKey(key, heads[i] ?? null) || !write((value as Record<string, unknown>)[key], depth)) return false;
  }
  return true;
}

/** How objects with these keys in this order are written: all messages of one type are alike. */
interface Shape {
  /** As the objects have them. */
  readonly own: readonly string[];
  /** As they are written. */
  readonly keys: readonly string[];
  /** Encoded; null for a key that is not of the common kind. */
  readonly heads: readonly (Uint8Array | null)[];
}

/** Shapes met before, by the number of their keys. What comes when there are many is worked out each time. */
const shapes: Shape[][] = [];
const SHAPES_MAX = 24;
const found: string[] = [];

function shapeOf(value: object): Shape {
  let count = 0;
  for (const key in value) found[count++] = key;
  let alike = shapes[count];
  if (alike === undefined) {
    alike = [];
    shapes[count] = alike;
  }
  for (let i = 0; i < alike.length; i++) {
    const shape = alike[i] as Shape;
    let same = 0;
    while (same < count && shape.own[same] === found[same]) same++;
    if (same === count) return shape;
  }
  const own = found.slice(0, count);
  const keys = sortKeys(own.slice());
  if (alike.length >= SHAPES_MAX || count > SHAPES_MAX) return { own, keys, heads: [] };
  const shape = { own, keys, heads: keys.map(encodedKey) };
  alike.push(shape);
  return shape;
}

function encodedKey(key: string): Uint8Array | null {
  // From the start: writing may move all of it to a new buffer.
  const before = fill - start;
  const head = writeText(key) ? buffer.slice(start + before, fill) : null;
  fill = start + before;
  return head;
}

function writeKey(key: string, head: Uint8Array | null): boolean {
  if (head === null) return writeText(key);
  const { length } = head;
  reserve(length);
  const target = buffer;
  const first = fill;
  for (let i = 0; i < length; i++) target[first + i] = head[i] as number;
  fill = first + length;
  return true;
}

/** By length, then by code: the order of the encoded keys where all are ASCII. An insertion sort: objects have few keys. */
function sortKeys(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let hole = i;
    for (; hole > 0; hole--) {
      const before = keys[hole - 1] as string;
      if (before.length < key.length || (before.length === key.length && before <= key)) break;
      keys[hole] = before;
    }
    keys[hole] = key;
  }
  return keys;
}

function writeText(text: string): boolean {
  const { length } = text;
  writeHead(MAJOR.text, length);
  reserve(length);
  const target = buffer;
  const first = fill;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    target[first + i] = code;
  }
  fill = first + length;
  return true;
}

function writeBytes(bytes: Uint8Array): boolean {
  writeHead(MAJOR.bytes, bytes.length);
  const { length } = bytes;
  reserve(length);
  buffer.set(bytes, fill);
  fill += length;
  return true;
}

function writeByte(byte: number): void {
  reserve(1);
  buffer[fill++] = byte;
}

/** The shortest head for a length or integer up to 2^53 − 1. */
function writeHead(major: number, value: number): void {
  reserve(9);
  if (value < 24) {
    buffer[fill++] = major | value;
  } else if (value < 0x100) {
    buffer[fill++] = major | 24;
    buffer[fill++] = value;
  } else if (value < 0x10000) {
    buffer[fill++] = major | 25;
    buffer[fill++] = value >>> 8;
    buffer[fill++] = value;
  } else if (value < WORD) {
    buffer[fill++] = major | 26;
    writeWord(value);
  } else {
    buffer[fill++] = major | 27;
    writeWord(Math.floor(value / WORD));
    writeWord(value % WORD);
  }
}

function writeWord(value: number): void {
  buffer[fill++] = value >>> 24;
  buffer[fill++] = value >>> 16;
  buffer[fill++] = value >>> 8;
  buffer[fill++] = value;
}

function reserve(length: number): void {
  if (fill + length <= buffer.length) return;
  const written = fill - start;
  const larger = new Uint8Array(Math.max(SHARED_BYTES, 2 * (written + length)));
  larger.set(buffer.subarray(start, fill));
  buffer = larger;
  start = 0;
  fill = written;
}

const NOTHING = new Uint8Array(0);
let source: Uint8Array = NOTHING;
let at = 0;

/** The value of bytes that are wholly of the common kinds in shortest form; otherwise, damage included, `UNCOMMON`. */
export function decodeCommon(bytes: Uint8Array): unknown {
  source = bytes;
  at = 0;
  const value = read(0);
  const isWhole = at === bytes.length;
  source = NOTHING;
  return isWhole ? value : UNCOMMON;
}

function read(depth: number): unknown {
  if (at >= source.length || depth > DEPTH_MAX) return UNCOMMON;
  const initial = source[at++] as number;
  if (initial === NULL) return null;
  if (initial === TRUE) return true;
  if (initial === FALSE) return false;
  const length = readLength(initial & 0x1f);
  if (length < 0) return UNCOMMON;
  switch (initial & 0xe0) {
    case MAJOR.uint:
      return length;
    case MAJOR.negative:
      return length === Number.MAX_SAFE_INTEGER ? UNCOMMON : -1 - length;
    case MAJOR.bytes:
      return readBytes(length);
    case MAJOR.text:
      return readText(length);
    case MAJOR.array:
      return readArray(length, depth + 1);
    case MAJOR.map:
      return readMap(length, depth + 1);
    default:
      return UNCOMMON;
  }
}

/** The number in a head; −1 where it is not in shortest form, too large, or cut off. */
function readLength(info: number): number {
  if (info < 24) return info;
  const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : info === 27 ? 8 : 0;
  if (size === 0 || at + size > source.length) return -1;
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (source[at++] as number);
  const least = size === 1 ? 24 : size === 2 ? 0x100 : size === 4 ? 0x10000 : WORD;
  return value >= least && value <= Number.MAX_SAFE_INTEGER ? value : -1;
}

function readBytes(length: number): unknown {
  if (at + length > source.length) return UNCOMMON;
  const bytes = new Uint8Array(length);
  bytes.set(source.subarray(at, at + length));
  at += length;
  return bytes;
}

function readText(length: number): string | typeof UNCOMMON {
  const first = at;
  const end = first + length;
  if (end > source.length) return UNCOMMON;
  const place = placeOf(first, length);
  const known = place < 0 ? '' : (words[place] as string);
  let same = known.length === length ? 0 : -1;
  while (same >= 0 && same < length) same = known.charCodeAt(same) === source[first + same] ? same + 1 : -1;
  at = end;
  if (same === length) return known;
  let codes = 0;
  for (let i = first; i < end; i++) codes |= source[i] as number;
  if (codes > 0x7f) return UNCOMMON;
  const text = length === DIGEST_DIGITS ? digestText(first) : slowText(first, end);
  // The very string that objects have as a key.
  if (place >= 0) words[place] = Object.keys({ [text]: null })[0] as string;
  return text;
}

/** Short texts met last: keys, and types of messages, of which there are a few dozen. */
const WORDS = 256;
const WORD_MAX = 32;
const words = new Array<string>(WORDS).fill('');

/** By length, first and last code; −1 for what is no word. */
function placeOf(first: number, length: number): number {
  if (length === 0 || length > WORD_MAX) return -1;
  return (length * 37 + (source[first] as number) * 7 + (source[first + length - 1] as number)) % WORDS;
}

const DIGEST_DIGITS = 64;
const digits = new Array<number>(DIGEST_DIGITS).fill(0);

/** All at once: code by code a hash would be a rope of sixty pieces. */
function digestText(first: number): string {
  for (let i = 0; i < DIGEST_DIGITS; i++) digits[i] = source[first + i] as number;
  return String.fromCharCode.apply(null, digits);
}

function slowText(first: number, end: number): string {
  let text = '';
  for (let i = first; i < end; i++) text += ASCII[source[i] as number];
  return text;
}

const ASCII = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));

function readArray(length: number, depth: number): unknown {
  // Each element takes a byte at least: a damaged length must not reserve memory.
  if (length > source.length - at) return UNCOMMON;
  const list: unknown[] = [];
  for (let i = 0; i < length; i++) {
    const item = read(depth);
    if (item === UNCOMMON) return UNCOMMON;
    list.push(item);
  }
  return list;
}

function readMap(length: number, depth: number): unknown {
  if (length > source.length - at) return UNCOMMON;
  const map: Record<string, unknown> = {};
  for (let i = 0; i < length; i++) {
    const initial = source[at++] as number;
    if ((initial & 0xe0) !== MAJOR.text) return UNCOMMON;
    const size = readLength(initial & 0x1f);
    const key = size < 0 ? UNCOMMON : readText(size);
    // Whether a key may appear twice is the general codec's to say.
    if (key === UNCOMMON || key === '__proto__' || Object.hasOwn(map, key)) return UNCOMMON;
    const item = read(depth);
    if (item === UNCOMMON) return UNCOMMON;
    map[key] = item;
  }
  return map;
}
