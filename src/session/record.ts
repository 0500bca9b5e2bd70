/**
 * A run's trace as storage keeps it: its full chunks, each written once, whether because memory has to do without it or because
 * the run is saved. What comes after the last full chunk is saved with the state of the run.
 */
import { packPiece, wordsOfPiece } from '../kernel/trace/pieces.ts';
import type { TraceStore } from '../kernel/trace/store.ts';
import { release } from '../runtime/workers/release.ts';
import type { Done, Storage } from '../storage/types.ts';

const DONE: Done = { ok: true };
/** Pieces written in one go: 4 MB. */
const WRITE_MAX = 16;

export class TraceRecord {
  readonly #store: TraceStore;
  /** Whose trace it is in storage; null: nobody keeps it there. */
  #home: { readonly storage: Storage; readonly runId: string } | null = null;
  /** Storage has the chunks `#first` ≤ chunk < `#end`, at positions from 0 on. */
  #first = 0;
  #end = 0;
  /** The run at home had another history from here on: it keeps that. */
  #isCut = false;
  /** Raised by every cut: what was under way then is of another history. */
  #generation = 0;

  constructor(store: TraceStore) {
    this.#store = store;
  }

  /** Whether what comes now may be written: not before storage keeps the trace, nor after a cut until it is known whose it is. */
  get takesMore(): boolean {
    return this.#home !== null && !this.#isCut;
  }

  /** How many pieces there are in storage. */
  get count(): number {
    return this.#end - this.#first;
  }

  /** The first chunk that storage does not have. */
  get end(): number {
    return this.#end;
  }

  has(chunk: number): boolean {
    return this.#home !== null && chunk >= this.#first && chunk < this.#end;
  }

  /** Storage has the first `count` chunks of this trace under this run. */
  continueIn(storage: Storage, runId: string, count: number): void {
    this.#home = { storage, runId };
    this.#first = 0;
    this.#end = count;
  }

  /** From now on it is the trace of this run: what storage has of it under another one is copied. */
  async moveTo(storage: Storage, runId: string): Promise<Done> {
    const home = this.#home;
    const isAtHome = home?.storage === storage && home.runId === runId;
    if (isAtHome) {
      this.#isCut = false;
      return DONE;
    }
    if (home?.storage === storage && this.count > 0) {
      const copied = await storage.copyTrace(home.runId, runId, this.count);
      // What is missing there is written anew, as far as it is still to be had.
      if (!copied.ok && copied.reason === 'order') this.#forget();
      else if (!copied.ok) return copied;
    } else {
      this.#forget();
    }
    this.#home = { storage, runId };
    this.#isCut = false;
    return DONE;
  }

  /** Writes what storage does not have of the chunks below `until`, which must be here. */
  async write(until: number): Promise<Done> {
    const home = this.#home;
    if (home === null || this.#isCut) return DONE;
    const generation = this.#generation;
    const { firstChunk } = this.#store.arena;
    if (firstChunk > this.#end) {
      // The beginning was dropped before it was written: the record begins later, and anew.
      this.#first = firstChunk;
      this.#end = firstChunk;
    }
    while (this.#end < until) {
      const [from, to] = [this.#end, Math.min(until, this.#end + WRITE_MAX)];
      const pieces = Array.from({ length: to - from }, (_, i) => packPiece(this.#store, from + i));
      const written = home.storage.appendTrace(home.runId, from - this.#first, pieces);
      // Storage has copied them by now.
      for (const { buffer } of pieces) release(buffer);
      const done = await written;
      if (!done.ok || generation !== this.#generation) return done;
      this.#end = to;
    }
    return DONE;
  }

  /** The words of a chunk that storage has; null where it has lost them. */
  async read(chunk: number): Promise<Uint32Array | null> {
    if (this.#home === null || !this.has(chunk)) return null;
    const piece = await this.#home.storage.readPiece(this.#home.runId, chunk - this.#first);
    return piece === null ? null : wordsOfPiece(piece);
  }

  /** Everything from this chunk on is another history. Whose it is says the next `moveTo`. */
  cut(chunk: number): void {
    this.#isCut = true;
    this.#generation++;
    this.#end = Math.max(this.#first, Math.min(this.#end, chunk));
  }

  #forget(): void {
    this.#first = 0;
    this.#end = 0;
  }
}
