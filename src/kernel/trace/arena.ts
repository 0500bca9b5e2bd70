/**
 * The words of finished records in the trace's order, in chunks; a record never straddles two. A full chunk never changes, so
 * it may leave memory and come back; it may also be dropped for good, together with all before it.
 */
import { assert } from '../../core/assert.ts';

const SHIFT = 16;
export const CHUNK_WORDS = 1 << SHIFT;
const MASK = CHUNK_WORDS - 1;

/** Words were needed that are not in memory now: bring the chunk, and ask again. */
export class AwayError extends Error {
  override readonly name = 'AwayError';
  readonly chunk: number;

  constructor(chunk: number) {
    super(`chunk ${chunk} of the trace is not in memory`);
    this.chunk = chunk;
  }
}

export class WordArena {
  /** Where the next record goes, unless the chunk's rest is too short for it. In words. */
  end = 0;
  /** The chunk that `add` wrote to last. */
  lastChunk: Uint32Array = new Uint32Array(0);
  /** Chunks before it are gone for good. */
  firstChunk = 0;
  /** Null where a chunk is away. */
  readonly #chunks: (Uint32Array | null)[] = [];
  /** When each chunk was read last, by a counter. */
  readonly #usedAt: number[] = [];
  #uses = 0;
  #residentCount = 0;

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
      this.#set(offset >>> SHIFT, chunk);
    }
    if (chunk === null) throw new AwayError(offset >>> SHIFT);
    this.lastChunk = chunk;
    for (let i = 0; i < length; i++) chunk[place + i] = source[at + i] as number;
    if (extra >= 0) chunk[place + length] = extra;
    this.end = offset + needed;
    return offset;
  }

  /** The chunk that holds an offset. @throws AwayError */
  chunk(offset: number): Uint32Array {
    const words = this.#chunks[offset >>> SHIFT];
    if (words === null || words === undefined) throw new AwayError(offset >>> SHIFT);
    return words;
  }

  /** The same for a view: null when it is away. What was looked at last leaves memory last. */
  find(offset: number): Uint32Array | null {
    const index = offset >>> SHIFT;
    this.#usedAt[index] = ++this.#uses;
    return this.#chunks[index] ?? null;
  }

  /** The chunk of that number. @throws AwayError */
  chunkAt(index: number): Uint32Array {
    return this.chunk(index * CHUNK_WORDS);
  }

  /** Whether these can be the words of a chunk. */
  fits(words: Uint32Array): boolean {
    return words.length === CHUNK_WORDS;
  }

  /** The offset's position within its chunk. */
  place(offset: number): number {
    return offset & MASK;
  }

  /** The number of the chunk that holds an offset. */
  indexOf(offset: number): number {
    return offset >>> SHIFT;
  }

  isAway(index: number): boolean {
    return index >= this.firstChunk && this.#chunks[index] === null;
  }

  /** Chunks that nothing is added to any more: those below. */
  get fullCount(): number {
    return this.end >>> SHIFT;
  }

  get residentCount(): number {
    return this.#residentCount;
  }

  /** Full chunks in memory, those read longest ago first. */
  oldestUsed(): number[] {
    const found: number[] = [];
    for (let i = this.firstChunk; i < this.fullCount; i++) if (this.#chunks[i] != null) found.push(i);
    return found.sort((a, b) => (this.#usedAt[a] ?? 0) - (this.#usedAt[b] ?? 0) || a - b);
  }

  /** Lets go of a full chunk that somebody else has. */
  release(index: number): void {
    assert(index < this.fullCount, `chunk ${index} is still being written`);
    if (this.#chunks[index] != null) this.#set(index, null);
  }

  /** Takes a chunk back. */
  bring(index: number, words: Uint32Array): void {
    assert(words.length === CHUNK_WORDS, `a chunk has ${CHUNK_WORDS} words, not ${words.length}`);
    if (this.isAway(index)) this.#set(index, words);
  }

  /** Gives up every chunk before `index`: at most the full ones. */
  dropBefore(index: number): void {
    const first = Math.min(index, this.fullCount);
    for (let i = this.firstChunk; i < first; i++) if (this.#chunks[i] != null) this.#set(i, null);
    this.firstChunk = Math.max(this.firstChunk, first);
  }

  /** Where the record at or after `offset` really begins: skips the unused rest of a chunk. `end` when there is none. */
  next(offset: number): number {
    if (offset >= this.end) return this.end;
    const place = offset & MASK;
    if (place === 0 || this.chunk(offset)[place] !== 0) return offset;
    return Math.min(this.end, ((offset >>> SHIFT) + 1) * CHUNK_WORDS);
  }

  /** Forgets every record from `offset` on; the chunk it stands in must be in memory. */
  truncate(offset: number): void {
    this.end = offset;
    const count = (offset + MASK) >>> SHIFT;
    for (let i = count; i < this.#chunks.length; i++) if (this.#chunks[i] != null) this.#residentCount--;
    this.#chunks.length = count;
    this.#usedAt.length = Math.min(this.#usedAt.length, count);
    this.firstChunk = Math.min(this.firstChunk, count);
  }

  /** Of what is in memory. */
  get sizeBytes(): number {
    return this.#residentCount * CHUNK_WORDS * 4;
  }

  #set(index: number, words: Uint32Array | null): void {
    if (this.#chunks[index] == null && words !== null) this.#residentCount++;
    if (this.#chunks[index] != null && words === null) this.#residentCount--;
    this.#chunks[index] = words;
    // A chunk that comes, new or back, counts as used: else it would be the next to go.
    if (words !== null) this.#usedAt[index] = ++this.#uses;
  }
}
