/** Growing lists of numbers in fixed-size typed chunks: no copy on growth, no slack beyond one chunk, cheap to cut. */

const SHIFT = 12;
const CHUNK = 1 << SHIFT;
const MASK = CHUNK - 1;

type Chunk = Uint16Array | Uint32Array | Float64Array;

/** A list of numbers of one width; positions 0 … length−1. */
export class Column {
  length = 0;
  readonly #make: () => Chunk;
  readonly #chunks: Chunk[] = [];

  constructor(make: () => Chunk) {
    this.#make = make;
  }

  push(value: number): void {
    const at = this.length++;
    let chunk = this.#chunks[at >>> SHIFT];
    if (chunk === undefined) {
      chunk = this.#make();
      this.#chunks[at >>> SHIFT] = chunk;
    }
    chunk[at & MASK] = value;
  }

  /** The value at a position below `length`. */
  get(at: number): number {
    return (this.#chunks[at >>> SHIFT] as Chunk)[at & MASK] as number;
  }

  /** Replaces the value at a position below `length`. */
  set(at: number, value: number): void {
    (this.#chunks[at >>> SHIFT] as Chunk)[at & MASK] = value;
  }

  /** Forgets everything from `length` on. */
  truncate(length: number): void {
    this.length = length;
    this.#chunks.length = (length + MASK) >>> SHIFT;
  }

  get sizeBytes(): number {
    const [first] = this.#chunks;
    return first === undefined ? 0 : this.#chunks.length * first.byteLength;
  }
}

/** Column of 32-bit unsigned integers: positions, offsets. */
export const column32 = (): Column => new Column(() => new Uint32Array(CHUNK));
/** Column of 16-bit unsigned integers: nodes. */
export const column16 = (): Column => new Column(() => new Uint16Array(CHUNK));
/** Column of doubles: times, Infinity included. */
export const column64 = (): Column => new Column(() => new Float64Array(CHUNK));

const NO_CHUNK = new Uint32Array(0);

/** 32-bit values by position with gaps, 0 where nothing was set: a table by sequence number that may start anywhere. */
export class SparseColumn {
  readonly #chunks = new Map<number, Uint32Array>();
  /** The chunk found last: a table by sequence number is mostly asked near where it grows. */
  #lastKey = -1;
  #last: Uint32Array = NO_CHUNK;

  get(at: number): number {
    const key = at >>> SHIFT;
    if (key === this.#lastKey) return this.#last[at & MASK] as number;
    const chunk = this.#chunks.get(key);
    if (chunk === undefined) return 0;
    this.#lastKey = key;
    this.#last = chunk;
    return chunk[at & MASK] as number;
  }

  set(at: number, value: number): void {
    let chunk = this.#chunks.get(at >>> SHIFT);
    if (chunk === undefined) {
      chunk = new Uint32Array(CHUNK);
      this.#chunks.set(at >>> SHIFT, chunk);
    }
    chunk[at & MASK] = value;
  }

  /** Sets every value above `limit` to 0. */
  dropAbove(limit: number): void {
    this.#lastKey = -1;
    for (const [key, chunk] of this.#chunks) {
      let used = false;
      for (let i = 0; i < CHUNK; i++) {
        if ((chunk[i] as number) > limit) chunk[i] = 0;
        if (chunk[i] !== 0) used = true;
      }
      if (!used) this.#chunks.delete(key);
    }
  }

  get sizeBytes(): number {
    return this.#chunks.size * CHUNK * 4;
  }
}

/** Such tables by node. */
export class SparseTable {
  readonly #rows: (SparseColumn | undefined)[] = [];

  get(row: number, at: number): number {
    const column = this.#rows[row];
    return column === undefined ? 0 : column.get(at);
  }

  set(row: number, at: number, value: number): void {
    let column = this.#rows[row];
    if (column === undefined) {
      column = new SparseColumn();
      this.#rows[row] = column;
    }
    column.set(at, value);
  }

  /** Sets every value above `limit` to 0. */
  dropAbove(limit: number): void {
    for (const column of this.#rows) column?.dropAbove(limit);
  }

  get sizeBytes(): number {
    return this.#rows.reduce((size, column) => size + (column?.sizeBytes ?? 0), 0);
  }
}

/** First position in [0, length) whose value is at least `value`, for values that never fall; `length` when there is none. */
export function firstAtLeast(length: number, valueAt: (position: number) => number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(middle) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First position whose value is greater than `value`: the number of values up to and including it. */
export function firstAbove(length: number, valueAt: (position: number) => number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (valueAt(middle) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
