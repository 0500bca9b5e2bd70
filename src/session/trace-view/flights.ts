/**
 * Which copies are on their way at a moment. Copies are filed by the power of two of their flight time, each file in the
 * order of sending: a query looks back twice the flight time of each file, so that one straggler of a minute does not
 * make it read a minute of ordinary copies.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { AwayError } from '../../kernel/trace/arena.ts';
import { type Column, column32, column64, firstAbove, firstAtLeast } from '../../kernel/trace/columns.ts';
import { messageId } from '../../kernel/trace/messages.ts';
import { OUTCOME } from '../../kernel/network/index.ts';
import { COPY, RECORD, WORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { Flight } from '../view.ts';
import type { CopySample } from './diagram.ts';

/** A copy that a partition holds back: from its sending until it is let go. */
interface HeldSpan {
  readonly to: NodeIndex;
  readonly sequence: number;
}

/** Flights remembered as objects, so that following frames get the same ones: up to twice as many, the older half goes first. */
const MEMO_MAX = 32_768;

export class FlightIndex implements RecordIndex {
  readonly kinds = [RECORD.copy] as const;
  readonly #store: TraceStore;
  /** How long a lost copy is drawn, by sender and receiver: nobody recorded how long it would have travelled. */
  readonly #nominal: (from: NodeIndex, to: NodeIndex) => Micros;
  /** Positions of copies in the trace, by ⌊log2(flight time)⌋ + 1. */
  readonly #files: Column[] = [];
  /** Held copies in the order of sending: position, when it was let go (Infinity: not yet). */
  readonly #heldSeq = column32();
  readonly #heldUntil = column64();
  readonly #heldSpans: HeldSpan[] = [];
  /** By sender: positions in the held list that still wait, in the order of sending. */
  #waiting = new Map<NodeIndex, number[]>();
  #memo = new Map<number, Flight>();
  #olderMemo = new Map<number, Flight>();
  /** The message whose name was made last: its copies follow one another. */
  #named = { node: -1, sequence: -1, id: '' };

  constructor(store: TraceStore, nominal: (from: NodeIndex, to: NodeIndex) => Micros) {
    this.#store = store;
    this.#nominal = nominal;
  }

  add(record: RecordCursor): void {
    if (record.kind !== RECORD.copy) return;
    const { words, at, node, seq, t } = record;
    const to = (words[at] as number) >>> 16;
    const sequence = words[at + 3] as number;
    const outcome = (words[at + 4] as number) & 15;
    if (outcome === OUTCOME.held) return this.#hold(node, to, sequence, seq);
    if ((words[at + 4] as number) >>> 4 === COPY.release) this.#release(node, to, sequence, t);
    const duration = outcome === OUTCOME.delivered ? arrivalOf(words, at) - t : this.#nominal(node, to);
    const level = fileOf(duration);
    let file = this.#files[level];
    if (file === undefined) {
      file = column32();
      this.#files[level] = file;
    }
    file.push(seq);
  }

