/**
 * Plain data to bytes and back (`unpack.ts`): snapshots, run files, transfers between workers. Faster and wider than the
 * canonical encoding of `encoding.ts`, and never signed or fingerprinted.
 *
 * Kept: null, undefined, booleans, numbers (−0 and infinities too), bigint, strings of any code units, arrays, plain objects,
 * Map, Set, typed arrays, ArrayBuffer; insertion order of objects, maps and sets. The same value gives the same bytes.
 * Not kept: identity. A reference used twice comes back as two equal values, but byte arrays of 128 and more that are equal
 * come back as one, which nobody may write to; objects without prototype come back ordinary;
 * properties under symbols, and named ones on arrays, are left out.
 * Refused with the path: NaN, functions, symbols, class instances, array holes, cycles and nesting beyond 200 levels.
 */
import { ByteTable } from './byteTable.ts';
import {
  LITTLE_ENDIAN,
  MAX_BIGINT_DIGITS,
  MAX_DEPTH,
  MAX_PACKED_BYTES,
  SHARED_BYTES_MIN,
  SHARED_STRING_MAX,
  SHARED_STRING_MIN,
  TAG,
  TYPED_ARRAYS,
} from './packFormat.ts';

/** The value is not plain data. */
export class PackError extends Error {
  override readonly name = 'PackError';
  /** Where in the value, for example `nodes[2].timers`, or '' for the value itself. */
  readonly path: string;

  constructor(path: string, found: string) {
    super(`cannot pack ${path === '' ? 'the value' : path}: ${found}`);
    this.path = path;
  }
}

/**
 * The bytes of a plain value, in an array of exactly their length.
 * @throws PackError when part of it is not plain data or the result would pass 1 GiB
 */
export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writeValue(writer, value, 0);
  return writer.bytes.slice(0, writer.at);
}

/** A packed value whose long byte arrays are kept beside it, so that several packed values can have them in common. */
export interface PackedApart {
  readonly bytes: Uint8Array;
  readonly blobs: readonly Uint8Array[];
}

/**
 * As `pack`, but byte arrays of `SHARED_BYTES_MIN` and more stay outside; equal ones that `table` knows are the same object.
 * `unpackApart` puts them back. What stays outside may be part of a larger buffer, which it then holds on to: see `detached`.
 * @throws PackError as `pack` does
 */
export function packApart(value: unknown, table: ByteTable): PackedApart {
  const writer = new Writer(table, true);
  writeValue(writer, value, 0);
  return { bytes: writer.bytes.slice(0, writer.at), blobs: [...writer.blobs.keys()] };
}

/** The bytes in a buffer of their own: themselves, where they are not part of a larger one. */
export function detached(bytes: Uint8Array): Uint8Array {
  return bytes.length < bytes.buffer.byteLength ? new Uint8Array(bytes) : bytes;
}

/** A node of the tree of key lists: which keys can follow, and the shape's number if a list ends here. */
interface ShapeNode {
  readonly next: Map<string, ShapeNode>;
  shape: number;
}

class Writer {
  bytes = new Uint8Array(4096);
  view = new DataView(this.bytes.buffer);
  at = 0;
  readonly strings = new Map<string, number>();
  readonly shapes: ShapeNode = { next: new Map(), shape: -1 };
  shapeCount = 0;
  /** Long byte arrays by their number. */
  readonly blobs = new Map<Uint8Array, number>();
  readonly table: ByteTable;
  readonly isApart: boolean;
  /** Key or position at each level of the way down, for errors. */
  readonly trail: (string | number)[] = [];

