/**
 * BLAKE3 with 32 bytes of output, plain or keyed (O'Connor, Aumasson, Neves, Wilcox-O'Hearn: "BLAKE3: one function, fast
 * everywhere", 2020, §2). Ours because the kernel hashes millions of short messages: the compression function keeps its
 * sixteen words in local variables and a short input allocates nothing but its result. @noble/hashes is the test oracle.
 */
import { InvariantError } from '../core/assert.ts';

/** Bytes of a digest and of a key. */
export const DIGEST_BYTES = 32;

const BLOCK_BYTES = 64;
const BLOCK_WORDS = 16;
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

/** What is hashed, filled up with zeros to whole blocks: as bytes and as little-endian words; every engine we run on is little-endian. */
let inputBytes = new Uint8Array(8192);
let words = new Int32Array(inputBytes.buffer);
/** The chaining value: input and output of `compress`. */
const chain = new Int32Array(8);
const chainBytes = new Uint8Array(chain.buffer);
const keyWords = new Int32Array(8);
/** The block above two subtrees. */
const parentBlock = new Int32Array(BLOCK_WORDS);
const NOTHING = new Uint8Array(0);

/** The digest of `bytes`, 32 bytes; under a 32-byte `key` the keyed hash. A key of another length is our bug. */
export function blake3(bytes: Uint8Array, key: Uint8Array | null = null): Uint8Array {
  digest(bytes, NOTHING, key, key !== null);
  return chainBytes.slice();
}

/** The first two little-endian words of the digest of `first ‖ second`, unsigned. */
export function blake3TwoWords(first: Uint8Array, second: Uint8Array, out: [number, number]): void {
  digest(first, second, null, true);
  out[0] = chain[0]! >>> 0;
  out[1] = chain[1]! >>> 0;
}

/** Whether the keyed digest of `bytes` is `expected`, 32 bytes. */
export function isBlake3(expected: Uint8Array, bytes: Uint8Array, key: Uint8Array): boolean {
  digest(bytes, NOTHING, key, true);
  for (let i = 0; i < DIGEST_BYTES; i++) if (expected[i] !== chainBytes[i]) return false;
  return true;
}

/** Leaves the digest of `first ‖ second` in `chain`. `isAlike`: many such inputs begin with the same block. */
function digest(first: Uint8Array, second: Uint8Array, key: Uint8Array | null, isAlike: boolean): void {
  let start = IV;
  let flags = 0;
  if (key !== null) {
    if (key.length !== DIGEST_BYTES) refuseKey(key);
    for (let i = 0, at = 0; i < 8; i++, at += 4) {
      keyWords[i] = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    }
    start = keyWords;
    flags = KEYED_HASH;
  }
  const length = load(first, second);
  const chunks = Math.ceil(length / CHUNK_BYTES);
  if (chunks > 1) hashSubtree(length, 0, chunks, start, flags, ROOT);
  else hashChunk(length, 0, start, flags, ROOT, isAlike);
}

/** Apart, so that no text is put together where nothing is wrong. */
function refuseKey(key: Uint8Array): never {
  throw new InvariantError(`a BLAKE3 key has ${DIGEST_BYTES} bytes, not ${key.length}`);
}

/** Puts the input where it is hashed; its length in bytes. */
function load(first: Uint8Array, second: Uint8Array): number {
  const length = first.length + second.length;
  const filled = (length + BLOCK_BYTES) & -BLOCK_BYTES;
  if (filled > inputBytes.length) {
    inputBytes = new Uint8Array(2 * filled);
    words = new Int32Array(inputBytes.buffer);
  }
  inputBytes.set(first, 0);
  if (second.length > 0) inputBytes.set(second, first.length);
  let at = length;
  for (; (at & 3) !== 0; at++) inputBytes[at] = 0;
  for (let word = at >> 2; word < filled >> 2; word++) words[word] = 0;
  return length;
}

/** Leaves in `chain` the value of the subtree over `count` ≥ 1 chunks: the left child is the largest full tree (§2.1). */
function hashSubtree(
  length: number,
  first: number,
  count: number,
  start: Int32Array,
  flags: number,
  root: number,
): void {
  if (count === 1) {
    hashChunk(length, first, start, flags, root, false);
    return;
  }
  let leftCount = 1;
  while (leftCount * 2 < count) leftCount *= 2;
  hashSubtree(length, first, leftCount, start, flags, 0);
  const left = chain.slice();
  hashSubtree(length, first + leftCount, count - leftCount, start, flags, 0);
  parentBlock.set(left, 0);
  parentBlock.set(chain, 8);
  chain.set(start);
  compress(parentBlock, 0, 0, BLOCK_BYTES, flags | PARENT | root);
}

