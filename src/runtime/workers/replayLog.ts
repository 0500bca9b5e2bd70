import type { DownMessage } from './wire.ts';

/** Bytes of mail and number of windows after which the log starts anew from a fresh snapshot. */
const BYTES_MAX = 32 * 1024 * 1024;
const WINDOWS_MAX = 5000;

/** The windows since the last bases: a worker that takes a group over starts from its base and runs them again. */
export class ReplayLog {
  /** Number of the last bases, and the window after which they were taken. */
  bases = { number: 0, window: 0 };
  #windows: DownMessage[] = [];
  #bytes = 0;

  get windows(): readonly DownMessage[] {
    return this.#windows;
  }

  get isFull(): boolean {
    return this.#bytes > BYTES_MAX || this.#windows.length > WINDOWS_MAX;
  }

  add(window: DownMessage): void {
    this.#windows.push(window);
    this.#bytes += window.mail.byteLength;
  }

  /** There are new bases. Whoever runs the old windows again keeps them. */
  begin(bases: { readonly number: number; readonly window: number }): void {
    this.bases = bases;
    this.#windows = [];
    this.#bytes = 0;
  }
}
