/**
 * What messages leave behind. An engine keeps the bytes of a message for as long as the event that brought it, and does not count
 * them: a worker of a large testnet, which is sent hundreds of kilobytes a window and makes little else, goes without a
 * collection for minutes and grows by all that was ever sent to it. What it does count is buffers. So once enough has come by, or
 * some has and nothing more comes, a large one is asked for, which nobody writes to and which therefore takes no memory,
 * and given back: that makes the collector look.
 */
import { release } from './release.ts';

/** V8 collects when so much more lies outside its heap than when it last did. */
const LOOKED_AT_BYTES = 1 << 26;
/** What all threads together may leave lying while they are at work; the share of one is no smaller than `SHARE_BYTES_MIN`. */
const TOTAL_BYTES = 1 << 30;
const SHARE_BYTES_MIN = 1 << 21;
/** What is left when nothing has come for a while is cleared away then, unless it is very little. */
const QUIET_MS = 2_000;
const QUIET_BYTES_MIN = 1 << 20;

export class Leftovers {
  readonly #collect: () => void;
  #shareBytes = TOTAL_BYTES;
  #bytes = 0;
  /** A timer is set; something came since it was. */
  #waiting = false;
  #came = false;

  constructor(collect: () => void = askForCollection) {
    this.#collect = collect;
  }

  /** How many threads there are like this one. */
  shareWith(threadCount: number): void {
    this.#shareBytes = Math.max(SHARE_BYTES_MIN, TOTAL_BYTES / Math.max(1, threadCount));
  }

  /** A message of so many bytes was read. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes >= this.#shareBytes) this.#clear();
    this.#came = true;
    if (!this.#waiting && this.#bytes >= QUIET_BYTES_MIN) this.#wait();
  }

  #wait(): void {
    this.#waiting = true;
    this.#came = false;
    setTimeout(() => {
      this.#waiting = false;
      if (this.#bytes < QUIET_BYTES_MIN) return;
      if (this.#came) this.#wait();
      else this.#clear();
    }, QUIET_MS);
  }

  #clear(): void {
    this.#bytes = 0;
    this.#collect();
  }
}

function askForCollection(): void {
  // Where a buffer cannot be given back at once, this would leave more than it clears away.
  if (!('transfer' in ArrayBuffer.prototype)) return;
  try {
    release(new ArrayBuffer(LOOKED_AT_BYTES));
  } catch {
    // No room for it: then the engine has just collected all that it could.
  }
}