  truncate(at: Micros): void {
    const { eventCount } = this.#store;
    for (const file of this.#files) file?.truncate(firstAtLeast(file.length, (i) => file.get(i), eventCount));
    const held = firstAtLeast(this.#heldSeq.length, (i) => this.#heldSeq.get(i), eventCount);
    this.#heldSeq.truncate(held);
    this.#heldUntil.truncate(held);
    this.#heldSpans.length = held;
    this.#waiting = new Map();
    for (let i = 0; i < held; i++) {
      if (this.#heldUntil.get(i) < at) continue;
      this.#heldUntil.set(i, Number.POSITIVE_INFINITY);
      this.#waitingOf(this.#store.nodeOf(this.#heldSeq.get(i))).push(i);
    }
    this.#memo.clear();
    this.#olderMemo.clear();
  }

  get sizeBytes(): number {
    const columns = [...this.#files, this.#heldSeq, this.#heldUntil];
    return columns.reduce((sum, column) => sum + (column?.sizeBytes ?? 0), 0);
  }

  /** Copies with sentAt ≤ `at` < arrivesAt, in the order of sending within each kind; but for those whose records are away. */
  at(at: Micros): readonly Flight[] {
    const flights: Flight[] = [];
    const { timeAt } = this.#store;
    this.#files.forEach((file, level) => {
      const sentAt = (i: number): Micros => timeAt(file.get(i));
      const longest = level > LAST_EXACT ? Number.POSITIVE_INFINITY : 2 ** level;
      const from = firstAtLeast(file.length, sentAt, at - longest);
      for (let i = from; i < file.length; i++) {
        const seq = file.get(i);
        if (timeAt(seq) > at) break;
        const flight = this.#flight(seq);
        if (flight !== null && flight.arrivesAt > at) flights.push(flight);
      }
    });
    const held = firstAbove(this.#heldSeq.length, (i) => timeAt(this.#heldSeq.get(i)), at);
    for (let i = 0; i < held; i++) {
      const flight = this.#heldUntil.get(i) > at ? this.#flight(this.#heldSeq.get(i)) : null;
      if (flight !== null) flights.push(flight);
    }
    return flights;
  }

  /** The copy whose sending is at `seq`. @throws AwayError */
  of(seq: number): Flight {
    const flight = this.#flight(seq);
    if (flight === null) throw new AwayError(this.#store.arena.indexOf(this.#store.offsetOf(seq)));
    return flight;
  }

  /**
   * Copies under way at some time in `from` … `until`, by when they were sent within each file. When there are more than
   * `limit`, every second, fourth, … one of each file: the same ones wherever the range begins, so that panning keeps them.
   */
  between(from: Micros, until: Micros, limit: number): CopySample {
    const ranges: { readonly file: Column; readonly first: number; readonly end: number }[] = [];
    const { timeAt } = this.#store;
    this.#files.forEach((file, level) => {
      const sentAt = (i: number): Micros => timeAt(file.get(i));
      const longest = level > LAST_EXACT ? Number.POSITIVE_INFINITY : 2 ** level;
      const first = firstAtLeast(file.length, sentAt, from - longest);
      ranges.push({ file, first, end: firstAbove(file.length, sentAt, until) });
    });
    const total = ranges.reduce((sum, { first, end }) => sum + Math.max(0, end - first), 0);
    let step = 1;
    while (total > limit * step) step *= 2;
    const flights: Flight[] = [];
    const sends: number[] = [];
    const take = (seq: number): void => {
      const flight = this.#flight(seq);
      if (flight === null || flight.arrivesAt < from) return;
      flights.push(flight);
      sends.push(seq);
    };
    for (const { file, first, end } of ranges)
      for (let i = Math.ceil(first / step) * step; i < end; i += step) take(file.get(i));
    const held = firstAbove(this.#heldSeq.length, (i) => timeAt(this.#heldSeq.get(i)), until);
    for (let i = 0; i < held; i++) if (this.#heldUntil.get(i) >= from) take(this.#heldSeq.get(i));
    return { flights, sends, step };
  }

  #hold(from: NodeIndex, to: NodeIndex, sequence: number, seq: number): void {
    this.#waitingOf(from).push(this.#heldSeq.length);
    this.#heldSeq.push(seq);
    this.#heldUntil.push(Number.POSITIVE_INFINITY);
    this.#heldSpans.push({ to, sequence });
  }

  /** Copies of one message to one receiver are let go in the order in which they were sent. */
  #release(from: NodeIndex, to: NodeIndex, sequence: number, t: Micros): void {
    const waiting = this.#waitingOf(from);
    const place = waiting.findIndex((i) => {
      const span = this.#heldSpans[i];
      return span?.to === to && span.sequence === sequence;
    });
    if (place < 0) return;
    this.#heldUntil.set(waiting[place] as number, t);
    waiting.splice(place, 1);
  }

  #waitingOf(node: NodeIndex): number[] {
    const known = this.#waiting.get(node);
    if (known !== undefined) return known;
    const waiting: number[] = [];
    this.#waiting.set(node, waiting);
    return waiting;
  }

  #flight(seq: number): Flight | null {
    const known = this.#memo.get(seq);
    if (known !== undefined) return known;
    const flight = this.#olderMemo.get(seq) ?? this.#read(seq);
    if (flight === null) return null;
    if (this.#memo.size >= MEMO_MAX) {
      this.#olderMemo = this.#memo;
      this.#memo = new Map();
    }
    this.#memo.set(seq, flight);
    return flight;
  }

  #nameOf(node: NodeIndex, sequence: number): string {
    if (this.#named.node !== node || this.#named.sequence !== sequence)
      this.#named = { node, sequence, id: messageId(node, sequence, this.#store) };
    return this.#named.id;
  }

  #read(seq: number): Flight | null {
    const store = this.#store;
    const record = store.look(seq);
    if (record === null) return null;
    const { words, at, node, t } = record;
    const to = (words[at] as number) >>> 16;
    const sequence = words[at + 3] as number;
    const outcome = (words[at + 4] as number) & 15;
    const arrives = arrivalOf(words, at);
    // Word by word: decoding the whole message costs several times as much, and thousands of copies are read for a picture.
    const offset = store.messageOffset(node, sequence);
    const message = offset < 0 ? null : store.lookAt(offset);
    if (offset >= 0 && message === null) return null;
    const place = offset < 0 ? 0 : store.placeOf(offset);
    const common = {
      messageId: this.#nameOf(node, sequence),
      from: node,
      to,
      type: message === null ? 0 : (message[place + 4] as number) & 255,
      sentAt: t,
      bytes: message === null ? 0 : (message[place + 9] as number),
    };
    if (outcome === OUTCOME.delivered) return { ...common, arrivesAt: arrives, fate: 'delivered' };
    if (outcome === OUTCOME.held) return { ...common, arrivesAt: Number.POSITIVE_INFINITY, fate: 'held' };
    return { ...common, arrivesAt: t + this.#nominal(node, to), fate: 'lost' };
  }
}

/** Flight times of 2^32 µs and more (over an hour) share the last file. */
const LAST_EXACT = 32;

/** The number of binary digits of the flight time: those of one file differ by less than a factor of two. */
function fileOf(duration: Micros): number {
  return duration < WORD ? 32 - Math.clz32(duration) : LAST_EXACT + 1;
}

/** When a delivered copy reaches its receiver, from its record. */
export function arrivalOf(words: Uint32Array, at: number): Micros {
  return (words[at + 5] as number) + (words[at + 6] as number) * WORD;
}