  constructor(table = new ByteTable(), isApart = false) {
    this.table = table;
    this.isApart = isApart;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number, depth: number): void {
    const needed = this.at + count;
    if (needed <= this.bytes.length) return;
    if (needed > MAX_PACKED_BYTES) throw this.refuse(depth, `more than ${MAX_PACKED_BYTES} bytes in all`);
    const bytes = new Uint8Array(Math.min(MAX_PACKED_BYTES, Math.max(needed, 2 * this.bytes.length)));
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  refuse(depth: number, found: string): PackError {
    let path = '';
    for (const step of this.trail.slice(0, depth))
      path += typeof step === 'number' ? `[${step}]` : path === '' ? step : `.${step}`;
    return new PackError(path, found);
  }
}

/** Room for a tag and a varint is at most this. */
const HEAD_BYTES = 9;

function writeHead(w: Writer, tag: number, count: number, depth: number): void {
  w.reserve(HEAD_BYTES, depth);
  w.bytes[w.at++] = tag;
  let rest = count;
  while (rest > 0x7fffffff) {
    w.bytes[w.at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest > 0x7f) {
    w.bytes[w.at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  w.bytes[w.at++] = rest;
}

function writeTag(w: Writer, tag: number, depth: number): void {
  w.reserve(1, depth);
  w.bytes[w.at++] = tag;
}

function writeValue(w: Writer, value: unknown, depth: number): void {
  switch (typeof value) {
    case 'number':
      return writeNumber(w, value, depth);
    case 'string':
      return writeString(w, value, depth);
    case 'boolean':
      return writeTag(w, value ? TAG.true : TAG.false, depth);
    case 'undefined':
      return writeTag(w, TAG.undefined, depth);
    case 'bigint':
      return writeBigint(w, value, depth);
    case 'object':
      return value === null ? writeTag(w, TAG.null, depth) : writeObject(w, value, depth);
    default:
      throw w.refuse(depth, `a ${typeof value}`);
  }
}

function writeNumber(w: Writer, value: number, depth: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    if (value < 0) return writeHead(w, TAG.negative, -1 - value, depth);
    return value < 128 ? writeTag(w, value, depth) : writeHead(w, TAG.positive, value, depth);
  }
  if (Number.isNaN(value)) throw w.refuse(depth, 'NaN');
  w.reserve(9, depth);
  w.bytes[w.at++] = TAG.float;
  w.view.setFloat64(w.at, value, true);
  w.at += 8;
}

function writeString(w: Writer, text: string, depth: number): void {
  const { length } = text;
  if (length >= SHARED_STRING_MIN && length <= SHARED_STRING_MAX) {
    const seen = w.strings.get(text);
    if (seen !== undefined) return writeHead(w, TAG.stringAgain, seen, depth);
    w.strings.set(text, w.strings.size);
  }
  w.reserve(length + HEAD_BYTES, depth);
  const start = w.at;
  writeHead(w, TAG.narrowString, length, depth);
  const { bytes } = w;
  let { at } = w;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) {
      w.at = start;
      return writeWideString(w, text, depth);
    }
    bytes[at++] = unit;
  }
  w.at = at;
}

function writeWideString(w: Writer, text: string, depth: number): void {
  w.reserve(2 * text.length + HEAD_BYTES, depth);
  writeHead(w, TAG.wideString, text.length, depth);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    w.bytes[w.at++] = unit & 0xff;
    w.bytes[w.at++] = unit >>> 8;
  }
}

function writeBigint(w: Writer, value: bigint, depth: number): void {
  const digits = (value < 0n ? -value : value).toString(16);
  if (digits.length > MAX_BIGINT_DIGITS) throw w.refuse(depth, `a bigint of ${digits.length} hexadecimal digits`);
  writeTag(w, TAG.bigint, depth);
  writeHead(w, value < 0n ? 1 : 0, digits.length, depth);
  w.reserve(digits.length, depth);
  for (let i = 0; i < digits.length; i++) w.bytes[w.at++] = digits.charCodeAt(i);
}

