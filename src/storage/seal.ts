/**
 * The envelope around stored and exported bytes: says what they are and shows when they are damaged.
 *
 *     offset  0   8 bytes   magic (high bit, name, both line endings: a transfer as text breaks it visibly)
 *             8   1 byte    kind
 *             9   1 byte    version of the content
 *            10   2 bytes   zero
 *            12   4 bytes   length of the content, low byte first
 *            16  32 bytes   SHA-256 of the 16 bytes above and the content
 *            48             content
 *
 * These places hold for every version, so that an older release can tell "newer" from "damaged".
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Problem } from '../core/problem.ts';

export const SEAL_KIND = { snapshot: 1, trace: 2, runFile: 3, setting: 4, chunk: 5 } as const;
export type SealKind = (typeof SEAL_KIND)[keyof typeof SEAL_KIND];

/** Raise when what is packed inside changes in a way older releases cannot read. */
export const SEAL_VERSION = 1;
export const SEAL_BYTES = 48;

const MAGIC = Uint8Array.of(0x89, 0x54, 0x4e, 0x50, 0x0d, 0x0a, 0x1a, 0x0a);
const PREFIX_BYTES = 16;

export type UnsealResult =
  | { readonly ok: true /** A view into what was given. */; readonly content: Uint8Array }
  | { readonly ok: false; readonly reason: 'damaged' | 'version'; readonly problem: Problem };

/** A new array: header, then a copy of the content. `version` is for tests. */
export function seal(kind: SealKind, content: Uint8Array, version: number = SEAL_VERSION): Uint8Array<ArrayBuffer> {
  const sealed = unsummed(kind, content, version);
  sealed.set(checksum(sealed, content), PREFIX_BYTES);
  return sealed;
}

/**
 * The same for much data: the platform works the checksum out, some twenty times faster than script. The content is copied
 * before the call returns.
 */
export async function sealMuch(kind: SealKind, content: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  // Absent where the page came over an insecure connection.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return seal(kind, content);
  // What is summed up stands in one piece while it is: the prefix where the end of the checksum goes.
  const sealed = unsummed(kind, content, SEAL_VERSION);
  const prefixAt = SEAL_BYTES - PREFIX_BYTES;
  sealed.copyWithin(prefixAt, 0, PREFIX_BYTES);
  const sum = new Uint8Array(await subtle.digest('SHA-256', sealed.subarray(prefixAt)));
  sealed.set(sum, PREFIX_BYTES);
  return sealed;
}

/** Header and content, the place of the checksum still zero. */
function unsummed(kind: SealKind, content: Uint8Array, version: number): Uint8Array<ArrayBuffer> {
  const sealed = new Uint8Array(SEAL_BYTES + content.length);
  sealed.set(MAGIC);
  sealed[8] = kind;
  sealed[9] = version;
  new DataView(sealed.buffer).setUint32(12, content.length, true);
  sealed.set(content, SEAL_BYTES);
  return sealed;
}

/** The content, if every bit is as it was sealed and this release can read it. Never throws. */
export function unseal(kind: SealKind, sealed: Uint8Array): UnsealResult {
  return opened(kind, sealed, () => checksum(sealed, sealed.subarray(SEAL_BYTES)));
}

/** The same for much data, as `sealMuch`. The content has a buffer of its own and begins there at a multiple of four bytes. */
export async function unsealMuch(kind: SealKind, sealed: Uint8Array): Promise<UnsealResult> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  const summed = new Uint8Array(PREFIX_BYTES + Math.max(0, sealed.length - SEAL_BYTES));
  summed.set(sealed.subarray(0, PREFIX_BYTES));
  summed.set(sealed.subarray(SEAL_BYTES), PREFIX_BYTES);
  const content = summed.subarray(PREFIX_BYTES);
  const sum = subtle === undefined ? checksum(summed, content) : new Uint8Array(await subtle.digest('SHA-256', summed));
  const result = opened(kind, sealed, () => sum);
  return result.ok ? { ok: true, content } : result;
}

/** `checksumOf` is asked once the lengths are right. */
function opened(kind: SealKind, sealed: Uint8Array, checksumOf: () => Uint8Array): UnsealResult {
  const damaged = (path: string, found: string, expected: string): UnsealResult => ({
    ok: false,
    reason: 'damaged',
    problem: { path, found, expected },
  });
  if (sealed.length === 0) return damaged('', 'nothing', 'sealed bytes');
  if (!startsWith(sealed, MAGIC)) {
    const known = sealed.length >= 4 && startsWith(sealed, MAGIC.subarray(0, 4));
    return damaged(
      'byte 0',
      known ? 'a header that was cut off or sent as text' : 'another kind of file',
      'the mark of this format',
    );
  }
  if (sealed.length < SEAL_BYTES) return damaged('', `${sealed.length} bytes`, `at least ${SEAL_BYTES}`);
  const content = sealed.subarray(SEAL_BYTES);
  const length = new DataView(sealed.buffer, sealed.byteOffset).getUint32(12, true);
  if (length !== content.length) return damaged('byte 12', `${content.length} bytes of content`, `${length}`);
  if (checksumOf().some((byte, i) => byte !== sealed[PREFIX_BYTES + i])) {
    return damaged('byte 16', 'content that does not match its checksum', 'the bytes that were written');
  }
  if (sealed[8] !== kind) return damaged('byte 8', `content of kind ${sealed[8]}`, `kind ${kind}`);
  if (sealed[9] !== SEAL_VERSION) {
    return {
      ok: false,
      reason: 'version',
      problem: { path: 'byte 9', found: `version ${sealed[9]}`, expected: `version ${SEAL_VERSION}` },
    };
  }
  return { ok: true, content };
}

function checksum(sealed: Uint8Array, content: Uint8Array): Uint8Array {
  return sha256.create().update(sealed.subarray(0, PREFIX_BYTES)).update(content).digest();
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);
}
