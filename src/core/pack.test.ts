import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteTable } from './byteTable.ts';
import { detached, PackError, pack, packApart } from './pack.ts';
import { MAX_DEPTH, SHARED_BYTES_MIN, TAG } from './packFormat.ts';
import { unpack, unpackApart } from './unpack.ts';

/** Any plain value, including what JSON loses. */
const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.oneof(
      fc.constantFrom(null, undefined, true, false, -0, Infinity, -Infinity, 2 ** 53, -(2 ** 53), 2 ** 31, 2 ** 32),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }),
      fc.bigInt(),
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('\ud800', '__proto__', 'x'.repeat(1025), 'é'.repeat(30), '日本語'),
      fc.uint8Array(),
      fc.int32Array(),
      fc.uint32Array(),
      fc.float64Array({ noNaN: true }),
      fc.bigUint64Array(),
    ),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 6, noNullPrototype: true }),
    fc
      .array(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie('value')), { maxLength: 5 })
      .map((entries) => new Map(entries)),
    fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 5 }).map((members) => new Set(members)),
  ),
})).value;

function roundTrip(value: unknown): unknown {
  const result = unpack(pack(value));
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.value;
}

describe('round trip', () => {
  it('keeps every plain value, and the same value gives the same bytes', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const packed = pack(value);
        const back = roundTrip(value);
        expect(back).toStrictEqual(value);
        expect(pack(back)).toStrictEqual(packed);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the insertion order of maps, sets and objects', () => {
    const back = roundTrip({
      z: new Map([
        ['b', 1],
        ['a', 2],
      ]),
      a: new Set([3, 1, 2]),
    }) as { z: Map<string, number>; a: Set<number> };
    expect(Object.keys(back)).toEqual(['z', 'a']);
    expect([...back.z.keys()]).toEqual(['b', 'a']);
    expect([...back.a]).toEqual([3, 1, 2]);
  });

  it('keeps −0, every code unit and the kind of typed arrays', () => {
    expect(Object.is(roundTrip(-0), -0)).toBe(true);
    const everyUnit = String.fromCharCode(...Array.from({ length: 0x10000 }, (_, unit) => unit));
    expect(roundTrip(everyUnit)).toBe(everyUnit);
    const views = [
      Int8Array.of(-1),
      Uint8ClampedArray.of(255),
      Int16Array.of(-2),
      Float32Array.of(0.5),
      new ArrayBuffer(3),
    ];
    expect(roundTrip(views)).toStrictEqual(views);
  });

  it('reads a view into the middle of a buffer, and shares no memory with it', () => {
    const numbers = Float64Array.of(1.5, -2.5);
    const packed = pack(numbers.subarray(1));
    const outer = new Uint8Array(packed.length + 3);
    outer.set(packed, 3);
    const result = unpack(outer.subarray(3));
    outer.fill(0);
    expect(result).toEqual({ ok: true, value: Float64Array.of(-2.5) });
  });

  it('writes `__proto__` as a field and leaves prototypes alone', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "a": 2}') as object;
    const back = roundTrip(hostile) as Record<string, unknown>;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(Object.keys(back)).toEqual(['__proto__', 'a']);
    expect('polluted' in back).toBe(false);
  });

  it('writes a repeated shape and string once', () => {
    const row = (n: number) => ({ identifier: n, description: 'the same words every time' });
    const one = pack([row(1)]).length;
    const hundred = pack(Array.from({ length: 100 }, (_, n) => row(n))).length;
    expect(hundred - one).toBe(99 * 5);
  });
});

describe('what is not plain data is refused with its path', () => {
  class Validator {
    stake = 1;
  }
  const cycle: unknown[] = [];
  cycle.push(cycle);
  it.each([
    ['a function', { nodes: [{}, { f: () => 1 }] }, 'nodes[1].f', 'a function'],
    ['a class instance', [new Validator()], '[0]', 'an instance of Validator'],
    ['a date', { at: new Date(0) }, 'at', 'an instance of Date'],
    ['NaN in a map', { m: new Map([[1, NaN]]) }, 'm[0]', 'NaN'],
    ['a symbol', Symbol('x'), '', 'a symbol'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point.
    ['a hole', { list: [1, , 3] }, 'list[1]', 'a hole in an array'],
    ['a data view', new DataView(new ArrayBuffer(1)), '', 'an instance of DataView'],
  ])('%s', (_, value, path, found) => {
    let error: unknown = null;
    try {
      pack(value);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PackError);
    expect((error as PackError).path).toBe(path);
    expect((error as PackError).message).toContain(found);
  });

  it('a cycle', () => expect(() => pack(cycle)).toThrow('or a cycle'));

  it('nesting: exactly the limit passes both ways, one more does not', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(roundTrip(nested(MAX_DEPTH))).toEqual(nested(MAX_DEPTH));
    expect(() => pack(nested(MAX_DEPTH + 1))).toThrow(PackError);
    const tooDeep = Uint8Array.from([...Array.from({ length: MAX_DEPTH + 1 }, () => [TAG.array, 1]).flat(), 1]);
    expect(unpack(tooDeep)).toMatchObject({ ok: false, problem: { found: `nesting deeper than ${MAX_DEPTH} levels` } });
  });
});

