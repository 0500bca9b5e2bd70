/** A set of small whole numbers, read in the order in which they came: what `Set` does, without hashing. Called for every event. */
export class IndexSet {
  readonly #has: boolean[] = [];
  /** Members come first; what lies behind them is left from before. */
  readonly #list: number[] = [];
  #size = 0;

  constructor(indices: Iterable<number> = []) {
    for (const index of indices) this.add(index);
  }

  get size(): number {
    return this.#size;
  }

  /** The member that came so many others after the first. Those that are added meanwhile come last. */
  at(place: number): number {
    return this.#list[place] as number;
  }

  /** A copy, in insertion order. */
  list(): number[] {
    return this.#list.slice(0, this.#size);
  }

  has(index: number): boolean {
    return this.#has[index] === true;
  }

  add(index: number): void {
    if (this.#has[index] === true) return;
    this.#has[index] = true;
    this.#list[this.#size++] = index;
  }

  clear(): void {
    for (let i = 0; i < this.#size; i++) this.#has[this.#list[i] as number] = false;
    this.#size = 0;
  }
}
