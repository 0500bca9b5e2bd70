import type { NodeIndex } from '../core/ids.ts';
import type { SignedRef } from '../protocols/protocol.ts';

/**
 * A signed message on the wire. `origin` and `sequence` name it for the simulator; protocols never see them. What a
 * receiver believes is `claimedFrom`, once the signature has been verified with that node's public key.
 */
export interface Envelope {
  /** The node that really sent it. */
  readonly origin: NodeIndex;
  /** 0, 1, 2, … per origin. */
  readonly sequence: number;
  /** The sender it names. */
  readonly claimedFrom: NodeIndex;
  /** Canonical encoding of the message. */
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  /** On the wire: encoding plus signatures at their real sizes. */
  readonly sizeBytes: number;
  /** Filled by whoever opens it first in this thread; a pure function of the rest, never part of a snapshot. */
  memo: EnvelopeMemo | null;
}

export interface EnvelopeMemo {
  /** The decoded message, or null when the bytes are not one. */
  readonly message: unknown;
  /** Who signed it, and how: one object for all receivers of this thread, many of whom keep it for their certificates. */
  readonly proof: SignedRef;
  /** Whether the signature is that of `claimedFrom`; undefined until somebody verified it. */
  valid: boolean | undefined;
  /** Position of the message's type in the declaration, −1 when malformed. */
  readonly type: number;
  /** Verification ahead of delivery, under way or done, which the copies for all nodes of a thread share; null: none yet. */
  ahead: Promise<unknown> | null;
}

/** The envelope without what was worked out from it. */
export function bareEnvelope(envelope: Envelope): Envelope {
  return { ...envelope, memo: null };
}
