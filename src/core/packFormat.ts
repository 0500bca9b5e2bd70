/**
 * The layout that `pack` writes and `unpack` reads: one tag byte, then what the tag says. Numbers 0 … 127 are their own tag.
 * Lengths and counts are variable-length integers: 7 bits a byte, low bits first, the top bit set on all but the last.
 */
export const TAG = {
  null: 0x80,
  undefined: 0x81,
  false: 0x82,
  true: 0x83,
  /** varint n: the number n. */
  positive: 0x84,
  /** varint n: the number −1 − n. */
  negative: 0x85,
  /** 8 bytes, little-endian binary64: fractions, −0, infinities, integers beyond 2^53. */
  float: 0x86,
  /** count, then so many code units of one byte each. */
  narrowString: 0x87,
  /** count, then so many code units of two bytes each, low byte first: lone surrogates survive. */
  wideString: 0x88,
  /** Position in the order of first appearance of a string seen before. */
  stringAgain: 0x89,
  /** sign (0 or 1), digit count, lower-case hexadecimal digits. */
  bigint: 0x8a,
  /** byte count, bytes. */
  bytes: 0x8b,
  /** kind (position in TYPED_ARRAYS), byte count, little-endian elements. */
  typedArray: 0x8c,
  /** byte count, bytes. */
  arrayBuffer: 0x8d,
  /** count, values. */
  array: 0x8e,
  /** count, then key and value so many times, in insertion order. */
  map: 0x8f,
  /** count, values in insertion order. */
  set: 0x90,
  /** key count, keys (as string values), then the values: defines the next shape. */
  objectNew: 0x91,
  /** Position of a shape (list of keys) seen before, then the values. */
  object: 0x92,
  /** Position, among the byte arrays of `SHARED_BYTES_MIN` and more in the order of appearance, of an equal one. */
  bytesAgain: 0x93,
} as const;

/** Order is part of the format: append only. */
export const TYPED_ARRAYS = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

/** Deeper nesting is refused by both sides; it also ends cycles. */
export const MAX_DEPTH = 200;

/** Larger results are refused: a graph of shared references, written as a tree, could grow without end. */
export const MAX_PACKED_BYTES = 1 << 30;

/** Strings of these lengths are numbered when first seen and later written as a reference. */
export const SHARED_STRING_MIN = 2;
export const SHARED_STRING_MAX = 1024;

/** Byte arrays from this length on are numbered when first seen and later written as a reference: signatures mostly. */
export const SHARED_BYTES_MIN = 128;

export const MAX_BIGINT_DIGITS = 1 << 16;

/** Typed arrays are stored as they lie in memory, which every current engine does with the low byte first. */
export const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
