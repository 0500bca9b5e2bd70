/** Bytes back to the plain data that `pack` was given. Made for hostile input: see `unpack`. */
import type { PackedApart } from './pack.ts';
import {
  MAX_BIGINT_DIGITS,
  MAX_DEPTH,
  SHARED_BYTES_MIN,
  SHARED_STRING_MAX,
  SHARED_STRING_MIN,
  TAG,
  TYPED_ARRAYS,
} from './packFormat.ts';
import type { Problem } from './problem.ts';

export type UnpackResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem };

/**
 * The value behind packed bytes; nothing in it shares memory with them, and only equal long byte arrays with one another.
 * Never throws. Time and memory are linear in the
 * input's length: every count is checked against the bytes that are left before anything is made for it.
 */
export function unpack(bytes: Uint8Array): UnpackResult {
  return unpackApart({ bytes, blobs: [] });
}

/** As `unpack`, for what `packApart` gave; the value has the byte arrays beside it in common with others. */
export function unpackApart({ bytes, blobs }: PackedApart): UnpackResult {
  const reader = new Reader(bytes, blobs);
  try {
    const value = readValue(reader, 0);
    if (reader.at !== bytes.length) throw new Damage(reader.at, `${bytes.length - reader.at} bytes more`, 'the end');
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return { ok: false, problem: error.problem };
  }
}

/** Leaves the recursion; caught in `unpack`. */
class Damage extends Error {
  readonly problem: Problem;

  constructor(at: number, found: string, expected: string) {
    super(found);
    this.problem = { path: `byte ${at}`, found, expected };
  }
}