/** Leaves in `chain` the value of chunk number `index` of an input of `length` bytes; the last one may be short. */
function hashChunk(
  length: number,
  index: number,
  start: Int32Array,
  flags: number,
  root: number,
  isAlike: boolean,
): void {
  const end = Math.min((index + 1) * CHUNK_BYTES, length);
  let at = index * CHUNK_BYTES;
  let first = CHUNK_START;
  if (isAlike && end > BLOCK_BYTES) {
    compressFirst(words, start, flags | CHUNK_START);
    at = BLOCK_BYTES;
    first = 0;
  } else {
    for (let i = 0; i < 8; i++) chain[i] = start[i]!;
  }
  for (; end - at > BLOCK_BYTES; at += BLOCK_BYTES, first = 0)
    compress(words, at >> 2, index, BLOCK_BYTES, flags | first);
  compress(words, at >> 2, index, end - at, flags | first | CHUNK_END | root);
}

/**
 * First blocks that were compressed before, one place each: flags, chaining value before, block, chaining value after. What one
 * node signs begins with the same domain every time, and a vote with what the vote before it began with.
 */
const PLACES = 64;
const PLACE_WORDS = 40;
const firstBlocks = new Int32Array(PLACES * PLACE_WORDS);
const [BEFORE, BLOCK, AFTER] = [1, 9, 25];

/** The first block of a chunk 0, from memory where it is there. A place never used holds flags 0, which no first block has. */
function compressFirst(input: Int32Array, start: Int32Array, flags: number): void {
  const mixed = start[0]! ^ input[5]! ^ (input[10]! << 3) ^ (input[15]! << 7);
  const place = (Math.imul(mixed, 0x9e3779b1) >>> 26) * PLACE_WORDS;
  if (isFirst(place, input, start, flags)) {
    for (let i = 0; i < 8; i++) chain[i] = firstBlocks[place + AFTER + i]!;
    return;
  }
  for (let i = 0; i < 8; i++) chain[i] = start[i]!;
  compress(input, 0, 0, BLOCK_BYTES, flags);
  firstBlocks[place] = flags;
  for (let i = 0; i < 8; i++) firstBlocks[place + BEFORE + i] = start[i]!;
  for (let i = 0; i < BLOCK_WORDS; i++) firstBlocks[place + BLOCK + i] = input[i]!;
  for (let i = 0; i < 8; i++) firstBlocks[place + AFTER + i] = chain[i]!;
}

function isFirst(place: number, input: Int32Array, start: Int32Array, flags: number): boolean {
  if (firstBlocks[place] !== flags) return false;
  for (let i = BLOCK_WORDS - 1; i >= 0; i--) if (firstBlocks[place + BLOCK + i] !== input[i]) return false;
  for (let i = 0; i < 8; i++) if (firstBlocks[place + BEFORE + i] !== start[i]) return false;
  return true;
}

/**
 * One compression of the block at word `at` of `block` into `chain` (§2.2), truncated to the chaining value.
 * `counter` < 2^32: inputs below 4 TiB.
 */
// biome-ignore format: one quarter-round a line, as in the paper
function compress(block: Int32Array, at: number, counter: number, length: number, flags: number): void {
  let a0 = chain[0]!, a1 = chain[1]!, a2 = chain[2]!, a3 = chain[3]!;
  let b0 = chain[4]!, b1 = chain[5]!, b2 = chain[6]!, b3 = chain[7]!;
  let c0 = 0x6a09e667 | 0, c1 = 0xbb67ae85 | 0, c2 = 0x3c6ef372 | 0, c3 = 0xa54ff53a | 0;
  let d0 = counter | 0, d1 = 0, d2 = length | 0, d3 = flags | 0;
  let m0 = block[at]!, m1 = block[at + 1]!, m2 = block[at + 2]!, m3 = block[at + 3]!;
  let m4 = block[at + 4]!, m5 = block[at + 5]!, m6 = block[at + 6]!, m7 = block[at + 7]!;
  let m8 = block[at + 8]!, m9 = block[at + 9]!, m10 = block[at + 10]!, m11 = block[at + 11]!;
  let m12 = block[at + 12]!, m13 = block[at + 13]!, m14 = block[at + 14]!, m15 = block[at + 15]!;
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
