import { decode as decodeCbor, encode as encodeCbor, rfc8949EncodeOptions } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCommon, encodeCommon, encodeForNow, UNCOMMON } from './cbor.ts';
import { decode, encode, toHex } from './encoding.ts';

const GENERAL = { ...rfc8949EncodeOptions, float64: true };
const STRICT = {
  strict: true,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowIndefinite: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

/** Integers around every change of the head's size. */
const integer = fc.oneof(
  fc.maxSafeInteger(),
  fc
    .constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, Number.MAX_SAFE_INTEGER)
    .chain((edge) => fc.constantFrom(edge, -edge, -1 - edge).filter(Number.isSafeInteger)),
);
const text = fc.string({ unit: 'binary-ascii', maxLength: 300 });
const plain = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.constantFrom(null, true, false), integer, text, fc.uint8Array({ maxLength: 300 })),
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(fc.string({ unit: 'binary-ascii', maxLength: 40 }), tie('value'), {
      maxKeys: 30,
      noNullPrototype: true,
    }),
  ),
})).value;

/** What the general codec alone answers. */
function general(bytes: Uint8Array): unknown {
  try {
    return bare(decodeCbor(bytes, STRICT));
  } catch {
    return null;
  }
}

/** On Node the general codec makes a Buffer of every run of bytes; only what is in it counts. */
function bare(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bare(item)]));
}

describe('the common case', () => {
  it('encodes to the general codec’s bytes', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(encodeCommon(value)).toEqual(new Uint8Array(encodeCbor(value, GENERAL)));
        expect([...(encodeForNow(value) ?? [])]).toEqual([...(encodeCommon(value) ?? [])]);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves alone what it gave before, whatever is encoded after', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 20 }), fc.array(fc.nat(1500), { maxLength: 12 }), (values, lengths) => {
        const long = lengths.map((length, i) => ({ [`key ${'k'.repeat(length % 700)} ${i}`]: 'x'.repeat(length) }));
        const given = [...values, ...long].flatMap((value) => {
          const bytes = encodeCommon(value);
          // Given up half way, and looked at once: neither keeps its place.
          encodeCommon({ ...long[0], fraction: 0.5 });
          encodeForNow(long[1]);
          return bytes === null ? [] : [{ value, bytes }];
        });
        for (const { value, bytes } of given) expect(toHex(bytes)).toBe(toHex(encodeCbor(value, GENERAL)));
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('decodes what was encoded', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = encode(value);
        expect(bare(decode(bytes))).toEqual(general(bytes));
        expect(bare(encode(decode(bytes)))).toEqual(bare(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves damaged bytes to the general codec, or reads them as it does', () => {
    fc.assert(
      fc.property(
        plain,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.nat(),
        (value, flips, cut) => {
          const bytes = encode(value);
          for (const [position, byte] of flips) bytes[position % bytes.length] = byte;
          const damaged = cut % 4 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
          expect(bare(decode(damaged))).toEqual(general(damaged));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('reads any bytes as the general codec does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        expect(bare(decode(bytes))).toEqual(general(bytes));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([1.5, Number.NaN, 2 ** 53, undefined, 'é', '\ud800', 1n, new Map(), new Date(0), [undefined], { é: 1 }])(
    'leaves %s to the general codec',
    (value) => {
      expect(encodeCommon(value)).toBeNull();
    },
  );

  it('refuses what the general codec refuses: cycles, functions', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => encode(cycle)).toThrow();
    expect(() => encode({ f: () => 1 })).toThrow();
  });

  it.each([
    ['a number not in shortest form', [0x18, 0x01]],
    ['a length beyond the end', [0x5a, 0xff, 0xff, 0xff, 0xff]],
    ['an array longer than the bytes', [0x9a, 0xff, 0xff, 0xff, 0xff]],
    ['a key twice', [0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02]],
    ['a key that is no text', [0xa1, 0x01, 0x01]],
    ['bytes after the value', [0x01, 0x01]],
    ['indefinite length', [0x9f, 0xff]],
    ['nothing', []],
  ])('does not read %s', (_, bytes) => {
    expect(decodeCommon(Uint8Array.from(bytes))).toBe(UNCOMMON);
    expect(decode(Uint8Array.from(bytes))).toBeNull();
  });

  it('gives arrays of the platform-free kind, whose slice() copies', () => {
    for (const value of [{ a: 1 }, 'é']) expect(Object.getPrototypeOf(encode(value))).toBe(Uint8Array.prototype);
  });

  it('keeps no hold of what it read, and gives bytes of their own', () => {
    const bytes = encode(Uint8Array.of(1, 2, 3));
    const value = decode(bytes) as Uint8Array;
    bytes.fill(0);
    expect(value).toEqual(Uint8Array.of(1, 2, 3));
  });
});
