/**
 * Keyed random streams: a draw is a pure function of (key, counter), so that one more draw somewhere shifts no other.
 *
 * Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC'11, §4.2);
 * additions, rotations and exclusive-ors of 32-bit words only, hence the same in every engine.
 */

/** Two 32-bit words that name a stream. */
export interface StreamKey {
  readonly k0: number;
  readonly k1: number;
}

/** Skein's key-schedule parity for 32-bit words (Threefry, table 2). */
const PARITY = 0x1bd11bda;

/** In an array: a number above 2^31 in a variable of the module would be boxed, once a draw. */
const high = new Uint32Array(1);

/** One Threefry block: returns the first output word and leaves the second for `secondWord()`. */
export function threefry(k0: number, k1: number, c0: number, c1: number): number {
  const k2 = PARITY ^ k0 ^ k1;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k1) | 0; y = (y + k2 + 1) | 0;
  x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k2) | 0; y = (y + k0 + 2) | 0;
  x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k0) | 0; y = (y + k1 + 3) | 0;
  x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k1) | 0; y = (y + k2 + 4) | 0;
  x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k2) | 0; y = (y + k0 + 5) | 0;
  high[0] = y;
  return x >>> 0;
}

/** The second word of the block that `threefry` computed last. */
export function secondWord(): number {
  return high[0] as number;
}

/** What a stream is for. The number is part of the key: never renumber. */
export const PURPOSE = {
  keys: 1,
  latency: 2,
  loss: 3,
  duplicate: 4,
  workload: 5,
  adversary: 6,
  storm: 7,
  noise: 8,
  protocol: 9,
} as const;
export type Purpose = (typeof PURPOSE)[keyof typeof PURPOSE];

/** The stream of (seed, purpose, a, b): `a` and `b` are a node and its peer, or 0. */
export function streamKey(seed: number, purpose: Purpose, a = 0, b = 0): StreamKey {
  const k0 = threefry(seed, purpose, a, b);
  return { k0, k1: secondWord() };
}

/** The `counter`-th word of a stream: uniform in [0, 2^32). */
export function draw(key: StreamKey, counter: number): number {
  return threefry(key.k0, key.k1, counter >>> 0, 0);
}

/** Maps a uniform word to [0, bound) for bound ≤ 2^32; the bias is below bound / 2^32. Exact integers below 2^53. */
export function scale(word: number, bound: number): number {
  // word * bound can exceed 2^53, so multiply in two halves of 16 bits.
  const upper = (word >>> 16) * bound;
  const lower = (word & 0xffff) * bound;
  return Math.floor((upper + Math.floor(lower / 65536)) / 65536);
}
