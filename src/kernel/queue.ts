/**
 * The future of one node: a binary heap ordered by (time, class, source, sequence). The order is total, so that it never
 * depends on the order of insertion, and with it on how threads run.
 */
import { assert } from '../core/assert.ts';
import { cutDoubles, cutWords } from '../core/slab.ts';
import type { Micros } from '../core/time.ts';

/** What happens first among events of one microsecond. Never renumber: it is part of every fingerprint. */
export const EVENT_CLASS = { control: 0, arrival: 1, timer: 2, delayedSend: 3 } as const;
export type EventClass = (typeof EVENT_CLASS)[keyof typeof EVENT_CLASS];

const INITIAL_CAPACITY = 64;

export class EventQueue<P> {
  #times = cutDoubles(INITIAL_CAPACITY);
  /** class · 2^16 + source */
  #ranks = cutWords(INITIAL_CAPACITY);
  #sequences = cutWords(INITIAL_CAPACITY);
  #payloads: (P | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the first event, or Infinity. */
  get nextTime(): Micros {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  /** Class of the first event; only meaningful when the queue is not empty. */
  get nextClass(): number {
    return (this.#ranks[0] as number) >>> 16;
  }

  push(time: Micros, eventClass: EventClass, source: number, sequence: number, payload: P): void {
    if (this.#size === this.#times.length) this.#grow();
    const rank = eventClass * 65536 + source;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!this.#before(time, rank, sequence, parent)) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#place(hole, time, rank, sequence, payload);
  }

  /** Removes and returns the first event's payload. */
  pop(): P {
    assert(this.#size > 0, 'pop of an empty queue');
    const first = this.#payloads[0] as P;
    const last = --this.#size;
    if (last > 0) {
      this.#sink(last);
    }
    this.#payloads[last] = undefined;
    return first;
  }

  /** Every event, in no particular order. */
  *entries(): Generator<{ time: Micros; eventClass: EventClass; source: number; sequence: number; payload: P }> {
    for (let i = 0; i < this.#size; i++) {
      const rank = this.#ranks[i] as number;
      yield {
        time: this.#times[i] as number,
        eventClass: (rank >>> 16) as EventClass,
        source: rank & 0xffff,
        sequence: this.#sequences[i] as number,
        payload: this.#payloads[i] as P,
      };
    }
  }

  clear(): void {
    this.#size = 0;
    this.#payloads.length = 0;
  }

  /** Takes the entry at `from` out of the tail and lets it sink from the root. */
  #sink(from: number): void {
    const time = this.#times[from] as number;
    const rank = this.#ranks[from] as number;
    const sequence = this.#sequences[from] as number;
    const payload = this.#payloads[from] as P;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (right < this.#size && this.#earlier(right, child)) child = right;
      if (this.#before(time, rank, sequence, child)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#place(hole, time, rank, sequence, payload);
  }

  #before(time: number, rank: number, sequence: number, other: number): boolean {
    const otherTime = this.#times[other] as number;
    if (time !== otherTime) return time < otherTime;
    const otherRank = this.#ranks[other] as number;
    if (rank !== otherRank) return rank < otherRank;
    return sequence < (this.#sequences[other] as number);
  }

  #earlier(a: number, b: number): boolean {
    return this.#before(this.#times[a] as number, this.#ranks[a] as number, this.#sequences[a] as number, b);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] as number;
    this.#ranks[to] = this.#ranks[from] as number;
    this.#sequences[to] = this.#sequences[from] as number;
    this.#payloads[to] = this.#payloads[from];
  }

  #place(at: number, time: number, rank: number, sequence: number, payload: P): void {
    this.#times[at] = time;
    this.#ranks[at] = rank;
    this.#sequences[at] = sequence;
    this.#payloads[at] = payload;
  }

  #grow(): void {
    const capacity = this.#times.length * 4;
    const times = new Float64Array(capacity);
    const ranks = new Uint32Array(capacity);
    const sequences = new Uint32Array(capacity);
    times.set(this.#times);
    ranks.set(this.#ranks);
    sequences.set(this.#sequences);
    this.#times = times;
    this.#ranks = ranks;
    this.#sequences = sequences;
  }
}
