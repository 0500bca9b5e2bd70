/**
 * Native verification through WebCrypto, where the platform has the algorithm: ML-DSA in current Chromium ("Modern
 * Algorithms in the Web Cryptography API", WICG draft), Ed25519 nearly everywhere. It is asynchronous, so it serves while a
 * message is in flight. We never sign with it: its ML-DSA signing is randomised.
 */
import type { RealSuiteName, SignatureSuite } from './suite.ts';

type VerifyAhead = NonNullable<SignatureSuite['verifyAhead']>;

/** The little of `SubtleCrypto` that we use; the algorithm names are newer than the DOM types. */
interface Subtle {
  importKey(
    format: string,
    key: Uint8Array,
    algorithm: { name: string },
    extractable: boolean,
    usages: string[],
  ): Promise<object>;
  verify(algorithm: { name: string }, key: object, signature: Uint8Array, data: Uint8Array): Promise<boolean>;
}

/** A signature known to be valid: what a native verifier must accept, and reject once tampered with. */
export interface SignedSample {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** WebCrypto's names, and the key format that is one raw public key. SLH-DSA is nowhere native. */
const NATIVE: Partial<Record<RealSuiteName, { name: string; format: string }>> = {
  'ml-dsa-44': { name: 'ML-DSA-44', format: 'raw-public' },
  'ml-dsa-65': { name: 'ML-DSA-65', format: 'raw-public' },
  'ml-dsa-87': { name: 'ML-DSA-87', format: 'raw-public' },
  ed25519: { name: 'Ed25519', format: 'raw' },
};

/** Whether it is worth producing a sample: the platform may still refuse the algorithm. */
export function mayBeNative(name: RealSuiteName, platform: object = globalThis): boolean {
  return NATIVE[name] !== undefined && subtleOf(platform) !== null;
}

/** The native verifier of a suite, or null where there is none or it misjudges the sample. Never throws. */
export async function openNativeVerifier(
  name: RealSuiteName,
  sample: SignedSample,
  platform: object = globalThis,
): Promise<VerifyAhead | null> {
  const algorithm = NATIVE[name];
  const subtle = subtleOf(platform);
  if (algorithm === undefined || subtle === null) return null;
  const verify = bind(subtle, algorithm);
  try {
    return (await judgesWell(verify, sample)) ? verify : null;
  } catch {
    return null;
  }
}

/** The native verifier without a check: for threads beside one that made it. Null where the platform has none. */
export function nativeVerifier(name: RealSuiteName, platform: object = globalThis): VerifyAhead | null {
  const algorithm = NATIVE[name];
  const subtle = subtleOf(platform);
  return algorithm === undefined || subtle === null ? null : bind(subtle, algorithm);
}

function subtleOf(platform: object): Subtle | null {
  return (platform as { crypto?: { subtle?: Subtle } }).crypto?.subtle ?? null;
}

/**
 * Imported keys are kept by the identity of their bytes, which nobody writes to. They are not compared again: in a young worker
 * that runs as interpreted code, and took a tenth of a verification.
 */
function bind(subtle: Subtle, algorithm: { name: string; format: string }): VerifyAhead {
  const { name, format } = algorithm;
  const importing = new WeakMap<Uint8Array, Promise<object>>();
  const imported = new WeakMap<Uint8Array, object>();
  const importKey = async (publicKey: Uint8Array): Promise<object> => {
    const key = await subtle.importKey(format, publicKey.slice(), { name }, false, ['verify']);
    imported.set(publicKey, key);
    return key;
  };
  return (signature, message, publicKey) => {
    const key = imported.get(publicKey);
    if (key !== undefined) return subtle.verify({ name }, key, signature, message);
    const coming = importing.get(publicKey) ?? importKey(publicKey);
    importing.set(publicKey, coming);
    return coming.then((fresh) => subtle.verify({ name }, fresh, signature, message));
  };
}

/** Accepts the sample; rejects it with one bit of the signature, the message or the key changed. */
async function judgesWell(verify: VerifyAhead, sample: SignedSample): Promise<boolean> {
  const { signature, message, publicKey } = sample;
  if (!(await verify(signature, message, publicKey))) return false;
  if (await verify(flipBit(signature), message, publicKey)) return false;
  if (await verify(signature, flipBit(message), publicKey)) return false;
  return !(await verify(signature, message, flipBit(publicKey)).catch(() => false));
}

/** A copy with the lowest bit of the middle byte changed. */
export function flipBit(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}
