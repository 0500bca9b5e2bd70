import { blake3 as oracle } from '@noble/hashes/blake3.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../core/encoding.ts';
import { type LaneHash, laneHash, openLanes } from './blake3Lanes.ts';

let lanes: LaneHash;

beforeAll(async () => {
  const opened = await openLanes();
  if (opened === null) throw new Error('this engine has WebAssembly with vectors');
  lanes = laneHash(opened);
});

const bytesOf = (length: number, salt: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + salt) & 0xff);

describe('BLAKE3 in lanes', () => {
  const { minBytes, maxBytes } = { minBytes: 1600, maxBytes: 131_072 };
  const lengths = [
    1600, 1663, 1664, 2047, 2048, 2049, 3071, 3072, 3073, 3135, 3136, 4095, 4096, 4097, 5120, 7168, 8192, 8224, 8256,
    9216, 16_384, 17_000, 65_536,
  ];

  it('takes these lengths', () => {
    expect(lanes).toMatchObject({ minBytes, maxBytes });
  });

  it.each([...lengths, 131_071, 131_072])('gives the digest of %i bytes', (length) => {
    const bytes = bytesOf(length, length);
    expect(toHex(lanes.hash(bytes))).toBe(toHex(oracle(bytes)));
  });

  it('keeps nothing of the last input, and gives arrays of its own', () => {
    const first = lanes.hash(bytesOf(40_000, 1));
    const before = toHex(first);
    for (let length = 3072; length < 12_000; length += 531) {
      const bytes = bytesOf(length, 2);
      expect(toHex(lanes.hash(bytes))).toBe(toHex(oracle(bytes)));
    }
    expect(toHex(first)).toBe(before);
  });
});