describe('damaged input', () => {
  it('every truncation is refused', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const packed = pack(value);
        const step = Math.max(1, Math.floor(packed.length / 50));
        for (let length = 0; length < packed.length; length += step)
          expect(unpack(packed.subarray(0, length)).ok).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('anything else gives a value that can be packed again, or a problem; never an exception', () => {
    let refused = 0;
    const mutation = fc.tuple(plain, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(mutation, ([value, changes]) => {
        const packed = pack(value);
        for (const [position, byte] of changes) packed[position % packed.length] = byte;
        const result = unpack(packed);
        if (result.ok) pack(result.value);
        else refused++;
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(100);
  });

  it('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        unpack(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['array', TAG.array],
    ['map', TAG.map],
    ['set', TAG.set],
    ['object', TAG.objectNew],
    ['bytes', TAG.bytes],
    ['narrow string', TAG.narrowString],
    ['wide string', TAG.wideString],
  ])('a huge count (%s) is refused before anything is made for it', (_, tag) => {
    const huge = Uint8Array.of(tag, 0xff, 0xff, 0xff, 0xff, 0x7f, 0);
    expect(unpack(huge)).toMatchObject({
      ok: false,
      problem: { path: 'byte 1', found: expect.stringContaining('a count of') },
    });
  });

  it.each([
    ['nothing', []],
    ['more after the end', [1, 1]],
    ['an unknown tag', [0xff]],
    ['NaN', [TAG.float, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
    ['a string that was never seen', [TAG.stringAgain, 0]],
    ['a shape that was never seen', [TAG.object, 0]],
    ['a key that is no string', [TAG.objectNew, 1, 5, 5]],
    ['a key twice', [TAG.objectNew, 2, TAG.narrowString, 1, 65, TAG.narrowString, 1, 65, 1, 1]],
    ['a map key twice', [TAG.map, 2, 1, 1, 1, 1]],
    ['a member twice', [TAG.set, 2, 1, 1]],
    ['half an element', [TAG.typedArray, 4, 3, 0, 0, 0]],
    ['an unknown typed array', [TAG.typedArray, 200, 0]],
    ['a bigint of no digits', [TAG.bigint, 0, 0]],
    ['a bigint that is a program', [TAG.bigint, 0, 1, 0x6e]],
    ['a number longer than needed', [TAG.positive, 0x80, 0x00]],
    ['a number beyond 2^53', [TAG.positive, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a wide string of narrow units', [TAG.wideString, 1, 65, 0]],
  ])('%s is refused', (_, bytes) => expect(unpack(Uint8Array.from(bytes)).ok).toBe(false));
});

describe('equal long byte arrays', () => {
  const bytes = (length: number, from = 0) => Uint8Array.from({ length }, (_, i) => (i * 7 + from) & 255);
  /** Alike wherever a quick look would look, and different in one byte. */
  const nearly = (length: number) => Uint8Array.from(bytes(length), (byte, i) => (i === 3 ? byte ^ 1 : byte));
  const value = () => ({
    a: bytes(1000),
    b: [bytes(1000), nearly(1000)],
    c: bytes(SHARED_BYTES_MIN - 1),
    d: bytes(1000),
  });

  it('are written once, and come back equal', () => {
    expect(pack(value()).length).toBeLessThan(2_300);
    expect(roundTrip(value())).toStrictEqual(value());
    expect(roundTrip([bytes(50), bytes(50)])).toStrictEqual([bytes(50), bytes(50)]);
  });

  it('are told apart however many look alike', () => {
    const alike = Array.from({ length: 40 }, (_, k) => bytes(1000).map((byte, i) => (i === 1 ? k : byte)));
    expect(roundTrip([...alike, ...alike])).toStrictEqual([...alike, ...alike]);
  });

  it('stay beside what is packed apart, as one object for all that have them', () => {
    const table = new ByteTable();
    const [one, two] = [packApart(value(), table), packApart([nearly(1000), bytes(1000)], table)];
    expect(one.bytes.length).toBeLessThan(250);
    expect(one.blobs).toHaveLength(2);
    expect(two.blobs).toHaveLength(2);
    expect(new Set([...one.blobs, ...two.blobs]).size).toBe(2);
    expect(unpackApart(one)).toStrictEqual({ ok: true, value: value() });
    expect(unpackApart(two)).toStrictEqual({ ok: true, value: [nearly(1000), bytes(1000)] });
    expect(unpackApart({ ...one, blobs: [] })).toMatchObject({ ok: false });
  });

  it('apart are those that were given, until they are detached from the buffer that they are a part of', () => {
    const part = bytes(100_000).subarray(8, 1008);
    const [blob] = packApart(part, new ByteTable()).blobs;
    expect(blob).toBe(part);
    const own = detached(part);
    expect(own).toStrictEqual(part.slice());
    expect(own.buffer.byteLength).toBe(1000);
    expect(detached(own)).toBe(own);
  });

  it('a reference to none is refused', () => {
    expect(unpack(Uint8Array.of(TAG.bytesAgain, 0))).toMatchObject({ ok: false, problem: { path: 'byte 1' } });
  });
});
