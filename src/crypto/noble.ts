/**
 * The reference engine: @noble/post-quantum (FIPS 204, FIPS 205) and @noble/curves (RFC 8032). Plain script, runs
 * everywhere, slow. The libraries are loaded when the engine is opened, and only the one the suite needs.
 */
import { guardSuite, type RawSignatures } from './guard.ts';
import { keygenEntropy } from './seeds.ts';
import { SUITE_SIZES } from './sizes.ts';
import type { RealSuiteName, SignatureSuite } from './suite.ts';

/** The operations of noble, with the context strings of FIPS 204 §5.2 and FIPS 205 §10.2 (at most 255 bytes). */
export interface NobleSignatures extends RawSignatures {
  /** False for contexts that are too long. Ed25519 has no context: only an empty one is valid. */
  verifyWithContext(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array, context: Uint8Array): boolean;
  signWithContext(message: Uint8Array, secretKey: Uint8Array, context: Uint8Array): Uint8Array;
}

/** What we use of noble's post-quantum signers. */
interface PostQuantumSigner {
  keygen(seed: Uint8Array): { publicKey: Uint8Array; secretKey: Uint8Array };
  sign(message: Uint8Array, secretKey: Uint8Array, options: { extraEntropy: false; context?: Uint8Array }): Uint8Array;
  verify(
    signature: Uint8Array,
    message: Uint8Array,
    publicKey: Uint8Array,
    options?: { context?: Uint8Array },
  ): boolean;
}

const CONTEXT_BYTES_MAX = 255;
const LOADERS: Readonly<Record<RealSuiteName, () => Promise<NobleSignatures>>> = {
  'ml-dsa-44': async () => postQuantum('ml-dsa-44', (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa44),
  'ml-dsa-65': async () => postQuantum('ml-dsa-65', (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa65),
  'ml-dsa-87': async () => postQuantum('ml-dsa-87', (await import('@noble/post-quantum/ml-dsa.js')).ml_dsa87),
  'slh-dsa-sha2-128f': async () =>
    postQuantum('slh-dsa-sha2-128f', (await import('@noble/post-quantum/slh-dsa.js')).slh_dsa_sha2_128f),
  'slh-dsa-sha2-128s': async () =>
    postQuantum('slh-dsa-sha2-128s', (await import('@noble/post-quantum/slh-dsa.js')).slh_dsa_sha2_128s),
  ed25519: openEd25519,
};

/** noble's operations for a suite, without length checks. */
export function openNoble(name: RealSuiteName): Promise<NobleSignatures> {
  return LOADERS[name]();
}

/** The reference suite. */
export async function nobleSuite(name: RealSuiteName): Promise<SignatureSuite> {
  return guardSuite(name, 'noble', storedLengths(name), await openNoble(name));
}

/** What really passes through a real suite's engine: the sizes of the standard. */
export function storedLengths(name: RealSuiteName) {
  const { publicKeyBytes, secretKeyBytes, signatureBytes } = SUITE_SIZES[name];
  return { publicKey: publicKeyBytes, secretKey: secretKeyBytes, signature: signatureBytes };
}

/** `extraEntropy: false` is the deterministic variant: rnd = 0 (FIPS 204 §3.4), opt_rand = PK.seed (FIPS 205 §9.2). */
function postQuantum(name: RealSuiteName, signer: PostQuantumSigner): NobleSignatures {
  return {
    keygen: (seed) => signer.keygen(keygenEntropy(name, seed)),
    sign: (message, secretKey) => signer.sign(message, secretKey, { extraEntropy: false }),
    verify: (signature, message, publicKey) => signer.verify(signature, message, publicKey),
    signWithContext: (message, secretKey, context) => signer.sign(message, secretKey, { extraEntropy: false, context }),
    verifyWithContext: (signature, message, publicKey, context) =>
      context.length <= CONTEXT_BYTES_MAX && signer.verify(signature, message, publicKey, { context }),
  };
}

/** The secret key is the 32-byte seed (RFC 8032 §5.1.5). Verification is cofactored (§5.1.7) and accepts ZIP 215's set. */
async function openEd25519(): Promise<NobleSignatures> {
  const { ed25519 } = await import('@noble/curves/ed25519.js');
  const sign = (message: Uint8Array, secretKey: Uint8Array) => ed25519.sign(message, secretKey);
  const verify = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) =>
    ed25519.verify(signature, message, publicKey);
  return {
    keygen: (seed) => ({ publicKey: ed25519.getPublicKey(seed), secretKey: seed.slice() }),
    sign,
    verify,
    signWithContext: sign,
    verifyWithContext: (signature, message, publicKey, context) =>
      context.length === 0 && verify(signature, message, publicKey),
  };
}
