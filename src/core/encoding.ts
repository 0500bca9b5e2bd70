/**
 * The one canonical encoding: deterministic CBOR (RFC 8949 §4.2.1: shortest forms, sorted keys, definite lengths).
 * The same bytes are signed, hashed, counted on the wire and fingerprinted.
 */
import { decode as decodeCbor, encode as encodeCbor, rfc8949EncodeOptions } from 'cborg';
import { decodeCommon, encodeCommon, encodeForNow, UNCOMMON } from './cbor.ts';

/** What can be encoded: plain data. Integers only; `undefined`, functions and fractions are refused. */
export type Encodable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Encodable[]
  | { readonly [key: string]: Encodable };

const ENCODE_OPTIONS = { ...rfc8949EncodeOptions, float64: true };
const DECODE_OPTIONS = {
  strict: true,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowIndefinite: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

/** Canonical bytes of a value. `unknown` because interfaces have no index signature; see `Encodable` for what is allowed. */
export function encode(value: unknown): Uint8Array {
  return encodeCommon(value) ?? new Uint8Array(encodeCbor(value, ENCODE_OPTIONS));
}

/** Canonical bytes that are looked at once and at once: valid until something else is encoded. */
export function encodeBriefly(value: unknown): Uint8Array {
  return encodeForNow(value) ?? encode(value);
}

/** The value behind canonical bytes, or null when they are not well-formed canonical CBOR. Never throws. */
export function decode(bytes: Uint8Array): unknown {
  const common = decodeCommon(bytes);
  if (common !== UNCOMMON) return common;
  try {
    return decodeCbor(bytes, DECODE_OPTIONS);
  } catch {
    return null;
  }
}

/** Lower-case hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length === 32) return digestHex(bytes);
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}

/** All at once: digit by digit a hash would leave a rope of thirty pieces behind. */
function digestHex(bytes: Uint8Array): string {
  for (let i = 0; i < 32; i++) {
    const byte = bytes[i] as number;
    codes[2 * i] = DIGITS[byte >>> 4] as number;
    codes[2 * i + 1] = DIGITS[byte & 15] as number;
  }
  return String.fromCharCode.apply(null, codes);
}

const DIGITS = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const codes = new Array<number>(64).fill(0);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The bytes behind lower-case hex, or null when the text is not hex of whole bytes. */
export function fromHex(hex: string): Uint8Array | null {
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/.test(hex)) return null;
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