class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at = 0;
  readonly strings: string[] = [];
  readonly shapes: (readonly string[])[] = [];
  /** Long byte arrays by their number. */
  readonly blobs: Uint8Array[];

  constructor(bytes: Uint8Array, blobs: readonly Uint8Array[]) {
    this.bytes = bytes;
    this.blobs = [...blobs];
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** Where the next `count` bytes start; steps over them. */
function take(r: Reader, count: number): number {
  const start = r.at;
  if (count > r.bytes.length - start) throw new Damage(start, `${r.bytes.length - start} bytes left`, `${count} more`);
  r.at = start + count;
  return start;
}

function readByte(r: Reader): number {
  const byte = r.bytes[r.at];
  if (byte === undefined) throw new Damage(r.at, 'the end', 'more bytes');
  r.at++;
  return byte;
}

function readVarint(r: Reader): number {
  const start = r.at;
  let byte = readByte(r);
  if (byte < 0x80) return byte;
  let value = byte & 0x7f;
  let scale = 128;
  do {
    byte = readByte(r);
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (value > Number.MAX_SAFE_INTEGER || scale > 2 ** 56) throw new Damage(start, 'a count beyond 2^53', 'less');
  } while (byte >= 0x80);
  if (byte === 0) throw new Damage(start, 'a number with needless zeros', 'its shortest form');
  return value;
}

/** A count of things that take at least `each` bytes apiece. */
function readCount(r: Reader, each: number): number {
  const start = r.at;
  const count = readVarint(r);
  const left = r.bytes.length - r.at;
  if (count * each > left) throw new Damage(start, `a count of ${count} with ${left} bytes left`, 'what fits');
  return count;
}

function readValue(r: Reader, depth: number): unknown {
  const tag = readByte(r);
  if (tag < 0x80) return tag;
  if (tag >= TAG.array && tag !== TAG.bytesAgain && depth >= MAX_DEPTH)
    throw new Damage(r.at - 1, `nesting deeper than ${MAX_DEPTH} levels`, 'less');
  switch (tag) {
    case TAG.null:
      return null;
    case TAG.undefined:
      return undefined;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.positive:
      return readVarint(r);
    case TAG.negative:
      return -1 - readVarint(r);
    case TAG.float:
      return readFloat(r);
    case TAG.narrowString:
      return readNarrowString(r);
    case TAG.wideString:
      return readWideString(r);
    case TAG.stringAgain:
      return readAgain(r, r.strings);
    case TAG.bigint:
      return readBigint(r);
    case TAG.bytes:
      return readBytes(r);
    case TAG.bytesAgain:
      return readAgain(r, r.blobs);
    case TAG.typedArray:
      return readTypedArray(r);
    case TAG.arrayBuffer:
      return readRaw(r).buffer;
    case TAG.array:
      return readArray(r, depth);
    case TAG.map:
      return readMap(r, depth);
    case TAG.set:
      return readSet(r, depth);
    case TAG.objectNew:
      return readFields(r, readShape(r), depth);
    case TAG.object:
      return readFields(r, readAgain(r, r.shapes), depth);
    default:
      throw new Damage(r.at - 1, `tag ${tag}`, 'a known tag');
  }
}

function readFloat(r: Reader): number {
  const start = take(r, 8);
  const value = r.view.getFloat64(start, true);
  if (Number.isNaN(value)) throw new Damage(start, 'NaN', 'a number');
  return value;
}

/** What a reference points back to. */
function readAgain<T>(r: Reader, seen: readonly T[]): T {
  const start = r.at;
  const value = seen[readVarint(r)];
  if (value === undefined) throw new Damage(start, 'a reference beyond what was seen', `one below ${seen.length}`);
  return value;
}

/** Longest piece handed to `String.fromCharCode` as arguments. */
const PIECE = 4096;
/** Shorter strings are built unit by unit, which is faster than making a view of the bytes. */
const SHORT = 24;

function readNarrowString(r: Reader): string {
  const length = readCount(r, 1);
  const start = take(r, length);
  return share(r, textOf(r.bytes, start, length));
}

function textOf(units: Uint8Array | Uint16Array, start: number, length: number): string {
  let text = '';
  if (length <= SHORT) {
    for (let i = start; i < start + length; i++) text += String.fromCharCode(units[i] ?? 0);
    return text;
  }
  for (let i = 0; i < length; i += PIECE) {
    const piece = units.subarray(start + i, start + Math.min(i + PIECE, length));
    text += String.fromCharCode.apply(null, piece as unknown as number[]);
  }
  return text;
}

function readWideString(r: Reader): string {
  const length = readCount(r, 2);
  const start = take(r, 2 * length);
  const units = new Uint16Array(length);
  let widest = 0;
  for (let i = 0; i < length; i++) {
    const unit = r.view.getUint16(start + 2 * i, true);
    units[i] = unit;
    widest |= unit;
  }
  if (widest <= 0xff) throw new Damage(start, 'a wide string of narrow units', 'a narrow string');
  return share(r, textOf(units, 0, length));
}

/** Numbers a string for later references, exactly as the writer did. */
function share(r: Reader, text: string): string {
  if (text.length >= SHARED_STRING_MIN && text.length <= SHARED_STRING_MAX) r.strings.push(text);
  return text;
}

function readBigint(r: Reader): bigint {
  const start = r.at;
  const sign = readByte(r);
  const length = readCount(r, 1);
  const digits = textOf(r.bytes, take(r, length), length);
  const wellFormed =
    sign <= 1 &&
    length <= MAX_BIGINT_DIGITS &&
    /^(?:0|[1-9a-f][0-9a-f]*)$/.test(digits) &&
    !(sign === 1 && digits === '0');
  if (!wellFormed) throw new Damage(start, 'a malformed bigint', 'a sign and hexadecimal digits');
  const size = BigInt(`0x${digits}`);
  return sign === 1 ? -size : size;
}

/** Numbers a long array for later references, exactly as the writer did. */
function readBytes(r: Reader): Uint8Array {
  const bytes = readRaw(r);
  if (bytes.length >= SHARED_BYTES_MIN) r.blobs.push(bytes);
  return bytes;
}

function readRaw(r: Reader): Uint8Array<ArrayBuffer> {
  const length = readCount(r, 1);
  const start = take(r, length);
  const copy = new Uint8Array(length);
  copy.set(r.bytes.subarray(start, start + length));
  return copy;
}

function readTypedArray(r: Reader): ArrayBufferView {
  const start = r.at;
  const type = TYPED_ARRAYS[readByte(r)];
  if (type === undefined) throw new Damage(start, 'an unknown kind of typed array', `one below ${TYPED_ARRAYS.length}`);
  const raw = readRaw(r);
  if (raw.length % type.BYTES_PER_ELEMENT !== 0) throw new Damage(start, 'half an element', 'whole elements');
  return new type(raw.buffer);
}

function readArray(r: Reader, depth: number): unknown[] {
  const count = readCount(r, 1);
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) values.push(readValue(r, depth + 1));
  return values;
}

function readMap(r: Reader, depth: number): Map<unknown, unknown> {
  const start = r.at;
  const count = readCount(r, 2);
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < count; i++) {
    const key = readValue(r, depth + 1);
    map.set(key, readValue(r, depth + 1));
  }
  if (map.size !== count) throw new Damage(start, 'a map with a key twice', 'distinct keys');
  return map;
}

function readSet(r: Reader, depth: number): Set<unknown> {
  const start = r.at;
  const count = readCount(r, 1);
  const set = new Set<unknown>();
  for (let i = 0; i < count; i++) set.add(readValue(r, depth + 1));
  if (set.size !== count) throw new Damage(start, 'a set with a member twice', 'distinct members');
  return set;
}

function readShape(r: Reader): readonly string[] {
  const start = r.at;
  const count = readCount(r, 1);
  const keys: string[] = [];
  for (let i = 0; i < count; i++) {
    const key = readValue(r, MAX_DEPTH);
    if (typeof key !== 'string') throw new Damage(start, `a key of type ${typeof key}`, 'a string');
    keys.push(key);
  }
  if (new Set(keys).size !== count) throw new Damage(start, 'an object with a key twice', 'distinct keys');
  r.shapes.push(keys);
  return keys;
}

function readFields(r: Reader, keys: readonly string[], depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of keys) {
    const value = readValue(r, depth + 1);
    // Plain assignment to this one name would set the prototype.
    if (key === '__proto__')
      Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
    else fields[key] = value;
  }
  return fields;
}
