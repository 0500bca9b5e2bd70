/** Records that came in an earlier append than the one that made them final: after a cut at a barrier between, they wait again. */
import type { NodeIndex } from '../../core/ids.ts';
import { column16, column32, firstAtLeast } from './columns.ts';

export interface LateRecord {
  readonly offset: number;
  readonly node: NodeIndex;
  /** The append it came in. */
  readonly batch: number;
}

export class LateRecords {
  /** Ascending. */
  readonly #offsets = column32();
  readonly #nodes = column16();
  readonly #batches = column32();

  add(offset: number, node: NodeIndex, batch: number): void {
    this.#offsets.push(offset);
    this.#nodes.push(node);
    this.#batches.push(batch);
  }

  /** Those that stand at `offset` or behind it and came with the append `batch` or before it. */
  from(offset: number, batch: number): LateRecord[] {
    const found: LateRecord[] = [];
    for (let i = this.#first(offset); i < this.#offsets.length; i++) {
      if (this.#batches.get(i) > batch) continue;
      found.push({ offset: this.#offsets.get(i), node: this.#nodes.get(i), batch: this.#batches.get(i) });
    }
    return found;
  }

  /** Forgets those at `offset` and behind it. */
  truncate(offset: number): void {
    const count = this.#first(offset);
    for (const column of [this.#offsets, this.#nodes, this.#batches]) column.truncate(count);
  }

  get sizeBytes(): number {
    return this.#offsets.sizeBytes + this.#nodes.sizeBytes + this.#batches.sizeBytes;
  }

  #first(offset: number): number {
    return firstAtLeast(this.#offsets.length, (i) => this.#offsets.get(i), offset);
  }
}
