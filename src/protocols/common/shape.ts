/**
 * Shape checks of what a peer sent, the same for every protocol: strict about keys, bounded in every size, never throwing.
 */
import type { SignedRef } from '../protocol.ts';

/** Numbers of a protocol fit a signed 32-bit word, so that every observed field does. */
export const MAX_NUMBER = 0x7fff_ffff;
export const MAX_NODE = 0xfffe;
/** The longest signature of any suite: SLH-DSA-SHA2-256f (FIPS 205, table 2). */
const MAX_SIGNATURE_BYTES = 49_856;
/** Signatures in one list: four times the largest testnet. */
export const MAX_REFS = 1024;

/** An object with exactly these keys. */
export function has(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let count = 0;
  for (const key in value) if (Object.hasOwn(value, key)) count++;
  if (count !== keys.length) return false;
  for (const key of keys) if (!Object.hasOwn(value, key)) return false;
  return true;
}

/** An integer within the bounds; −0 is refused because its canonical bytes are not those of 0. */
export function isNumber(value: unknown, least = 0, most = MAX_NUMBER): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most && !Object.is(value, -0);
}

/** A list of at most so many items that all pass. */
export function isList<T>(value: unknown, most: number, is: (item: unknown) => item is T): value is T[] {
  if (!Array.isArray(value) || value.length > most) return false;
  for (let i = 0; i < value.length; i++) if (!is(value[i])) return false;
  return true;
}

export function isSignature(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length <= MAX_SIGNATURE_BYTES;
}

export function isRef(value: unknown): value is SignedRef {
  return has(value, ['signer', 'signature']) && isNumber(value.signer, 0, MAX_NODE) && isSignature(value.signature);
}