function writeObject(w: Writer, value: object, depth: number): void {
  if (depth >= MAX_DEPTH) throw w.refuse(depth, `nesting deeper than ${MAX_DEPTH} levels, or a cycle`);
  if (Array.isArray(value)) return writeArray(w, value, depth);
  if (ArrayBuffer.isView(value)) return writeView(w, value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null)
    return writePlain(w, value as Record<string, unknown>, depth);
  if (value instanceof Map) return writeMap(w, value, depth);
  if (value instanceof Set) return writeSet(w, value, depth);
  if (value instanceof ArrayBuffer) return writeRaw(w, TAG.arrayBuffer, new Uint8Array(value), depth);
  // An ordinary object of another realm (iframe, vm): its prototype is the end of a chain too.
  if (Object.getPrototypeOf(prototype) === null) return writePlain(w, value as Record<string, unknown>, depth);
  throw w.refuse(depth, `an instance of ${value.constructor?.name || 'a class'}`);
}

function writeArray(w: Writer, values: readonly unknown[], depth: number): void {
  writeHead(w, TAG.array, values.length, depth);
  for (let i = 0; i < values.length; i++) {
    w.trail[depth] = i;
    const value = values[i];
    if (value === undefined && !(i in values)) throw w.refuse(depth + 1, 'a hole in an array');
    writeValue(w, value, depth + 1);
  }
}

function writePlain(w: Writer, value: Record<string, unknown>, depth: number): void {
  const keys = Object.keys(value);
  let node = w.shapes;
  for (const key of keys) {
    let next = node.next.get(key);
    if (next === undefined) {
      next = { next: new Map(), shape: -1 };
      node.next.set(key, next);
    }
    node = next;
  }
  if (node.shape >= 0) writeHead(w, TAG.object, node.shape, depth);
  else {
    node.shape = w.shapeCount++;
    writeHead(w, TAG.objectNew, keys.length, depth);
    for (const key of keys) writeString(w, key, depth);
  }
  for (const key of keys) {
    w.trail[depth] = key;
    writeValue(w, value[key], depth + 1);
  }
}

function writeMap(w: Writer, map: ReadonlyMap<unknown, unknown>, depth: number): void {
  writeHead(w, TAG.map, map.size, depth);
  let i = 0;
  for (const [key, value] of map) {
    w.trail[depth] = i++;
    writeValue(w, key, depth + 1);
    writeValue(w, value, depth + 1);
  }
}

function writeSet(w: Writer, set: ReadonlySet<unknown>, depth: number): void {
  writeHead(w, TAG.set, set.size, depth);
  let i = 0;
  for (const value of set) {
    w.trail[depth] = i++;
    writeValue(w, value, depth + 1);
  }
}

function writeView(w: Writer, view: ArrayBufferView, depth: number): void {
  const raw = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (view instanceof Uint8Array) return writeBytes(w, view, depth);
  const kind = TYPED_ARRAYS.findIndex((type) => view instanceof type);
  if (kind < 0) throw w.refuse(depth, `an instance of ${view.constructor.name}`);
  if (!LITTLE_ENDIAN) throw w.refuse(depth, 'a typed array on a big-endian machine');
  writeTag(w, TAG.typedArray, depth);
  writeRaw(w, kind, raw, depth);
}

function writeBytes(w: Writer, bytes: Uint8Array, depth: number): void {
  if (bytes.length < SHARED_BYTES_MIN) return writeRaw(w, TAG.bytes, bytes, depth);
  const blob = w.table.same(bytes);
  const seen = w.blobs.get(blob);
  if (seen !== undefined) return writeHead(w, TAG.bytesAgain, seen, depth);
  const number = w.blobs.size;
  w.blobs.set(blob, number);
  if (w.isApart) writeHead(w, TAG.bytesAgain, number, depth);
  else writeRaw(w, TAG.bytes, bytes, depth);
}

function writeRaw(w: Writer, tag: number, raw: Uint8Array, depth: number): void {
  writeHead(w, tag, raw.length, depth);
  w.reserve(raw.length, depth);
  w.bytes.set(raw, w.at);
  w.at += raw.length;
}
