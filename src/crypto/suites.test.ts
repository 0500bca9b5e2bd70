/** One contract for every suite and engine, and the engines against each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../core/assert.ts';
import { guardSuite, MESSAGE_BYTES_MAX } from './guard.ts';
import { keyedHash } from './hash.ts';
import { openLiboqs } from './liboqs.ts';
import { modelledSuite } from './modelled.ts';
import { nobleSuite, storedLengths } from './noble.ts';
import { SUITE_SIZES } from './sizes.ts';
import type { RealSuiteName, SignatureSuite } from './suite.ts';

type LiboqsName = Exclude<RealSuiteName, 'ed25519'>;
const liboqs = async (name: LiboqsName): Promise<SignatureSuite> =>
  guardSuite(name, 'liboqs', storedLengths(name), await openLiboqs(name));

/** SLH-DSA-128s takes half a second a signature: its engines are compared in `vectors.test.ts` alone. */
const SUBJECTS: readonly (readonly [string, () => Promise<SignatureSuite>, runs: number])[] = [
  ['ml-dsa-44 noble', () => nobleSuite('ml-dsa-44'), 10],
  ['ml-dsa-44 liboqs', () => liboqs('ml-dsa-44'), 60],
  ['ml-dsa-65 noble', () => nobleSuite('ml-dsa-65'), 10],
  ['ml-dsa-65 liboqs', () => liboqs('ml-dsa-65'), 60],
  ['ml-dsa-87 noble', () => nobleSuite('ml-dsa-87'), 5],
  ['ml-dsa-87 liboqs', () => liboqs('ml-dsa-87'), 60],
  ['slh-dsa-sha2-128f liboqs', () => liboqs('slh-dsa-sha2-128f'), 5],
  ['ed25519 noble', () => nobleSuite('ed25519'), 20],
  ['modelled ml-dsa-65', async () => modelledSuite('ml-dsa-65'), 200],
];

const seedOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const message = fc.uint8Array({ maxLength: 400 });

/** A copy with bits of one byte changed; `mask` is not 0. */
function tamper(bytes: Uint8Array, position: number, mask: number): Uint8Array {
  const copy = bytes.slice();
  copy[position % copy.length]! ^= mask;
  return copy;
}

describe.each(SUBJECTS)('%s', (_, open, runs) => {
  it('has the sizes it states', async () => {
    const suite = await open();
    const { publicKey, secretKey } = suite.keygen(seedOf(1));
    const sizes = SUITE_SIZES[suite.name.replace('modelled:', '') as RealSuiteName];
    expect(suite.publicKeyBytes).toBe(sizes.publicKeyBytes);
    expect(suite.signatureBytes).toBe(sizes.signatureBytes);
    expect(suite.sign(seedOf(2), secretKey)).toHaveLength(suite.storedSignatureBytes);
    const real = suite.engine !== 'modelled';
    expect(publicKey).toHaveLength(real ? sizes.publicKeyBytes : 32);
    expect(secretKey).toHaveLength(real ? sizes.secretKeyBytes : 32);
    expect(suite.storedSignatureBytes).toBe(real ? sizes.signatureBytes : 32);
  });

  it('gives the same keys and signatures every time, and other ones for another seed', async () => {
    const suite = await open();
    const [one, again, other] = [suite.keygen(seedOf(3)), suite.keygen(seedOf(3)), suite.keygen(seedOf(4))];
    expect(again).toEqual(one);
    expect(other.publicKey).not.toEqual(one.publicKey);
    const first = suite.sign(seedOf(5), one.secretKey);
    expect(suite.sign(seedOf(5), again.secretKey)).toEqual(first);
    expect(suite.sign(seedOf(6), one.secretKey)).not.toEqual(first);
  });

  it('accepts what it signed and nothing that differs in one byte', async () => {
    const suite = await open();
    const pair = suite.keygen(seedOf(7));
    const property = fc.property(
      message,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('signature', 'message', 'publicKey'),
      (bytes, position, mask, part) => {
        const signature = suite.sign(bytes, pair.secretKey);
        expect(suite.verify(signature, bytes, pair.publicKey)).toBe(true);
        if (part === 'signature') {
          expect(suite.verify(tamper(signature, position, mask), bytes, pair.publicKey)).toBe(false);
        } else if (part === 'message') {
          const changed = bytes.length === 0 ? Uint8Array.of(mask) : tamper(bytes, position, mask);
          expect(suite.verify(signature, changed, pair.publicKey)).toBe(false);
        } else {
          expect(suite.verify(signature, bytes, tamper(pair.publicKey, position, mask))).toBe(false);
        }
      },
    );
    fc.assert(property, { numRuns: runs });
  });

  it('does not accept one signer for another', async () => {
    const suite = await open();
    const [mine, yours] = [suite.keygen(seedOf(8)), suite.keygen(seedOf(9))];
    const signature = suite.sign(seedOf(1), mine.secretKey);
    expect(suite.verify(signature, seedOf(1), yours.publicKey)).toBe(false);
    expect(suite.verify(signature, seedOf(1), mine.publicKey)).toBe(true);
  });

  it('answers false, and never throws, to wrong lengths and to what are not bytes', async () => {
    const suite = await open();
    const { publicKey, secretKey } = suite.keygen(seedOf(10));
    const text = seedOf(11);
    const signature = suite.sign(text, secretKey);
    const longer = (bytes: Uint8Array): Uint8Array => Uint8Array.of(...bytes, 0);
    const none = new Uint8Array(0);
    const notBytes = [null, undefined, 'text', 7, {}, [...signature]] as unknown as Uint8Array[];
    const attempts: [Uint8Array, Uint8Array, Uint8Array][] = [
      ...[signature.slice(1), signature.slice(0, -1), longer(signature), none, ...notBytes].map(
        (bad): [Uint8Array, Uint8Array, Uint8Array] => [bad, text, publicKey],
      ),
      ...[publicKey.slice(1), longer(publicKey), none, ...notBytes].map((bad): [Uint8Array, Uint8Array, Uint8Array] => [
        signature,
        text,
        bad,
      ]),
      ...notBytes.map((bad): [Uint8Array, Uint8Array, Uint8Array] => [signature, bad, publicKey]),
      [signature, new Uint8Array(MESSAGE_BYTES_MAX + 1), publicKey],
      [new Uint8Array(signature.length), text, publicKey],
      [new Uint8Array(signature.length).fill(255), text, publicKey],
      [signature, text, new Uint8Array(publicKey.length).fill(255)],
    ];
    expect(attempts.map((attempt) => suite.verify(...attempt))).toEqual(attempts.map(() => false));
    expect(suite.verify(signature, text, publicKey)).toBe(true);
  });

  it('calls a wrong seed or secret key our bug', async () => {
    const suite = await open();
    const { secretKey } = suite.keygen(seedOf(12));
    expect(() => suite.keygen(new Uint8Array(31))).toThrow(InvariantError);
    expect(() => suite.sign(seedOf(1), secretKey.slice(1))).toThrow(InvariantError);
    expect(() => suite.sign(new Uint8Array(MESSAGE_BYTES_MAX + 1), secretKey)).toThrow(InvariantError);
  });

  it('leaves its inputs alone and keeps nothing of its outputs', async () => {
    const suite = await open();
    const seed = seedOf(13);
    const pair = suite.keygen(seed);
    const kept = structuredClone(pair);
    const text = seedOf(14);
    const signature = suite.sign(text, pair.secretKey);
    const copy = signature.slice();
    suite.sign(seedOf(15), pair.secretKey);
    suite.verify(tamper(signature, 5, 1), text, pair.publicKey);
    suite.keygen(seedOf(16));
    expect([seed, text, signature, pair]).toEqual([seedOf(13), seedOf(14), copy, kept]);
  });
});

