/** What a node's machine wrote down, in order: all that it has after a restart. */
export class Disk {
  #records: unknown[] = [];

  get records(): readonly unknown[] {
    return this.#records;
  }

  append(record: unknown): void {
    this.#records.push(record);
  }

  rewrite(records: readonly unknown[]): void {
    this.#records = [...records];
  }

  discard(isObsolete: (record: unknown) => boolean): void {
    this.#records = this.#records.filter((record) => !isObsolete(record));
  }

  /** What a crash left of it: everything, nothing, or all but the record that was being written. */
  survive(crash: 'durable' | 'amnesia' | 'torn'): void {
    if (crash === 'amnesia') this.#records = [];
    if (crash === 'torn') this.#records.pop();
  }
}
