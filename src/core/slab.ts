/**
 * Small arrays of numbers cut from one larger buffer: each of its own costs an allocation outside the heap, which is most of
 * what setting up a short run takes. The pieces are zero and never handed out twice; a slab goes when its last piece does.
 * Only for what stays where it is: a message that carries a piece to another thread would carry the whole slab.
 */

const SLAB_BYTES = 1 << 16;
/** Larger ones are made on their own: little would be saved, and a slab would be spent soon. */
const PIECE_BYTES_MAX = 1 << 12;

let slab = new ArrayBuffer(0);
let used = 0;

export function cutDoubles(length: number): Float64Array {
  const at = cut(8 * length);
  return at < 0 ? new Float64Array(length) : new Float64Array(slab, at, length);
}

export function cutWords(length: number): Uint32Array {
  const at = cut(4 * length);
  return at < 0 ? new Uint32Array(length) : new Uint32Array(slab, at, length);
}

export function cutIntegers(length: number): Int32Array {
  const at = cut(4 * length);
  return at < 0 ? new Int32Array(length) : new Int32Array(slab, at, length);
}

/** Where the next so many bytes are in the slab; −1 where they are too many for it. */
function cut(sizeBytes: number): number {
  if (sizeBytes > PIECE_BYTES_MAX) return -1;
  if (used + sizeBytes > slab.byteLength) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const at = used;
  // The next piece may hold doubles.
  used += (sizeBytes + 7) & ~7;
  return at;
}
