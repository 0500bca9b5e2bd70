/** Byte arrays by content, so that many equal ones are kept, or written, once. */

/** Different arrays that look alike at the places looked at; more are not told apart, only kept each by itself. */
const PROBES_MAX = 8;
/** Places looked at: enough for signatures and hashes, which differ everywhere. */
const SAMPLES = 16;

export class ByteTable {
  readonly #byKey = new Map<number, Uint8Array>();
  /** What was answered for the very same array: it mostly comes again and again. */
  readonly #answers = new WeakMap<Uint8Array, Uint8Array>();

  /** An equal array that was given before, else this one, which is remembered. Must not be written to from then on. */
  same(bytes: Uint8Array): Uint8Array {
    const known = this.#answers.get(bytes);
    if (known !== undefined) return known;
    const answer = this.#find(bytes);
    this.#answers.set(bytes, answer);
    return answer;
  }

  #find(bytes: Uint8Array): Uint8Array {
    let key = keyOf(bytes);
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const found = this.#byKey.get(key);
      if (found === undefined) {
        this.#byKey.set(key, bytes);
        return bytes;
      }
      if (found === bytes || isEqual(found, bytes)) return found;
      key = (key + 1) >>> 0;
    }
    return bytes;
  }
}

function keyOf(bytes: Uint8Array): number {
  const { length } = bytes;
  const stride = Math.max(1, Math.floor(length / SAMPLES));
  let hash = (0x811c9dc5 ^ length) >>> 0;
  for (let i = 0; i < length; i += stride) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let i = 0;
  if (((a.byteOffset | b.byteOffset) & 3) === 0) {
    const count = a.length >>> 2;
    const left = new Uint32Array(a.buffer, a.byteOffset, count);
    const right = new Uint32Array(b.buffer, b.byteOffset, count);
    for (let k = 0; k < count; k++) if (left[k] !== right[k]) return false;
    i = count * 4;
  }
  for (; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
