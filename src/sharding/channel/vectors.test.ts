/** Known answers of NIST ACVP and C2SP/wycheproof for the key encapsulation of channels. */
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { required } from '../../core/assert.ts';
import { fromHex, toHex } from '../../core/encoding.ts';
import { kemDecapsulate, kemEncapsulate, kemKeygen } from './suites.ts';
import vectors from './vectors/mlkem768.json';

const hex = (text: string): Uint8Array => required(fromHex(text), 'hex');

describe('ML-KEM-768', () => {
  it.each(vectors.keygen)('makes the key pair of seed $seed', ({ seed, publicKeySha256, secretKeySha256 }) => {
    const { publicKey, secretKey } = kemKeygen('ml-kem-768', hex(seed));
    expect([publicKey, secretKey].map((key) => toHex(sha256(key)))).toEqual([publicKeySha256, secretKeySha256]);
  });

  it.each(vectors.encapsulate)('encapsulates with given randomness', ({ publicKey, entropy, ciphertext, secret }) => {
    const made = required(kemEncapsulate('ml-kem-768', hex(publicKey), hex(entropy)), 'an encapsulation');
    expect([toHex(made.ciphertext), toHex(made.secret)]).toEqual([ciphertext, secret]);
  });

  it.each(vectors.publicKeys)('public key: $why', ({ key, isValid }) => {
    expect(kemEncapsulate('ml-kem-768', hex(key), new Uint8Array(32)) !== null).toBe(isValid);
  });

  it.each(vectors.decapsulate)('decapsulates: $why', ({ secretKey, ciphertext, secret }) => {
    const keys = { publicKey: new Uint8Array(0), secretKey: hex(secretKey) };
    const found = kemDecapsulate('ml-kem-768', hex(ciphertext), keys);
    expect(found === null ? null : toHex(found)).toBe(secret);
  });
});
