/**
 * From per-node streams to the one order of the trace: (time, node with the environment first, position in the stream).
 * A record is final once everything before its time is known; until then it is held back, because a node records a
 * message at its departure, which may lie beyond the window in which the node's step ran.
 */
import { assert } from '../../core/assert.ts';
import { ENVIRONMENT, type NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Segment } from '../group.ts';
import { RECORD, WORD } from './records.ts';

/** A record that waits: its words and the batch (append) it came in. */
export interface HeldRecord {
  readonly node: NodeIndex;
  readonly t: Micros;
  readonly words: Uint32Array;
  readonly batch: number;
}

/** Where finished records and texts go. */
export interface FinalSink {
  record(node: NodeIndex, t: Micros, words: Uint32Array, at: number, length: number, batch: number): void;
  text(node: NodeIndex, words: Uint32Array, at: number, batch: number): void;
}

interface Source {
  readonly node: NodeIndex;
  readonly words: Uint32Array;
  readonly batch: number;
}

/** The environment comes before every node. */
const rank = (node: NodeIndex): number => (node === ENVIRONMENT ? -1 : node);

/** Batches of no more records are put in order by insertion: each node's are mostly in order already. */
const FEW = 96;
/** Digits of the sort by digits, in bits. */
const DIGIT = 11;
const DIGITS = 1 << DIGIT;

export class HoldBack {
  /** By rank, within a node in the stream's order. */
  #held: HeldRecord[] = [];
  /** The records to let go: time, source, place in it. */
  #times = new Float64Array(1024);
  #sources = new Uint32Array(1024);
  #places = new Uint32Array(1024);
  /** The order of the records, and room to sort it. */
  #order = new Uint32Array(1024);
  #other = new Uint32Array(1024);
  /** µs from the first time of the batch. */
  #since = new Uint32Array(1024);
  readonly #counts = new Uint32Array(DIGITS);
  #count = 0;
  #sorted = true;

  get held(): readonly HeldRecord[] {
    return this.#held;
  }

  /** Takes segments in and lets go, in order, of everything before `horizon`. `batch` numbers this call. */
  pass(segments: readonly Segment[], horizon: Micros, batch: number, sink: FinalSink): void {
    const sources = this.#gather(segments, batch);
    const still: HeldRecord[] = [];
    this.#count = 0;
    this.#sorted = true;
    sources.forEach((source, index) => {
      this.#scan(source, index, horizon, still, sink);
    });
    this.#held = still;
    const order = this.#sorted ? null : this.#sort();
    for (let i = 0; i < this.#count; i++) {
      const entry = order === null ? i : (order[i] as number);
      const { node, words, batch: origin } = sources[this.#sources[entry] as number] as Source;
      const at = this.#places[entry] as number;
      sink.record(node, this.#times[entry] as number, words, at, ((words[at] as number) >>> 6) & 1023, origin);
    }
  }

  /** Replaces what is held: after a rewind. `records`: within a node in the stream's order. */
  reset(records: readonly HeldRecord[]): void {
    this.#held = [...records].sort((a, b) => rank(a.node) - rank(b.node));
  }

  /** What waits, then what came, node by node. */
  #gather(segments: readonly Segment[], batch: number): Source[] {
    const sources: Source[] = [...this.#held];
    for (const { node, words } of segments) sources.push({ node, words, batch });
    return sources.sort((a, b) => rank(a.node) - rank(b.node));
  }

  #scan(source: Source, index: number, horizon: Micros, still: HeldRecord[], sink: FinalSink): void {
    const { words, node, batch } = source;
    for (let at = 0; at < words.length; ) {
      const header = words[at] as number;
      const length = (header >>> 6) & 1023;
      if (length < 3 || at + length > words.length) assert(false, `stream of node ${node} is cut within a record`);
      if ((header & 63) === RECORD.text) {
        sink.text(node, words, at, batch);
      } else {
        const t = (words[at + 1] as number) + (words[at + 2] as number) * WORD;
        if (t < horizon) this.#ready(t, index, at);
        else still.push({ node, t, words: words.slice(at, at + length), batch });
      }
      at += length;
    }
  }

  #ready(t: Micros, source: number, at: number): void {
    const i = this.#count++;
    if (i === this.#times.length) this.#grow();
    if (i > 0 && (this.#times[i - 1] as number) > t) this.#sorted = false;
    this.#times[i] = t;
    this.#sources[i] = source;
    this.#places[i] = at;
  }

  #grow(): void {
    const larger = <T extends Float64Array | Uint32Array>(make: (length: number) => T, old: T): T => {
      const next = make(old.length * 2);
      next.set(old);
      return next;
    };
    const words = (length: number): Uint32Array<ArrayBuffer> => new Uint32Array(length);
    this.#times = larger((length) => new Float64Array(length), this.#times);
    this.#sources = larger(words, this.#sources);
    this.#places = larger(words, this.#places);
    this.#order = words(this.#times.length);
    this.#other = words(this.#times.length);
    this.#since = words(this.#times.length);
  }

  /** Positions by (time, position). Linear but for batches that span more than 71 minutes. */
  #sort(): Uint32Array {
    const count = this.#count;
    const times = this.#times;
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (let i = 0; i < count; i++) {
      const t = times[i] as number;
      if (t < first) first = t;
      if (t > last) last = t;
      this.#order[i] = i;
    }
    if (count <= FEW) return this.#insert(count);
    if (last - first < WORD) return this.#sortByDigits(count, first, last - first);
    return this.#order.subarray(0, count).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  }

  #insert(count: number): Uint32Array {
    const order = this.#order;
    const times = this.#times;
    for (let i = 1; i < count; i++) {
      const t = times[i] as number;
      let hole = i;
      for (; hole > 0 && (times[order[hole - 1] as number] as number) > t; hole--) {
        order[hole] = order[hole - 1] as number;
      }
      order[hole] = i;
    }
    return order;
  }

  /** Digit by digit, the lowest first; each round keeps the order of the one before. `span`: of all times, below 2^32. */
  #sortByDigits(count: number, first: Micros, span: Micros): Uint32Array {
    const since = this.#since;
    for (let i = 0; i < count; i++) since[i] = (this.#times[i] as number) - first;
    for (let shift = 0; shift < 32 && span >>> shift !== 0; shift += DIGIT) {
      const [from, to, counts] = [this.#order, this.#other, this.#counts];
      counts.fill(0);
      for (let i = 0; i < count; i++) {
        const digit = ((since[i] as number) >>> shift) & (DIGITS - 1);
        counts[digit] = (counts[digit] as number) + 1;
      }
      let before = 0;
      for (let digit = 0; digit < DIGITS; digit++) {
        const here = counts[digit] as number;
        counts[digit] = before;
        before += here;
      }
      for (let i = 0; i < count; i++) {
        const entry = from[i] as number;
        const digit = ((since[entry] as number) >>> shift) & (DIGITS - 1);
        const place = counts[digit] as number;
        counts[digit] = place + 1;
        to[place] = entry;
      }
      this.#order = to;
      this.#other = from;
    }
    return this.#order;
  }
}
