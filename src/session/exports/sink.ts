/** Collects text line by line and stops with a clear error before it outgrows what a browser can hold as one string. */
import { TestnetError } from '../../core/problem.ts';

/** Characters of one export. Engines stop at about 2^29; a page does well to stop earlier. */
export const EXPORT_CHARACTERS_MAX = 256 * 1024 * 1024;

export class TextSink {
  readonly #parts: string[] = [];
  readonly #limit: number;
  #length = 0;

  constructor(limit = EXPORT_CHARACTERS_MAX) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws TestnetError 'bad-input' when the text would grow beyond the limit */
  add(text: string): void {
    this.#length += text.length;
    if (this.#length > this.#limit) {
      const millions = Math.round(this.#limit / 1e6);
      throw new TestnetError(
        'bad-input',
        `this export grows beyond ${millions} million characters: choose a shorter window with fromMs and toMs`,
      );
    }
    this.#parts.push(text);
  }

  line(text: string): void {
    this.add(`${text}\n`);
  }

  toString(): string {
    return this.#parts.join('');
  }
}
