/**
 * Signature suites behind one synchronous interface. Signing is deterministic (FIPS 204 §3.4, `rnd` = 0; FIPS 205 §9.2 with
 * opt_rand = PK.seed; RFC 8032), so that certificates and block hashes reproduce.
 */

export const REAL_SUITES = [
  'ml-dsa-44',
  'ml-dsa-65',
  'ml-dsa-87',
  'slh-dsa-sha2-128f',
  'slh-dsa-sha2-128s',
  'ed25519',
] as const;
export type RealSuiteName = (typeof REAL_SUITES)[number];

/** `modelled:<suite>` keeps sizes and costs of the suite and replaces its mathematics with a keyed hash. */
export type SuiteName = RealSuiteName | `modelled:${RealSuiteName}`;

/** Which implementation does the work. All give the same bytes and verdicts; the page shows which is in use. */
export type Engine = 'noble' | 'liboqs' | 'modelled';

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

export interface SignatureSuite {
  readonly name: SuiteName;
  readonly engine: Engine;
  /** Sizes on the wire, in bytes; a modelled suite reports those of the suite it stands for. */
  readonly publicKeyBytes: number;
  readonly signatureBytes: number;
  /** Bytes that `sign` really returns: `signatureBytes`, or less when modelled. */
  readonly storedSignatureBytes: number;
  /** The key pair of a 32-byte seed, always the same. */
  keygen(seed: Uint8Array): KeyPair;
  /** Deterministic signature. Throws `InvariantError` on a key of wrong length (our bug). */
  sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array;
  /** False for anything that is not a valid signature, wrong lengths included. Never throws. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  /**
   * A faster asynchronous verifier where the platform has one (native WebCrypto), proved equal to `verify` at opening;
   * null elsewhere. Used while a message is in flight.
   */
  readonly verifyAhead:
    | ((signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => Promise<boolean>)
    | null;
}
