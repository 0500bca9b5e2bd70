/**
 * The copies on their way to one node, by (time, order). Many are on their way and few arrive soon, and what arrives later need not be
 * in order yet: the next few stand sorted, the rest lies in a bag that is gone through when those are used up (a ladder queue of two
 * rungs; Tang, Goh & Thng, "Ladder queue", TOMACS 2005). That is a few steps a copy where a heap takes its height twice.
 */
import { assert } from '../core/assert.ts';
import { cutDoubles } from '../core/slab.ts';
import type { Micros } from '../core/time.ts';

const CAPACITY_LEAST = 32;
/** So many are to become the next few: fewer, and the bag is gone through too often; more, and sorting them costs more than that. */
const [FEW, MANY] = [8, 24];
const SPAN_FIRST: Micros = 1024;
const SPAN_MAX: Micros = 1 << 30;
/** Steps of the sort (Ciura, "Best increments for the average case of Shellsort", 2001). */
const GAPS = [301, 132, 57, 23, 10, 4, 1] as const;

export class Arrivals<P> {
  /** The bag, in no order: nothing in it is earlier than `#soonUntil`. */
  #times: Float64Array;
  #orders: Float64Array;
  readonly #payloads: (P | undefined)[] = [];
  #count = 0;
  /** The earliest in the bag; Infinity when it is empty. */
  #earliest: Micros = Number.POSITIVE_INFINITY;
  /** The next few, ascending, from `#first` to `#end`. */
  #soonTimes: Float64Array;
  #soonOrders: Float64Array;
  readonly #soonPayloads: (P | undefined)[] = [];
  #first = 0;
  #end = 0;
  #soonUntil: Micros = 0;
  /** Time that the next few span: grows and shrinks with how many they were. */
  #span = SPAN_FIRST;

  /** `expected`: so many may well be on their way at one time; more find room too. */
  constructor(expected = 0) {
    const capacity = Math.max(CAPACITY_LEAST, expected);
    this.#times = cutDoubles(capacity);
    this.#orders = cutDoubles(capacity);
    this.#soonTimes = cutDoubles(CAPACITY_LEAST);
    this.#soonOrders = cutDoubles(CAPACITY_LEAST);
  }

  get size(): number {
    return this.#count + this.#end - this.#first;
  }

  /** Time of the first, or Infinity. */
  get nextTime(): Micros {
    return this.#first < this.#end ? (this.#soonTimes[this.#first] as number) : this.#earliest;
  }

  push(time: Micros, order: number, payload: P): void {
    if (time < this.#soonUntil) return this.#insert(time, order, payload);
    const count = this.#count;
    if (count === this.#times.length) {
      this.#times = twice(this.#times);
      this.#orders = twice(this.#orders);
    }
    this.#times[count] = time;
    this.#orders[count] = order;
    this.#payloads[count] = payload;
    this.#count = count + 1;
    if (time < this.#earliest) this.#earliest = time;
  }

  /** Removes and returns the first. */
  pop(): P {
    if (this.#first === this.#end) this.#refill();
    const first = this.#first++;
    const payload = this.#soonPayloads[first] as P;
    this.#soonPayloads[first] = undefined;
    if (this.#first === this.#end) {
      this.#first = 0;
      this.#end = 0;
    }
    return payload;
  }

  /** All of them, in no particular order. */
  *entries(): Generator<{ readonly time: Micros; readonly order: number; readonly payload: P }> {
    for (let i = this.#first; i < this.#end; i++) {
      const payload = this.#soonPayloads[i] as P;
      yield { time: this.#soonTimes[i] as number, order: this.#soonOrders[i] as number, payload };
    }
    for (let i = 0; i < this.#count; i++) {
      yield { time: this.#times[i] as number, order: this.#orders[i] as number, payload: this.#payloads[i] as P };
    }
  }

  clear(): void {
    this.#payloads.length = 0;
    this.#soonPayloads.length = 0;
    this.#count = 0;
    this.#earliest = Number.POSITIVE_INFINITY;
    this.#first = 0;
    this.#end = 0;
    this.#soonUntil = 0;
  }

  /** Puts one among the next few. */
  #insert(time: Micros, order: number, payload: P): void {
    if (this.#end === this.#soonTimes.length) this.#makeRoom();
    const [times, orders, payloads] = [this.#soonTimes, this.#soonOrders, this.#soonPayloads];
    let hole = this.#end++;
    for (; hole > this.#first; hole--) {
      const before = times[hole - 1] as number;
      if (before < time || (before === time && (orders[hole - 1] as number) <= order)) break;
      times[hole] = before;
      orders[hole] = orders[hole - 1] as number;
      payloads[hole] = payloads[hole - 1];
    }
    times[hole] = time;
    orders[hole] = order;
    payloads[hole] = payload;
  }

  #makeRoom(): void {
    this.#soonTimes = twice(this.#soonTimes);
    this.#soonOrders = twice(this.#soonOrders);
  }

  /** Takes the earliest of the bag to be the next few, and puts them in order. */
  #refill(): void {
    assert(this.#count > 0, 'pop of an empty queue');
    const before = this.#count;
    const until = this.#earliest + this.#span;
    let earliest = Number.POSITIVE_INFINITY;
    const times = this.#times;
    for (let i = 0; i < this.#count; ) {
      const time = times[i] as number;
      if (time < until) this.#take(i);
      else {
        if (time < earliest) earliest = time;
        i++;
      }
    }
    this.#earliest = earliest;
    this.#soonUntil = until;
    const taken = this.#end;
    if (taken < FEW && before > 2 * FEW) this.#span = Math.min(2 * this.#span, SPAN_MAX);
    else if (taken > MANY) this.#span = Math.max(1, this.#span >> 1);
    this.#sort(taken);
  }

  /** Moves one from the bag to the end of the next few; the bag's last takes its place. */
  #take(at: number): void {
    if (this.#end === this.#soonTimes.length) this.#makeRoom();
    const end = this.#end++;
    const last = --this.#count;
    this.#soonTimes[end] = this.#times[at] as number;
    this.#soonOrders[end] = this.#orders[at] as number;
    this.#soonPayloads[end] = this.#payloads[at];
    this.#times[at] = this.#times[last] as number;
    this.#orders[at] = this.#orders[last] as number;
    this.#payloads[at] = this.#payloads[last];
    this.#payloads[last] = undefined;
  }

  /** Puts the first `count` of the next few in order: insertion where they are few, Shellsort where they are many. */
  #sort(count: number): void {
    const [times, orders, payloads] = [this.#soonTimes, this.#soonOrders, this.#soonPayloads];
    for (const gap of GAPS) {
      if (gap > 1 && gap * 4 > count) continue;
      for (let i = gap; i < count; i++) {
        const time = times[i] as number;
        const order = orders[i] as number;
        let hole = i;
        for (; hole >= gap; hole -= gap) {
          const before = times[hole - gap] as number;
          if (before < time || (before === time && (orders[hole - gap] as number) <= order)) break;
        }
        if (hole === i) continue;
        const payload = payloads[i];
        for (let at = i; at > hole; at -= gap) {
          times[at] = times[at - gap] as number;
          orders[at] = orders[at - gap] as number;
          payloads[at] = payloads[at - gap];
        }
        times[hole] = time;
        orders[hole] = order;
        payloads[hole] = payload;
      }
    }
  }
}

function twice(list: Float64Array): Float64Array {
  const larger = new Float64Array(2 * list.length);
  larger.set(list);
  return larger;
}
