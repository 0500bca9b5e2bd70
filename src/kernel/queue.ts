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

const CAPACITY_LEAST = 64;
/** An event's order among those of its time: class · 2^48 + source · 2^32 + sequence, exact in a double. */
const SOURCE_UNIT = 4294967296;
const CLASS_UNIT = 65536 * SOURCE_UNIT;

export class EventQueue<P> {
  /** By position in the heap. */
  #times: Float64Array;
  #orders: Float64Array;
  /** By position in the heap: where in `#payloads` the event's payload stays while it moves. Past the end: the free places. */
  #places: Uint32Array;
  readonly #payloads: (P | undefined)[] = [];
  #size = 0;

  /** `expected`: so many events may well wait at one time; more find room too. */
  constructor(expected = 0) {
    const capacity = Math.max(CAPACITY_LEAST, expected);
    this.#times = cutDoubles(capacity);
    this.#orders = cutDoubles(capacity);
    this.#places = freePlaces(cutWords(capacity), 0);
  }

  get size(): number {
    return this.#size;
  }

  /** Time of the first event, or Infinity. */
  get nextTime(): Micros {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] as number);
  }

  /** Class of the first event; only meaningful when the queue is not empty. */
  get nextClass(): number {
    return classOf(this.#orders[0] as number);
  }

  push(time: Micros, eventClass: EventClass, source: number, sequence: number, payload: P): void {
    const size = this.#size;
    if (size === this.#times.length) this.#grow();
    const order = eventClass * CLASS_UNIT + source * SOURCE_UNIT + sequence;
    const place = this.#places[size] as number;
    this.#payloads[place] = payload;
    this.#size = size + 1;
    this.#rise(size, time, order, place);
  }

  /** Removes and returns the first event's payload. */
  pop(): P {
    assert(this.#size > 0, 'pop of an empty queue');
    const places = this.#places;
    const first = places[0] as number;
    const last = --this.#size;
    const time = this.#times[last] as number;
    const order = this.#orders[last] as number;
    const place = places[last] as number;
    places[last] = first;
    // The last event belongs near the bottom: the hole sinks there along the earlier children, and the event rises from it.
    if (last > 0) this.#rise(this.#sinkHole(last), time, order, place);
    const payload = this.#payloads[first] as P;
    this.#payloads[first] = undefined;
    return payload;
  }

  /** Every event, in no particular order. */
  *entries(): Generator<{ time: Micros; eventClass: EventClass; source: number; sequence: number; payload: P }> {
    for (let i = 0; i < this.#size; i++) {
      const order = this.#orders[i] as number;
      yield {
        time: this.#times[i] as number,
        eventClass: classOf(order) as EventClass,
        source: Math.floor(order / SOURCE_UNIT) & 0xffff,
        sequence: order % SOURCE_UNIT,
        payload: this.#payloads[this.#places[i] as number] as P,
      };
    }
  }

  clear(): void {
    this.#size = 0;
    this.#payloads.length = 0;
    freePlaces(this.#places, 0);
  }

  /** Moves the hole at the root down to where it has no child below `size`; where that is. */
  #sinkHole(size: number): number {
    const times = this.#times;
    const orders = this.#orders;
    const places = this.#places;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) return hole;
      const right = child + 1;
      if (right < size) {
        const leftTime = times[child] as number;
        const rightTime = times[right] as number;
        if (rightTime < leftTime) child = right;
        else if (rightTime === leftTime && (orders[right] as number) < (orders[child] as number)) child = right;
      }
      times[hole] = times[child] as number;
      orders[hole] = orders[child] as number;
      places[hole] = places[child] as number;
      hole = child;
    }
  }

  /** Puts an event into the hole, or above it where it comes before what is there. */
  #rise(from: number, time: number, order: number, place: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const places = this.#places;
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const parentTime = times[parent] as number;
      if (time > parentTime || (time === parentTime && order >= (orders[parent] as number))) break;
      times[hole] = parentTime;
      orders[hole] = orders[parent] as number;
      places[hole] = places[parent] as number;
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = order;
    places[hole] = place;
  }

  #grow(): void {
    const { length } = this.#times;
    const capacity = length * 4;
    const times = new Float64Array(capacity);
    const orders = new Float64Array(capacity);
    const places = freePlaces(new Uint32Array(capacity), length);
    times.set(this.#times);
    orders.set(this.#orders);
    places.set(this.#places);
    this.#times = times;
    this.#orders = orders;
    this.#places = places;
  }
}

/** Copies of messages are most of all events: a comparison finds them where a division takes ten times as long. */
function classOf(order: number): number {
  if (order >= CLASS_UNIT && order < 2 * CLASS_UNIT) return EVENT_CLASS.arrival;
  return Math.floor(order / CLASS_UNIT);
}

/** The same list, with its places from `first` on free. */
function freePlaces(places: Uint32Array, first: number): Uint32Array {
  for (let i = first; i < places.length; i++) places[i] = i;
  return places;
}
