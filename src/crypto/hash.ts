/** The hashes of the playground. BLAKE3-256 names blocks, statements and states; the SHA-3 family is FIPS 202's. */
import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { encode, toHex } from '../core/encoding.ts';
import { blake3, blake3TwoWords } from './blake3.ts';

/** BLAKE3-256: 32 bytes, always a fresh array. */
export function hashBytes(bytes: Uint8Array): Uint8Array {
  return blake3(bytes);
}

/** The first 8 bytes of BLAKE3-256 of `first ‖ second`, as two little-endian words: where only they are wanted, nothing is allocated. */
export function hashTwoWords(first: Uint8Array, second: Uint8Array, out: [number, number]): void {
  blake3TwoWords(first, second, out);
}

/** BLAKE3-256 as 64 lower-case hex digits. */
export function hashHex(bytes: Uint8Array): string {
  return toHex(blake3(bytes));
}

/** BLAKE3-256 over the canonical encoding of a plain value, 64 lower-case hex digits. Equal values, equal digests. */
export function hashValue(value: unknown): string {
  return toHex(blake3(encode(value)));
}

/** BLAKE3-256 under a 32-byte key: a message authentication code or a pseudo-random function. 32 bytes. */
export function keyedHash(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return blake3(bytes, key);
}

/** SHA3-256 (FIPS 202 §6.1), 32 bytes. */
export function sha3(bytes: Uint8Array): Uint8Array {
  return sha3_256(bytes);
}

/** SHAKE256 (FIPS 202 §6.2): `outputBytes` bytes. */
export function shake(bytes: Uint8Array, outputBytes: number): Uint8Array {
  return shake256(bytes, { dkLen: outputBytes });
}
