/** The edge every engine stands behind: lengths are checked once, in one place, so that all engines refuse the same inputs. */
import { assert } from '../core/assert.ts';
import { KEY_SEED_BYTES } from './identity.ts';
import { sizesOf } from './sizes.ts';
import type { Engine, KeyPair, SignatureSuite, SuiteName } from './suite.ts';

/** Longest message that is signed or accepted, in bytes: 16 MiB, far above any block. */
export const MESSAGE_BYTES_MAX = 1 << 24;

/** The three operations of an engine. They may assume right lengths; `verify` may throw on malformed contents. */
export interface RawSignatures {
  keygen(seed: Uint8Array): KeyPair;
  sign(message: Uint8Array, secretKey: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
}

/** Lengths in bytes of what really passes through an engine. */
export interface StoredLengths {
  readonly publicKey: number;
  readonly secretKey: number;
  readonly signature: number;
}

type VerifyAhead = NonNullable<SignatureSuite['verifyAhead']>;

/** Makes an engine's operations a suite: wrong lengths throw where they are our bug and are invalid where a peer sent them. */
export function guardSuite(
  name: SuiteName,
  engine: Engine,
  lengths: StoredLengths,
  raw: RawSignatures,
  nativeVerify: VerifyAhead | null = null,
): SignatureSuite {
  const { publicKeyBytes, signatureBytes } = sizesOf(name);
  const badSecretKey = `${name}: a secret key has ${lengths.secretKey} bytes`;
  const messageTooLong = `${name}: a message has at most ${MESSAGE_BYTES_MAX} bytes`;
  const wellFormed = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean =>
    isBytes(signature, lengths.signature) &&
    isBytes(publicKey, lengths.publicKey) &&
    message instanceof Uint8Array &&
    message.length <= MESSAGE_BYTES_MAX;

  const verify: SignatureSuite['verify'] = (signature, message, publicKey) => {
    if (!wellFormed(signature, message, publicKey)) return false;
    try {
      return raw.verify(signature, message, publicKey);
    } catch {
      return false;
    }
  };

  return {
    name,
    engine,
    publicKeyBytes,
    signatureBytes,
    storedSignatureBytes: lengths.signature,
    keygen: (seed) => {
      assert(isBytes(seed, KEY_SEED_BYTES), `${name}: a key seed has ${KEY_SEED_BYTES} bytes`);
      return raw.keygen(seed);
    },
    sign: (message, secretKey) => {
      // Every message is signed: the texts are made beforehand.
      assert(isBytes(secretKey, lengths.secretKey), badSecretKey);
      assert(message.length <= MESSAGE_BYTES_MAX, messageTooLong);
      return raw.sign(message, secretKey);
    },
    verify,
    verifyAhead: nativeVerify === null ? null : ahead(wellFormed, nativeVerify, verify),
  };
}

/**
 * A native yes is taken; a native no, or a failure, is decided by `verify`. So the verdict is `verify`'s even for the
 * contrived Ed25519 signatures on which cofactored and cofactorless verifiers differ (the native one accepts fewer).
 */
function ahead(
  wellFormed: SignatureSuite['verify'],
  native: VerifyAhead,
  verify: SignatureSuite['verify'],
): VerifyAhead {
  return (signature, message, publicKey) => {
    if (!wellFormed(signature, message, publicKey)) return Promise.resolve(false);
    const decide = (): boolean => verify(signature, message, publicKey);
    return native(signature, message, publicKey).then((accepted) => accepted || decide(), decide);
  };
}

function isBytes(value: Uint8Array, length: number): boolean {
  return value instanceof Uint8Array && value.length === length;
}
