/**
 * What a channel is made of: a key encapsulation mechanism and an authenticated cipher. Everything random is given by the
 * caller, from the run's keyed streams: a testnet repeats itself, and its keys guard nothing of value.
 */
import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { draw, type StreamKey } from '../../core/prng.ts';
import { sha3 } from '../../crypto/hash.ts';

/** ML-KEM-768: FIPS 203, table 2. X25519 as a KEM: an ephemeral key on each side (RFC 7748 §6.1); falls to a quantum computer. */
export const KEMS = ['ml-kem-768', 'x25519'] as const;
export type KemName = (typeof KEMS)[number];

/** NIST SP 800-38D with 256-bit keys; RFC 8439. Both: 12-byte nonces, 16-byte tags. */
export const CIPHERS = ['aes-256-gcm', 'chacha20-poly1305'] as const;
export type CipherName = (typeof CIPHERS)[number];

export type ChannelSuite = `${KemName}/${CipherName}`;

/** What a post-quantum node offers, best first; the last is for legacy peers. */
export const MODERN_SUITES: readonly ChannelSuite[] = [
  'ml-kem-768/aes-256-gcm',
  'ml-kem-768/chacha20-poly1305',
  'x25519/chacha20-poly1305',
];
/** What a classical node offers. */
export const LEGACY_SUITES: readonly ChannelSuite[] = ['x25519/chacha20-poly1305', 'x25519/aes-256-gcm'];

export const TAG_BYTES = 16;
export const NONCE_BYTES = 12;
export const CIPHER_KEY_BYTES = 32;

interface KemSizes {
  readonly publicKeyBytes: number;
  readonly ciphertextBytes: number;
  /** Entropy that a key pair and an encapsulation take. */
  readonly keygenBytes: number;
  readonly encapsulationBytes: number;
}

/** FIPS 203, table 3 and algorithms 16 and 17 (d ‖ z, m); RFC 7748 §5. */
export const KEM_SIZES: Readonly<Record<KemName, KemSizes>> = {
  'ml-kem-768': { publicKeyBytes: 1184, ciphertextBytes: 1088, keygenBytes: 64, encapsulationBytes: 32 },
  x25519: { publicKeyBytes: 32, ciphertextBytes: 32, keygenBytes: 32, encapsulationBytes: 32 },
};

export function suiteParts(suite: ChannelSuite): { readonly kem: KemName; readonly cipher: CipherName } {
  const [kem, cipher] = suite.split('/') as [KemName, CipherName];
  return { kem, cipher };
}

/** Whether a suite resists a quantum computer. The ciphers do; the key exchange decides. */
export function isPostQuantum(suite: ChannelSuite): boolean {
  return suiteParts(suite).kem === 'ml-kem-768';
}

export function isChannelSuite(value: unknown): value is ChannelSuite {
  return KEMS.some((kem) => CIPHERS.some((cipher) => value === `${kem}/${cipher}`));
}

/** Bytes from a stream, eight draws a 32: reproducible. `counter`: of the first draw; the next free one is returned. */
export function streamBytes(key: StreamKey, counter: number, byteCount: number): { bytes: Uint8Array; next: number } {
  const words = Math.ceil(byteCount / 4);
  const bytes = new Uint8Array(4 * words);
  const view = new DataView(bytes.buffer);
  for (let word = 0; word < words; word++) view.setUint32(4 * word, draw(key, counter + word), true);
  return { bytes: bytes.slice(0, byteCount), next: counter + words };
}

export interface KemKeys {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** The key pair of `keygenBytes` bytes of entropy. */
export function kemKeygen(kem: KemName, entropy: Uint8Array): KemKeys {
  if (kem === 'ml-kem-768') return ml_kem768.keygen(entropy);
  return { publicKey: x25519.getPublicKey(entropy), secretKey: entropy.slice() };
}

/** A fresh secret (32 bytes) and what lets the holder of the public key find it; null for a key that is none. Never throws. */
export function kemEncapsulate(
  kem: KemName,
  publicKey: Uint8Array,
  entropy: Uint8Array,
): { readonly ciphertext: Uint8Array; readonly secret: Uint8Array } | null {
  try {
    if (kem === 'ml-kem-768') {
      const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, entropy);
      return { ciphertext: cipherText, secret: sharedSecret };
    }
    const ciphertext = x25519.getPublicKey(entropy);
    return { ciphertext, secret: x25519Secret(entropy, publicKey, ciphertext, publicKey) };
  } catch {
    // Not a key: coefficients out of range (FIPS 203 §7.2), a point of small order (RFC 7748 §6.1).
    return null;
  }
}

/** The secret behind a ciphertext; null for one that cannot be. ML-KEM answers a wrong one with another secret (FIPS 203 §6.3). */
export function kemDecapsulate(kem: KemName, ciphertext: Uint8Array, keys: KemKeys): Uint8Array | null {
  try {
    if (kem === 'ml-kem-768') return ml_kem768.decapsulate(ciphertext, keys.secretKey);
    return x25519Secret(keys.secretKey, ciphertext, ciphertext, keys.publicKey);
  } catch {
    return null;
  }
}

/** Plaintext followed by its tag, bound to the associated data. */
export function seal(cipher: CipherName, key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, data: Uint8Array) {
  return aead(cipher, key, nonce, data).encrypt(plaintext);
}

/** The plaintext, or null when one bit of ciphertext, tag, nonce or associated data is not what was sealed. Never throws. */
export function unseal(
  cipher: CipherName,
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  data: Uint8Array,
): Uint8Array | null {
  try {
    return aead(cipher, key, nonce, data).decrypt(sealed);
  } catch {
    return null;
  }
}

/** Hashes both public values in, so that the secret belongs to this exchange alone (as HPKE's DHKEM does, RFC 9180 §4.1). */
function x25519Secret(own: Uint8Array, other: Uint8Array, ephemeral: Uint8Array, receiver: Uint8Array): Uint8Array {
  const shared = x25519.getSharedSecret(own, other);
  const bytes = new Uint8Array(shared.length + ephemeral.length + receiver.length);
  bytes.set(shared, 0);
  bytes.set(ephemeral, shared.length);
  bytes.set(receiver, shared.length + ephemeral.length);
  return sha3(bytes);
}

function aead(cipher: CipherName, key: Uint8Array, nonce: Uint8Array, data: Uint8Array) {
  return cipher === 'aes-256-gcm' ? gcm(key, nonce, data) : chacha20poly1305(key, nonce, data);
}
