/**
 * BLAKE3 with 32 bytes of output, plain or keyed (O'Connor, Aumasson, Neves, Wilcox-O'Hearn: "BLAKE3: one function, fast
 * everywhere", 2020, §2). Ours because the kernel hashes millions of short messages: the compression function keeps its
 * sixteen words in local variables and a short input allocates nothing but its result. @noble/hashes is the test oracle.
 */
import { assert } from '../core/assert.ts';

/** Bytes of a digest and of a key. */
export const DIGEST_BYTES = 32;

const BLOCK_BYTES = 64;
const CHUNK_BYTES = 1024;

/** Domain flags (table 3). */
const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;
const KEYED_HASH = 16;

/** The initial chaining value (table 1): the same words as SHA-256's. */
const IV = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

/** The block being compressed, as bytes and as little-endian words; every engine we run on is little-endian. */
const blockBytes = new Uint8Array(BLOCK_BYTES);
const block = new Int32Array(blockBytes.buffer);
/** The chaining value: input and output of `compress`. */
const chain = new Int32Array(8);
const chainBytes = new Uint8Array(chain.buffer);
const keyWords = new Int32Array(8);

/** The digest of `bytes`, 32 bytes; under a 32-byte `key` the keyed hash. A key of another length is our bug. */
export function blake3(bytes: Uint8Array, key: Uint8Array | null = null): Uint8Array {
  digest(bytes, key);
  return chainBytes.slice();
}

/** The first two little-endian words of the digest of `bytes`, unsigned. */
export function blake3TwoWords(bytes: Uint8Array, out: [number, number]): void {
  digest(bytes, null);
  out[0] = chain[0]! >>> 0;
  out[1] = chain[1]! >>> 0;
}

/** Whether the keyed digest of `bytes` is `expected`, 32 bytes. */
export function isBlake3(expected: Uint8Array, bytes: Uint8Array, key: Uint8Array): boolean {
  digest(bytes, key);
  for (let i = 0; i < DIGEST_BYTES; i++) if (expected[i] !== chainBytes[i]) return false;
  return true;
}

/** Leaves the digest in `chain`. */
function digest(bytes: Uint8Array, key: Uint8Array | null): void {
  let start = IV;
  let flags = 0;
  if (key !== null) {
    assert(key.length === DIGEST_BYTES, `a BLAKE3 key has ${DIGEST_BYTES} bytes, not ${key.length}`);
    for (let i = 0, at = 0; i < 8; i++, at += 4) {
      keyWords[i] = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    }
    start = keyWords;
    flags = KEYED_HASH;
  }
  const chunks = Math.ceil(bytes.length / CHUNK_BYTES);
  if (chunks <= 1) hashChunk(bytes, 0, start, flags, ROOT);
  else hashSubtree(bytes, 0, chunks, start, flags, ROOT);
}

/** Leaves in `chain` the value of the subtree over `count` ≥ 1 chunks: the left child is the largest full tree (§2.1). */
function hashSubtree(
  bytes: Uint8Array,
  first: number,
  count: number,
  start: Int32Array,
  flags: number,
  root: number,
): void {
  if (count === 1) {
    hashChunk(bytes, first, start, flags, root);
    return;
  }
  let leftCount = 1;
  while (leftCount * 2 < count) leftCount *= 2;
  hashSubtree(bytes, first, leftCount, start, flags, 0);
  const left = chain.slice();
  hashSubtree(bytes, first + leftCount, count - leftCount, start, flags, 0);
  block.set(left, 0);
  block.set(chain, 8);
  chain.set(start);
  compress(0, BLOCK_BYTES, flags | PARENT | root);
}

/** Leaves in `chain` the value of chunk number `index`, which may be the short last one. */
function hashChunk(bytes: Uint8Array, index: number, start: Int32Array, flags: number, root: number): void {
  const from = index * CHUNK_BYTES;
  const end = Math.min(from + CHUNK_BYTES, bytes.length);
  chain.set(start);
  let at = from;
  let first = CHUNK_START;
  for (; end - at > BLOCK_BYTES; at += BLOCK_BYTES, first = 0) {
    for (let i = 0; i < BLOCK_BYTES; i++) blockBytes[i] = bytes[at + i]!;
    compress(index, BLOCK_BYTES, flags | first);
  }
  const rest = end - at;
  for (let i = 0; i < rest; i++) blockBytes[i] = bytes[at + i]!;
  blockBytes.fill(0, rest);
  compress(index, rest, flags | first | CHUNK_END | root);
}

