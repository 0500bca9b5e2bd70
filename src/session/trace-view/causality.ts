/** Causes and effects of one event: a sweep over the trace each way from it, a piece at a time. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import { here } from '../../kernel/trace/look.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { Cone } from './diagram.ts';
import { arrivalOf } from './flights.ts';

/** Finds the sending behind a delivery. Remembers only the copies that left later than their message: let go by a partition. */
export class SendIndex implements RecordIndex {
  readonly kinds = [RECORD.copy] as const;
  readonly #store: TraceStore;
  /** `origin sequence receiver arrival` → position. */
  readonly #late = new Map<string, number>();

  constructor(store: TraceStore) {
    this.#store = store;
  }

  add(record: RecordCursor): void {
    if (record.kind !== RECORD.copy) return;
    const { words, at, node, t, seq } = record;
    const sequence = words[at + 3] as number;
    const message = this.#store.messageOffset(node, sequence);
    if (message >= 0 && timeOf(this.#store, message) === t) return;
    this.#late.set(keyOf(node, sequence, (words[at] as number) >>> 16, arrivalOf(words, at)), seq);
  }

  truncate(): void {
    const { eventCount } = this.#store;
    for (const [key, seq] of this.#late) if (seq >= eventCount) this.#late.delete(key);
  }

  /** Position of the sending of the delivery at `seq`; −1 when it was before this trace begins. */
  sendOf(seq: number): number {
    const store = this.#store;
    const { words, at, node, t } = store.read(seq);
    const origin = (words[at] as number) >>> 16;
    const sequence = words[at + 3] as number;
    const arrival = t - (words[at + 4] as number);
    const message = store.messageOffset(origin, sequence);
    if (message >= 0) {
      const sentAt = timeOf(store, message);
      for (let send = store.positionAt(sentAt); send < seq; send++) {
        const copy = store.read(send);
        if (copy.t > sentAt) break;
        if (copy.kind !== RECORD.copy || copy.node !== origin || copy.words[copy.at + 3] !== sequence) continue;
        if ((copy.words[copy.at] as number) >>> 16 !== node) continue;
        if (arrivalOf(copy.words, copy.at) === arrival) return send;
      }
    }
    return this.#late.get(keyOf(origin, sequence, node, arrival)) ?? -1;
  }
}

function keyOf(origin: NodeIndex, sequence: number, to: NodeIndex, arrival: Micros): string {
  return `${origin} ${sequence} ${to} ${arrival}`;
}

function timeOf(store: TraceStore, offset: number): Micros {
  const words = store.wordsOf(offset);
  const at = store.placeOf(offset);
  return (words[at + 1] as number) + (words[at + 2] as number) * 4_294_967_296;
}

/**
 * The cone of one event. The past is downward closed at every node and the future upward closed, so one position a node
 * says all: the last event that is a cause, the first that is an effect. The trace's order extends happened-before, so a
 * single sweep each way finds them. No longer valid once the trace is cut before what it has seen.
 */
export class CausalCone implements Cone {
  readonly seq: number;
  readonly node: NodeIndex;
  readonly #store: TraceStore;
  readonly #sends: SendIndex;
  readonly #lastCause = new Map<NodeIndex, number>();
  readonly #firstEffect = new Map<NodeIndex, number>();
  /** Sendings whose delivery is a cause. */
  readonly #carriers = new Set<number>();
  /** Below this nothing was looked at yet; up to the other everything was. */
  #down: number;
  #up: number;

  constructor(store: TraceStore, sends: SendIndex, seq: number) {
    this.#store = store;
    this.#sends = sends;
    this.seq = seq;
    this.node = store.nodeOf(seq);
    this.#lastCause.set(this.node, seq);
    this.#firstEffect.set(this.node, seq);
    this.#down = seq + 1;
    this.#up = seq + 1;
  }

  get reach(): number {
    return this.#down;
  }

  get influencedCount(): number {
    return this.#firstEffect.size;
  }

  get sourceCount(): number {
    return this.#lastCause.size;
  }

  work(events: number): boolean {
    // Another history has taken the trace back to before the event: there is nothing to look at any more.
    if (this.seq >= this.#store.eventCount) return false;
    const first = this.#store.firstSeq;
    const floor = Math.max(first, this.#down - events);
    here(this.#store, () => {
      for (; this.#down > floor; this.#down--) if (!this.#look(this.#down - 1)) return;
    });
    const ceiling = Math.min(this.#store.eventCount, this.#up + events);
    here(this.#store, () => {
      for (; this.#up < ceiling; this.#up++) if (!this.#lookAhead(this.#up)) return;
    });
    return this.#down > first || this.#up < this.#store.eventCount;
  }

  isPast(node: NodeIndex, seq: number): boolean {
    return seq <= (this.#lastCause.get(node) ?? -1);
  }

  isFuture(node: NodeIndex, seq: number): boolean {
    return seq >= (this.#firstEffect.get(node) ?? Number.POSITIVE_INFINITY);
  }

  isPastCopy(send: number): boolean {
    return this.#carriers.has(send);
  }

  isFutureCopy(from: NodeIndex, send: number): boolean {
    return this.isFuture(from, send);
  }

  /** Downwards: a delivery among the causes makes its sending one. False when its record is away. */
  #look(seq: number): boolean {
    const record = this.#store.look(seq);
    if (record === null) return false;
    const { kind, node, words, at } = record;
    if (kind !== RECORD.deliver || !this.isPast(node, seq)) return true;
    const origin = (words[at] as number) >>> 16;
    const send = this.#sends.sendOf(seq);
    if (send < 0) return true;
    this.#carriers.add(send);
    if (send > (this.#lastCause.get(origin) ?? -1)) this.#lastCause.set(origin, send);
    return true;
  }

  /** Upwards: the delivery of an effect is one. Once a node is influenced, all it does later is. */
  #lookAhead(seq: number): boolean {
    const record = this.#store.look(seq);
    if (record === null) return false;
    const { kind, node, words, at } = record;
    if (kind !== RECORD.deliver || this.#firstEffect.has(node)) return true;
    const origin = (words[at] as number) >>> 16;
    if (!this.#firstEffect.has(origin)) return true;
    const send = this.#sends.sendOf(seq);
    if (send >= 0 && this.isFuture(origin, send)) this.#firstEffect.set(node, seq);
    return true;
  }
}
