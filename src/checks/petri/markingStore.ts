/** Markings one after the other in one array, found again by a hash table: millions of them without an object each. */

const CELLS_FIRST = 1 << 14;

export class MarkingStore {
  readonly width: number;
  size = 0;
  #cells: Int32Array;
  /** Positions + 1 by hash, 0 where free. A power of two, at most half full. */
  #table = new Int32Array(1 << 10);

  constructor(width: number) {
    this.width = width;
    this.#cells = new Int32Array(Math.max(CELLS_FIRST, width));
  }

  /** Position of the marking; new ones are added at the end. */
  add(marking: Int32Array): number {
    if (2 * (this.size + 1) > this.#table.length) this.#grow();
    const table = this.#table;
    const mask = table.length - 1;
    for (let slot = hash(marking) & mask; ; slot = (slot + 1) & mask) {
      const entry = table[slot] as number;
      if (entry === 0) {
        table[slot] = this.size + 1;
        return this.#append(marking);
      }
      if (this.#equals(entry - 1, marking)) return entry - 1;
    }
  }

  /** Copies a marking into `into`. */
  read(position: number, into: Int32Array): void {
    const from = position * this.width;
    for (let i = 0; i < this.width; i++) into[i] = this.#cells[from + i] as number;
  }

  at(position: number): number[] {
    return [...this.#cells.subarray(position * this.width, (position + 1) * this.width)];
  }

  /** The most tokens that each place holds in any marking. */
  maxima(): number[] {
    const most = new Array<number>(this.width).fill(0);
    for (let i = 0, place = 0; i < this.size * this.width; i++) {
      const tokens = this.#cells[i] as number;
      if (tokens > (most[place] as number)) most[place] = tokens;
      place = place + 1 === this.width ? 0 : place + 1;
    }
    return most;
  }

  #append(marking: Int32Array): number {
    const from = this.size * this.width;
    if (from + this.width > this.#cells.length) {
      const larger = new Int32Array(Math.max(2 * this.#cells.length, from + this.width));
      larger.set(this.#cells);
      this.#cells = larger;
    }
    this.#cells.set(marking, from);
    return this.size++;
  }

  #equals(position: number, marking: Int32Array): boolean {
    const from = position * this.width;
    for (let i = 0; i < this.width; i++) if (this.#cells[from + i] !== marking[i]) return false;
    return true;
  }

  #grow(): void {
    const table = new Int32Array(2 * this.#table.length);
    const mask = table.length - 1;
    const marking = new Int32Array(this.width);
    for (let position = 0; position < this.size; position++) {
      this.read(position, marking);
      let slot = hash(marking) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = position + 1;
    }
    this.#table = table;
  }
}

/** Multiply and mix, word by word (Murmur3's constants). */
function hash(marking: Int32Array): number {
  let h = 0x9747b28c | 0;
  for (let i = 0; i < marking.length; i++) {
    h = Math.imul(h ^ (marking[i] as number), 0x5bd1e995);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