/** One compression of `block` into `chain` (§2.2), truncated to the chaining value. `counter` < 2^32: inputs below 4 TiB. */
// biome-ignore format: one quarter-round a line, as in the paper
function compress(counter: number, length: number, flags: number): void {
  let a0 = chain[0]!, a1 = chain[1]!, a2 = chain[2]!, a3 = chain[3]!;
  let b0 = chain[4]!, b1 = chain[5]!, b2 = chain[6]!, b3 = chain[7]!;
  let c0 = 0x6a09e667 | 0, c1 = 0xbb67ae85 | 0, c2 = 0x3c6ef372 | 0, c3 = 0xa54ff53a | 0;
  let d0 = counter | 0, d1 = 0, d2 = length | 0, d3 = flags | 0;
  let m0 = block[0]!, m1 = block[1]!, m2 = block[2]!, m3 = block[3]!;
  let m4 = block[4]!, m5 = block[5]!, m6 = block[6]!, m7 = block[7]!;
  let m8 = block[8]!, m9 = block[9]!, m10 = block[10]!, m11 = block[11]!;
  let m12 = block[12]!, m13 = block[13]!, m14 = block[14]!, m15 = block[15]!;
  for (let round = 0; ; round++) {
    a0 = (a0 + b0 + m0) | 0; d0 ^= a0; d0 = (d0 >>> 16) | (d0 << 16); c0 = (c0 + d0) | 0; b0 ^= c0; b0 = (b0 >>> 12) | (b0 << 20);
    a0 = (a0 + b0 + m1) | 0; d0 ^= a0; d0 = (d0 >>> 8) | (d0 << 24); c0 = (c0 + d0) | 0; b0 ^= c0; b0 = (b0 >>> 7) | (b0 << 25);
    a1 = (a1 + b1 + m2) | 0; d1 ^= a1; d1 = (d1 >>> 16) | (d1 << 16); c1 = (c1 + d1) | 0; b1 ^= c1; b1 = (b1 >>> 12) | (b1 << 20);
    a1 = (a1 + b1 + m3) | 0; d1 ^= a1; d1 = (d1 >>> 8) | (d1 << 24); c1 = (c1 + d1) | 0; b1 ^= c1; b1 = (b1 >>> 7) | (b1 << 25);
    a2 = (a2 + b2 + m4) | 0; d2 ^= a2; d2 = (d2 >>> 16) | (d2 << 16); c2 = (c2 + d2) | 0; b2 ^= c2; b2 = (b2 >>> 12) | (b2 << 20);
    a2 = (a2 + b2 + m5) | 0; d2 ^= a2; d2 = (d2 >>> 8) | (d2 << 24); c2 = (c2 + d2) | 0; b2 ^= c2; b2 = (b2 >>> 7) | (b2 << 25);
    a3 = (a3 + b3 + m6) | 0; d3 ^= a3; d3 = (d3 >>> 16) | (d3 << 16); c3 = (c3 + d3) | 0; b3 ^= c3; b3 = (b3 >>> 12) | (b3 << 20);
    a3 = (a3 + b3 + m7) | 0; d3 ^= a3; d3 = (d3 >>> 8) | (d3 << 24); c3 = (c3 + d3) | 0; b3 ^= c3; b3 = (b3 >>> 7) | (b3 << 25);
    a0 = (a0 + b1 + m8) | 0; d3 ^= a0; d3 = (d3 >>> 16) | (d3 << 16); c2 = (c2 + d3) | 0; b1 ^= c2; b1 = (b1 >>> 12) | (b1 << 20);
    a0 = (a0 + b1 + m9) | 0; d3 ^= a0; d3 = (d3 >>> 8) | (d3 << 24); c2 = (c2 + d3) | 0; b1 ^= c2; b1 = (b1 >>> 7) | (b1 << 25);
    a1 = (a1 + b2 + m10) | 0; d0 ^= a1; d0 = (d0 >>> 16) | (d0 << 16); c3 = (c3 + d0) | 0; b2 ^= c3; b2 = (b2 >>> 12) | (b2 << 20);
    a1 = (a1 + b2 + m11) | 0; d0 ^= a1; d0 = (d0 >>> 8) | (d0 << 24); c3 = (c3 + d0) | 0; b2 ^= c3; b2 = (b2 >>> 7) | (b2 << 25);
    a2 = (a2 + b3 + m12) | 0; d1 ^= a2; d1 = (d1 >>> 16) | (d1 << 16); c0 = (c0 + d1) | 0; b3 ^= c0; b3 = (b3 >>> 12) | (b3 << 20);
    a2 = (a2 + b3 + m13) | 0; d1 ^= a2; d1 = (d1 >>> 8) | (d1 << 24); c0 = (c0 + d1) | 0; b3 ^= c0; b3 = (b3 >>> 7) | (b3 << 25);
    a3 = (a3 + b0 + m14) | 0; d2 ^= a3; d2 = (d2 >>> 16) | (d2 << 16); c1 = (c1 + d2) | 0; b0 ^= c1; b0 = (b0 >>> 12) | (b0 << 20);
    a3 = (a3 + b0 + m15) | 0; d2 ^= a3; d2 = (d2 >>> 8) | (d2 << 24); c1 = (c1 + d2) | 0; b0 ^= c1; b0 = (b0 >>> 7) | (b0 << 25);
    if (round === 6) break;
    // The message permutation (table 2), as its two cycles of eight.
    const t0 = m0, t1 = m1;
    m0 = m2; m2 = m3; m3 = m10; m10 = m12; m12 = m9; m9 = m11; m11 = m5; m5 = t0;
    m1 = m6; m6 = m4; m4 = m7; m7 = m13; m13 = m14; m14 = m15; m15 = m8; m8 = t1;
  }
  chain[0] = a0 ^ c0; chain[1] = a1 ^ c1; chain[2] = a2 ^ c2; chain[3] = a3 ^ c3;
  chain[4] = b0 ^ d0; chain[5] = b1 ^ d1; chain[6] = b2 ^ d2; chain[7] = b3 ^ d3;
}
