import { blake3 as oracle } from '@noble/hashes/blake3.js';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { toHex } from '../core/encoding.ts';
import { blake3, blake3TwoWords, isBlake3 } from './blake3.ts';
import { openBulkHash, scriptHash } from './bulk.ts';
import { hashBytes, hashHex, hashValue, keyedHash, sha3, shake } from './hash.ts';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Lengths around the edges of blocks (64) and chunks (1,024), and in between. */
const length = fc.oneof(
  fc.constantFrom(0, 1, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4096, 5120, 7169),
  fc.integer({ min: 0, max: 20_000 }),
);
const input = fc.tuple(length, fc.integer({ min: 0, max: 250 })).map(([size, shift]) => pattern(size, shift));

function pattern(size: number, shift: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i + shift) % 251);
}

describe('BLAKE3', () => {
  it('gives the published digests', () => {
    // test_vectors.json of the reference implementation: input length 0, and 1 (the byte 0).
    expect(hashHex(new Uint8Array(0))).toBe('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262');
    expect(hashHex(new Uint8Array(1))).toBe('2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213');
  });

  it('equals noble, plain and keyed, at every kind of length', () => {
    fc.assert(
      fc.property(input, key, (bytes, secret) => {
        expect(toHex(blake3(bytes))).toBe(toHex(oracle(bytes)));
        expect(toHex(keyedHash(secret, bytes))).toBe(toHex(oracle(bytes, { key: secret })));
      }),
      { numRuns: 200 },
    );
  });

  it('returns an array of its own and leaves its input alone', () => {
    const bytes = pattern(2000, 3);
    const before = bytes.slice();
    const first = hashBytes(bytes);
    const copy = first.slice();
    hashBytes(text('something else'));
    expect(first).toEqual(copy);
    expect(bytes).toEqual(before);
  });

  it('hashes two parts as one, and what begins like an input before it as any other', () => {
    const shared = pattern(130, 9);
    const parts = fc.tuple(
      fc.integer({ min: 0, max: 130 }),
      fc.uint8Array({ maxLength: 1100 }),
      fc.integer({ min: 0, max: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(parts, { minLength: 4, maxLength: 12 }),
        fc.array(key, { minLength: 4, maxLength: 4 }),
        (list, keys) => {
          for (const [sharedBytes, rest, chosen] of list) {
            const first = shared.subarray(0, sharedBytes);
            const whole = Uint8Array.from([...first, ...rest]);
            const words: [number, number] = [0, 0];
            blake3TwoWords(first, rest, words);
            expect(words).toEqual([...new Uint32Array(oracle(whole).buffer, 0, 2)]);
            const secret = keys[chosen] as Uint8Array;
            const tag = oracle(whole, { key: secret });
            expect(toHex(blake3(whole, secret))).toBe(toHex(tag));
            expect([isBlake3(tag, whole, secret), isBlake3(tag, whole, new Uint8Array(32))]).toEqual([true, false]);
          }
        },
      ),
      { numRuns: 100, seed: 3 },
    );
  });

  it('reads a view from its own offset', () => {
    const whole = pattern(300, 0);
    expect(hashHex(whole.subarray(7, 207))).toBe(toHex(oracle(whole.slice(7, 207))));
  });

  it('refuses a key of wrong length', () => {
    expect(() => keyedHash(new Uint8Array(31), text('x'))).toThrow('32 bytes, not 31');
  });
});

describe('hashValue', () => {
  it('does not depend on the order of keys', () => {
    expect(hashValue({ a: 1, b: [2, 3] })).toBe(hashValue({ b: [2, 3], a: 1 }));
    expect(hashValue({ a: 1, b: [2, 3] })).not.toBe(hashValue({ a: 1, b: [3, 2] }));
  });
});

describe('SHA-3', () => {
  it('gives the digests of FIPS 202 for no bytes', () => {
    // NIST CSRC, example values for SHA3-256 and SHAKE256.
    const none = new Uint8Array(0);
    expect(toHex(sha3(none))).toBe('a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a');
    expect(toHex(shake(none, 32))).toBe('46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f');
    expect(shake(none, 48)).toHaveLength(48);
  });
});

describe('bulk hash', () => {
  it('runs in WebAssembly here and equals the script', async () => {
    const bulk = await openBulkHash();
    expect(bulk.engine).toBe('wasm');
    fc.assert(
      fc.property(input, (bytes) => {
        expect(toHex(bulk.hash(bytes))).toBe(toHex(scriptHash.hash(bytes)));
      }),
      { numRuns: 50 },
    );
  });

  it('keeps two hashers and earlier digests apart', async () => {
    const [one, other] = await Promise.all([openBulkHash(), openBulkHash()]);
    const first = one.hash(text('first'));
    const copy = first.slice();
    other.hash(pattern(9000, 1));
    one.hash(pattern(9000, 2));
    expect(first).toEqual(copy);
    expect(one.hash(text('first'))).toEqual(copy);
  });

  it.each([
    ['cannot start', () => Promise.reject(new WebAssembly.CompileError('refused by the content security policy'))],
    ['gives other digests', () => Promise.resolve(brokenHasher())],
  ])('falls back to the script when WebAssembly %s', async (_, createBLAKE3) => {
    vi.doMock('hash-wasm', () => ({ createBLAKE3 }));
    try {
      const bulk = await openBulkHash();
      expect(bulk.engine).toBe('script');
      expect(toHex(bulk.hash(text('x')))).toBe(toHex(oracle(text('x'))));
    } finally {
      vi.doUnmock('hash-wasm');
    }
  });
});

/** A hasher that is right on short inputs alone. */
function brokenHasher() {
  let held = new Uint8Array(0);
  const hasher = {
    init: () => hasher,
    update: (bytes: Uint8Array) => {
      held = Uint8Array.from(bytes.subarray(0, 2000));
      return hasher;
    },
    digest: () => oracle(held),
  };
  return hasher;
}
