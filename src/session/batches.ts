/** What the trace has come in, batch by batch, and which of it storage has not taken yet. What it has taken is not kept here. */
import type { Micros } from '../core/time.ts';
import type { TraceBatch } from './run.ts';

/** 32 MB: where nobody saves, batches are not gathered for ever. */
const UNSAVED_WORDS_MAX = 8 << 20;

export class Batches {
  /** So many there have been, as storage counts them. */
  count = 0;
  /** The last ones, which storage has not taken. */
  unsaved: TraceBatch[] = [];
  /** What storage has does not continue with `unsaved`: it gets the whole trace anew. */
  mustRestate = false;
  /** Of the last batch; null before the first. */
  lastHorizon: Micros | null = null;
  #unsavedWords = 0;
  /** Batches are counted anew since the trace was restated: what remembers an earlier count means other ones. */
  #isRestated = false;

  add(batch: TraceBatch): void {
    this.count++;
    this.lastHorizon = batch.horizon;
    this.unsaved.push(batch);
    this.#unsavedWords += wordsOf(batch);
    if (this.#unsavedWords <= UNSAVED_WORDS_MAX) return;
    this.taken();
    this.mustRestate = true;
  }

  /** Somebody has taken everything up to here. */
  taken(): void {
    this.unsaved = [];
    this.#unsavedWords = 0;
  }

  /** The trace is what was loaded: so many batches, the last up to `horizon`. */
  begin(count: number, horizon: Micros): void {
    this.taken();
    this.mustRestate = false;
    this.#isRestated = false;
    this.count = count;
    this.lastHorizon = horizon;
  }

  /** Tells the whole trace as if it had come in one batch. */
  restate(whole: TraceBatch): void {
    this.begin(1, whole.horizon);
    this.#isRestated = true;
    this.unsaved = [whole];
  }

  /** The batches after the first `count` are gone: the trace now ends at `horizon`. Where storage has them, it gets it anew. */
  cut(count: number, horizon: Micros): void {
    const left = count - (this.count - this.unsaved.length);
    if (left < 0 || this.#isRestated) this.mustRestate = true;
    this.unsaved = this.unsaved.slice(0, Math.max(0, left));
    this.#unsavedWords = this.unsaved.reduce((sum, batch) => sum + wordsOf(batch), 0);
    this.count = count;
    this.lastHorizon = horizon;
  }
}

function wordsOf({ segments }: TraceBatch): number {
  return segments.reduce((sum, { words }) => sum + words.length, 0);
}