describe.each([
  ['ml-dsa-44', 6],
  ['ml-dsa-65', 6],
  ['ml-dsa-87', 4],
  ['slh-dsa-sha2-128f', 2],
] as const)('%s: noble and liboqs', (name, numRuns) => {
  it('agree on keys, signatures and verdicts, byte for byte', async () => {
    const [reference, fast] = await Promise.all([nobleSuite(name), liboqs(name)]);
    const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const size = fc.constantFrom(0, 1, 150, 4096, 4097, 20_000);
    fc.assert(
      fc.property(seed, size, fc.nat(), fc.integer({ min: 1, max: 255 }), (key, length, position, mask) => {
        const pair = reference.keygen(key);
        expect(fast.keygen(key)).toEqual(pair);
        const bytes = new Uint8Array(length).fill(mask);
        const signature = reference.sign(bytes, pair.secretKey);
        expect(fast.sign(bytes, pair.secretKey)).toEqual(signature);
        expect(fast.verify(signature, bytes, pair.publicKey)).toBe(true);
        const changed = tamper(signature, position, mask);
        const verdict = reference.verify(changed, bytes, pair.publicKey);
        expect(fast.verify(changed, bytes, pair.publicKey)).toBe(verdict);
      }),
      { numRuns },
    );
  });
});

describe('the guard', () => {
  const raw = {
    keygen: () => ({ publicKey: seedOf(1), secretKey: seedOf(1) }),
    sign: () => seedOf(2),
    verify: () => true,
  };
  const lengths = { publicKey: 32, secretKey: 32, signature: 32 };

  it('refuses over-long messages even under a right signature', () => {
    const suite = modelledSuite('ml-dsa-65');
    const { publicKey } = suite.keygen(seedOf(1));
    const [longest, longer] = [MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX + 1].map((length) => new Uint8Array(length));
    expect(suite.verify(keyedHash(publicKey, longest!), longest!, publicKey)).toBe(true);
    expect(suite.verify(keyedHash(publicKey, longer!), longer!, publicKey)).toBe(false);
  });

  it('turns an engine that throws on malformed bytes into a no', () => {
    const verify = (): never => {
      throw new RangeError('bad point');
    };
    const suite = guardSuite('ed25519', 'noble', lengths, { ...raw, verify });
    expect(suite.verify(seedOf(1), seedOf(2), seedOf(3))).toBe(false);
  });

  it.each([
    ['yes', async () => true, 0],
    ['no', async () => false, 1],
    ['an error', () => Promise.reject(new Error('out of memory')), 1],
  ])('decides by the engine unless the native verifier says yes: %s', async (_, native, decided) => {
    for (const verdict of [true, false]) {
      let calls = 0;
      const verify = (): boolean => {
        calls += 1;
        return verdict;
      };
      const suite = guardSuite('ed25519', 'noble', lengths, { ...raw, verify }, native);
      expect(await suite.verifyAhead!(seedOf(1), seedOf(2), seedOf(3))).toBe(decided === 0 || verdict);
      expect(calls).toBe(decided);
      expect(await suite.verifyAhead!(seedOf(1).slice(1), seedOf(2), seedOf(3))).toBe(false);
      expect(calls).toBe(decided);
    }
  });
});

describe('modelled suites', () => {
  it('of different names do not share keys', () => {
    const keys = (['ml-dsa-44', 'ml-dsa-65', 'ed25519'] as const).map((name) =>
      modelledSuite(name).keygen(seedOf(1)).publicKey.join(),
    );
    expect(new Set(keys).size).toBe(3);
  });
});
