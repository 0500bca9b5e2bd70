/** Times of events that never fall, in 4 bytes each: the low word of each, and where the high word rises. */
import type { Micros } from '../../core/time.ts';
import { column32 } from './columns.ts';
import { WORD } from './records.ts';

export class TimeColumn {
  readonly #low = column32();
  /** From position `from` on the high word is `high`; one entry every 71 virtual minutes. */
  readonly #rises: { readonly from: number; readonly high: number }[] = [];

  get length(): number {
    return this.#low.length;
  }

  /** Of the high word in force at the end, µs. */
  #base: Micros = 0;

  /** `t`: not before the one pushed last. */
  push(t: Micros): void {
    if (t - this.#base >= WORD) {
      const high = Math.floor(t / WORD);
      this.#rises.push({ from: this.#low.length, high });
      this.#base = high * WORD;
    }
    this.#low.push(t - this.#base);
  }

  /** The time at a position below `length`. */
  get(at: number): Micros {
    const low = this.#low.get(at);
    for (let i = this.#rises.length - 1; i >= 0; i--) {
      const rise = this.#rises[i] as { readonly from: number; readonly high: number };
      if (at >= rise.from) return low + rise.high * WORD;
    }
    return low;
  }

  truncate(length: number): void {
    this.#low.truncate(length);
    while ((this.#rises.at(-1)?.from ?? -1) >= length) this.#rises.pop();
    this.#base = (this.#rises.at(-1)?.high ?? 0) * WORD;
  }

  get sizeBytes(): number {
    return this.#low.sizeBytes;
  }
}
