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
    if (isSame(last.bytes, bytes, length)) return last.hash;
  }
  const own = bytes.slice(0, length);
  const hash = hashHex(own);
  if (known.length === REMEMBERED) known.pop();
  known.unshift({ bytes: own, hash });
  lastHashes[tag] = known;
  return hash;
}

interface Hashed {
  readonly bytes: Uint8Array;
  readonly hash: string;
}

const REMEMBERED = 4;
/** By tag, the newest first. */
const lastHashes: (Hashed[] | undefined)[] = [];

function isSame(known: Uint8Array, bytes: Uint8Array, length: number): boolean {
  if (known.length !== length) return false;
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
  for (let i = 0; i < 64; i += 2) {
    packer.bytes[packer.length++] = (nibble(hex.charCodeAt(i)) << 4) | nibble(hex.charCodeAt(i + 1));
  }
}

function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  assert(code >= 0x61 && code <= 0x66, 'a digest is lower-case hex');
  return code - 0x57;
}

function reserve(packer: Packer, more: number): void {
  if (packer.length + more <= packer.bytes.length) return;
  const grown = new Uint8Array(Math.max(2 * packer.bytes.length, packer.length + more));
  grown.set(packer.bytes);
  packer.bytes = grown;
}
