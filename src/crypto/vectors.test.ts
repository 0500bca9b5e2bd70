/** Known answers of NIST ACVP and C2SP/wycheproof against both real engines. */
import { sha256 } from '@noble/hashes/sha2.js';
import { slh_dsa_sha2_128f, slh_dsa_sha2_128s } from '@noble/post-quantum/slh-dsa.js';
import { describe, expect, it } from 'vitest';
import { required } from '../core/assert.ts';
import { fromHex, toHex } from '../core/encoding.ts';
import { guardSuite, type RawSignatures } from './guard.ts';
import { checkKnownAnswer, KNOWN_MESSAGE } from './knownAnswers.ts';
import { openLiboqs } from './liboqs.ts';
import { type NobleSignatures, openNoble, storedLengths } from './noble.ts';
import { REAL_SUITES, type SignatureSuite } from './suite.ts';
import vectors from './vectors/signatures.json';

const ML_DSA = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const;
const SLH_DSA = ['slh-dsa-sha2-128f', 'slh-dsa-sha2-128s'] as const;

const hex = (text: string): Uint8Array => required(fromHex(text), 'hex');
const of = <T extends { suite: string }>(rows: readonly T[], suite: string): T[] => {
  const mine = rows.filter((row) => row.suite === suite);
  expect(mine.length).toBeGreaterThan(0);
  return mine;
};
const guarded = (name: (typeof REAL_SUITES)[number], engine: 'noble' | 'liboqs', raw: RawSignatures): SignatureSuite =>
  guardSuite(name, engine, storedLengths(name), raw);

/** A suite that verifies under one context, behind the same guard as every other. */
const underContext = (name: (typeof ML_DSA)[number], noble: NobleSignatures, context: Uint8Array): SignatureSuite =>
  guarded(name, 'noble', { ...noble, verify: (...args) => noble.verifyWithContext(...args, context) });

describe.each(ML_DSA)('%s', (name) => {
  it.each(['noble', 'liboqs'] as const)('%s generates the keys of ACVP keyGen', async (engine) => {
    const suite = guarded(name, engine, await (engine === 'noble' ? openNoble(name) : openLiboqs(name)));
    for (const row of of(vectors.keygen, name)) {
      const { publicKey, secretKey } = suite.keygen(hex(row.seed));
      expect(toHex(sha256(publicKey)), row.source).toBe(row.publicKeySha256);
      expect(toHex(sha256(secretKey)), row.source).toBe(row.secretKeySha256);
    }
  });

  it('noble makes the deterministic signatures of ACVP sigGen', async () => {
    const noble = await openNoble(name);
    for (const row of of(vectors.signDeterministic, name)) {
      const signature = noble.signWithContext(hex(row.message), hex(row.secretKey), hex(row.context));
      expect(toHex(signature) === row.signature, row.source).toBe(true);
    }
  });

  it('liboqs signs with the secret keys of ACVP as noble does', async () => {
    const [noble, liboqs] = await Promise.all([openNoble(name), openLiboqs(name)]);
    for (const row of of(vectors.signDeterministic, name)) {
      const [message, secretKey] = [hex(row.message), hex(row.secretKey)];
      expect(liboqs.sign(message, secretKey), row.source).toEqual(noble.sign(message, secretKey));
    }
  });

  it('noble gives the verdicts of ACVP sigVer and Wycheproof', async () => {
    const noble = await openNoble(name);
    for (const row of of(vectors.verify, name)) {
      const publicKey = hex(required(vectors.publicKeys[row.publicKey], 'public key'));
      const suite = underContext(name, noble, hex(row.context));
      const verdict = suite.verify(hex(row.signature), hex(row.message), publicKey);
      expect(verdict, `${row.source}: ${row.reason}`).toBe(row.valid);
    }
  });

  it('liboqs gives the verdicts of Wycheproof where there is no context', async () => {
    const suite = guarded(name, 'liboqs', await openLiboqs(name));
    const rows = of(vectors.verify, name).filter((row) => row.context === '');
    expect(new Set(rows.map((row) => row.valid)).has(true)).toBe(true);
    for (const row of rows) {
      const publicKey = hex(required(vectors.publicKeys[row.publicKey], 'public key'));
      const verdict = suite.verify(hex(row.signature), hex(row.message), publicKey);
      expect(verdict, `${row.source}: ${row.reason}`).toBe(row.valid);
    }
  });

  it('a signature under a context is none without it', async () => {
    const suite = guarded(name, 'noble', await openNoble(name));
    const rows = of(vectors.verify, name).filter((row) => row.valid && row.context !== '');
    for (const row of rows) {
      const publicKey = hex(required(vectors.publicKeys[row.publicKey], 'public key'));
      expect(suite.verify(hex(row.signature), hex(row.message), publicKey), row.source).toBe(false);
    }
    const signed = of(vectors.signDeterministic, name)[0]!;
    const noble = await openNoble(name);
    const plain = noble.sign(hex(signed.message), hex(signed.secretKey));
    expect(toHex(plain) === signed.signature).toBe(false);
  });
});

describe.each(SLH_DSA)('%s', (name) => {
  it('noble generates the keys of ACVP keyGen', () => {
    const library = name === 'slh-dsa-sha2-128f' ? slh_dsa_sha2_128f : slh_dsa_sha2_128s;
    for (const row of of(vectors.slhKeygen, name)) {
      const { publicKey, secretKey } = library.keygen(hex(row.seed));
      expect(toHex(publicKey), row.source).toBe(row.publicKey);
      expect(toHex(secretKey), row.source).toBe(row.secretKey);
    }
  });

  it('liboqs signs under the keys of ACVP what noble accepts', async () => {
    const [noble, liboqs] = await Promise.all([openNoble(name), openLiboqs(name)]);
    const row = of(vectors.slhKeygen, name)[0]!;
    const signature = liboqs.sign(KNOWN_MESSAGE, hex(row.secretKey));
    expect(noble.verify(signature, KNOWN_MESSAGE, hex(row.publicKey))).toBe(true);
    expect(liboqs.verify(signature, KNOWN_MESSAGE, hex(row.publicKey))).toBe(true);
  });
});

describe('ed25519', () => {
  it('signs as in RFC 8032 §7.1, tests 1 and 2', async () => {
    const suite = guarded('ed25519', 'noble', await openNoble('ed25519'));
    const rows = [
      {
        seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
        publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        message: '',
        signature:
          'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
          '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      },
      {
        seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
        publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
        message: '72',
        signature:
          '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
          '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      },
    ];
    for (const row of rows) {
      const { publicKey, secretKey } = suite.keygen(hex(row.seed));
      expect(toHex(publicKey)).toBe(row.publicKey);
      expect(toHex(suite.sign(hex(row.message), secretKey))).toBe(row.signature);
      expect(suite.verify(hex(row.signature), hex(row.message), publicKey)).toBe(true);
    }
  });
});

describe('the known answers that engines are checked against', () => {
  it.each(REAL_SUITES)('are what noble computes: %s', async (name) => {
    const checked = checkKnownAnswer(name, guarded(name, 'noble', await openNoble(name)));
    expect('fault' in checked ? checked.fault : 'none').toBe('none');
  });
});
