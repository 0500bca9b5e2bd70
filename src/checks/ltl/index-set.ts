/** A set of small whole numbers, read in the order in which they came: what `Set` does, without hashing. Called for every event. */
export class IndexSet {
  readonly #has: boolean[] = [];
  readonly #list: number[] = [];

  constructor(indices: Iterable<number> = []) {
    for (const index of indices) this.add(index);
  }

  /** Members in insertion order. Valid until the next change; those that are added meanwhile come last. */
  get list(): readonly number[] {
    return this.#list;
  }

  has(index: number): boolean {
    return this.#has[index] === true;
  }

  add(index: number): void {
    if (this.#has[index] === true) return;
    this.#has[index] = true;
    this.#list.push(index);
  }

  clear(): void {
    for (const index of this.#list) this.#has[index] = false;
    this.#list.length = 0;
  }
}
