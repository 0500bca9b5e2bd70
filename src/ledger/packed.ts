/**
 * Compact, injective byte strings for the hashes of the ledger. Blocks are hashed by every node for every slot, and the
 * general codec costs ten times the hash itself there; these layouts are fixed, so a few lines replace it.
 *
 * Integers are little-endian base 128 in shortest form (LEB128), every list is preceded by its length, and every layout
 * begins with its own tag: no two different values, of one layout or of two, share their bytes.
 */
import { assert } from '../core/assert.ts';
import { hashBytes, hashHex } from '../crypto/hash.ts';

/** First byte of each layout. Away from 0 and 1, the prefixes of Merkle leaves and nodes (RFC 6962 §2.1). */
export const TAG = { block: 0x10, state: 0x11, batch: 0x12 } as const;
export type Tag = (typeof TAG)[keyof typeof TAG];

/** A byte string under construction: the first `length` of `bytes`. */
export interface Packer {
  bytes: Uint8Array;
  length: number;
}

/** An empty packer. One for each module that hashes suffices: packing never nests. */
export function createPacker(): Packer {
  return { bytes: new Uint8Array(1024), length: 0 };
}

/** Begins a new byte string with its tag, forgetting the last one. */
export function startPacking(packer: Packer, tag: Tag): void {
  packer.bytes[0] = tag;
  packer.length = 1;
}

/** BLAKE3-256 of what was packed, 32 bytes. */
export function packedHash(packer: Packer): Uint8Array {
  return hashBytes(packer.bytes.subarray(0, packer.length));
}

/**
 * BLAKE3-256 of what was packed, 64 lower-case hex digits. The last few of each tag are remembered: all validators hash the same
 * block, and the same state before and after it, one after the other.
 */
export function packedHashHex(packer: Packer): string {
  const { bytes, length } = packer;
  const tag = bytes[0] as number;
  const known = lastHashes[tag] ?? [];
  for (let i = 0; i < known.length; i++) {
    const last = known[i] as Hashed;
    if (isSame(last, bytes, length)) return last.hash;
  }
  const packed = bytes.subarray(0, length);
  const hash = hashHex(packed);
  known.unshift(remembered(known.length === REMEMBERED ? known.pop() : undefined, packed, hash));
  lastHashes[tag] = known;
  return hash;
}

interface Hashed {
  /** The first `length` are what was hashed. */
  readonly bytes: Uint8Array;
  length: number;
  hash: string;
}

/** Written over the oldest, where it has room: a buffer of its own for each would cost as much as the hash. */
function remembered(oldest: Hashed | undefined, packed: Uint8Array, hash: string): Hashed {
  const { length } = packed;
  const hashed =
    oldest !== undefined && oldest.bytes.length >= length
      ? oldest
      : { bytes: new Uint8Array(Math.max(HEADER_ROOM, length)), length: 0, hash: '' };
  hashed.bytes.set(packed);
  hashed.length = length;
  hashed.hash = hash;
  return hashed;
}

/** Fits a block's header. */
const HEADER_ROOM = 160;

const REMEMBERED = 4;
/** By tag, the newest first. */
const lastHashes: (Hashed[] | undefined)[] = [];

function isSame({ bytes: known, length: knownLength }: Hashed, bytes: Uint8Array, length: number): boolean {
  if (knownLength !== length) return false;
  // What differs differs mostly near the end or all over.
  for (let i = length - 1; i >= 0; i--) if (known[i] !== bytes[i]) return false;
  return true;
}

const UNPACKABLE = 'only non-negative safe integers can be packed';

/** Appends an integer 0 … 2^53−1 in one to eight bytes, shortest form. Anything else is our own bug. */
export function putInteger(packer: Packer, value: number): void {
  assert(value >= 0 && Number.isSafeInteger(value), UNPACKABLE);
  reserve(packer, 8);
  const { bytes } = packer;
  let rest = value;
  while (rest > 0x7f) {
    bytes[packer.length++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  bytes[packer.length++] = rest;
}

/** Appends the integers of a list, each as `putInteger` does. */
export function putIntegers(packer: Packer, values: readonly number[]): void {
  reserve(packer, 8 * values.length);
  const { bytes } = packer;
  let at = packer.length;
  for (let i = 0; i < values.length; i++) {
    let rest = values[i] as number;
    assert(rest >= 0 && Number.isSafeInteger(rest), UNPACKABLE);
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80;
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
  }
  packer.length = at;
}

/** Appends a length and the bytes. */
export function putBytes(packer: Packer, value: Uint8Array): void {
  putInteger(packer, value.length);
  reserve(packer, value.length);
  packer.bytes.set(value, packer.length);
  packer.length += value.length;
}

/** Appends the 32 bytes behind 64 lower-case hex digits. Anything else is our bug: peers' digests are parsed first. */
export function putDigest(packer: Packer, hex: string): void {
  assert(hex.length === 64, 'a digest has 64 hex digits');
  reserve(packer, 32);
  const { bytes } = packer;
  let at = packer.length;
  // Judged once for all digits: a negative nibble, or a code beyond the table, shows in the sum of all bits.
  let nibbles = 0;
  let codes = 0;
  for (let i = 0; i < 64; i += 2) {
    const [left, right] = [hex.charCodeAt(i), hex.charCodeAt(i + 1)];
    const high = NIBBLES[left] as number;
    const low = NIBBLES[right] as number;
    codes |= left | right;
    nibbles |= high | low;
    bytes[at++] = (high << 4) | low;
  }
  assert(codes < NIBBLES.length && nibbles >= 0, 'a digest is lower-case hex');
  packer.length = at;
}

/** By character code: the digit's value, −1 where it is none. */
const NIBBLES = Int8Array.from({ length: 128 }, (_, code) => {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
});

function reserve(packer: Packer, more: number): void {
  if (packer.length + more <= packer.bytes.length) return;
  const grown = new Uint8Array(Math.max(2 * packer.bytes.length, packer.length + more));
  grown.set(packer.bytes);
  packer.bytes = grown;
}
