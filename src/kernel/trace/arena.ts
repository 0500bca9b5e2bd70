/** The words of finished records in the trace's order, in chunks; a record never straddles two. */

const SHIFT = 16;
const CHUNK_WORDS = 1 << SHIFT;
const MASK = CHUNK_WORDS - 1;

export class WordArena {
  /** Where the next record goes, unless the chunk's rest is too short for it. In words. */
  end = 0;
  readonly #chunks: Uint32Array[] = [];

  /**
   * Copies `length` words and, unless negative, `extra` after them. Returns the record's offset.
   * The unused rest of a chunk begins with a zero word, which is no header.
   */
  add(source: Uint32Array, at: number, length: number, extra: number): number {
    const needed = extra < 0 ? length : length + 1;
    let place = this.end & MASK;
    if (place + needed > CHUNK_WORDS) {
      this.chunk(this.end)[place] = 0;
      this.end = ((this.end >>> SHIFT) + 1) * CHUNK_WORDS;
      place = 0;
    }
    const offset = this.end;
    let chunk = this.#chunks[offset >>> SHIFT];
    if (chunk === undefined) {
      chunk = new Uint32Array(CHUNK_WORDS);
      this.#chunks[offset >>> SHIFT] = chunk;
    }
    for (let i = 0; i < length; i++) chunk[place + i] = source[at + i] as number;
    if (extra >= 0) chunk[place + length] = extra;
    this.end = offset + needed;
    return offset;
  }

  /** The chunk that holds an offset. */
  chunk(offset: number): Uint32Array {
    return this.#chunks[offset >>> SHIFT] as Uint32Array;
  }

  /** The offset's position within its chunk. */
  place(offset: number): number {
    return offset & MASK;
  }

  /** Where the record at or after `offset` really begins: skips the unused rest of a chunk. `end` when there is none. */
  next(offset: number): number {
    if (offset >= this.end) return this.end;
    const place = offset & MASK;
    if (place === 0 || this.chunk(offset)[place] !== 0) return offset;
    return Math.min(this.end, ((offset >>> SHIFT) + 1) * CHUNK_WORDS);
  }

  /** Forgets every record from `offset` on. */
  truncate(offset: number): void {
    this.end = offset;
    this.#chunks.length = (offset + MASK) >>> SHIFT;
  }

  get sizeBytes(): number {
    return this.#chunks.length * CHUNK_WORDS * 4;
  }
}
