/**
 * Modelled suites: the name, wire sizes and CPU costs of a real suite, with a keyed BLAKE3 tag of 32 bytes for a signature.
 *
 * NO SECURITY AT ALL: the public key is the secret key, so whoever can verify can sign. In a simulation that suffices,
 * because a host hands its machine and its adversary their own key only, and a tampered message still does not verify.
 */
import { blake3, DIGEST_BYTES, isBlake3 } from './blake3.ts';
import { guardSuite, type RawSignatures } from './guard.ts';
import type { RealSuiteName, SignatureSuite } from './suite.ts';

const LENGTHS = { publicKey: DIGEST_BYTES, secretKey: DIGEST_BYTES, signature: DIGEST_BYTES };

/** The modelled counterpart of a real suite. */
export function modelledSuite(name: RealSuiteName): SignatureSuite {
  const suiteKey = blake3(new TextEncoder().encode(`testnet-playground modelled ${name}`));
  const raw: RawSignatures = {
    keygen: (seed) => {
      const key = blake3(seed, suiteKey);
      return { publicKey: key, secretKey: key.slice() };
    },
    sign: (message, secretKey) => blake3(message, secretKey),
    verify: (signature, message, publicKey) => isBlake3(signature, message, publicKey),
  };
  return guardSuite(`modelled:${name}`, 'modelled', LENGTHS, raw);
}
