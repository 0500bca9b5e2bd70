/** Throughput and latency over virtual time, one sample a second, counted as the trace grows. */
import { type Micros, msFromMicros, SECOND } from '../../core/time.ts';
import { column32, column64, firstAtLeast } from '../../kernel/trace/columns.ts';
import { hex8 } from '../../kernel/trace/messages.ts';
import { COPY, RECORD } from '../../kernel/trace/records.ts';
import type { Stretch } from '../../kernel/trace/cursor.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { StateIndex } from './states.ts';

export interface Sample {
  readonly second: number;
  /** Heights first decided in this second. */
  readonly blocks: number;
  /** Transactions in them, where known; else 0. */
  readonly transactions: number;
  /** Copies given to the network: lost and held ones too; not those the network made or let go. */
  readonly messages: number;
  readonly bytes: number;
  /** From the first proposal of a block to each correct node's decision in this second; nearest rank. */
  readonly latencyP50Ms: number | null;
  readonly latencyP95Ms: number | null;
}

/** How many transactions each decided height holds: the first entry is height 1's. */
export type TransactionCounts = readonly number[];

export class SampleIndex implements RecordIndex {
  readonly kinds = [RECORD.copy, RECORD.message, RECORD.decide] as const;
  readonly #store: TraceStore;
  readonly #states: StateIndex;
  readonly #isProposal: readonly boolean[];
  /** By second. */
  #messages: number[] = [];
  #bytes: number[] = [];
  /** When each digest (its first 16 hex digits) was first proposed; in that order. */
  readonly #proposed = new Map<string, Micros>();
  /** Of every decision of a correct node: when, and µs since the proposal. */
  readonly #decidedAt = column64();
  readonly #latencies = column64();
  /** First decisions of heights: when, which. */
  readonly #firstAt = column64();
  readonly #firstHeight = column32();
  readonly #heights = new Set<number>();
  #transactions: TransactionCounts = [];
  #samples: Sample[] = [];
  /** Samples from this second on are to be made again. */
  #stale = 0;

  /** `states` must be given each record before this index: it says who is Byzantine. */
  constructor(store: TraceStore, states: StateIndex) {
    this.#store = store;
    this.#states = states;
    this.#isProposal = store.declaration.messages.map(({ phase }) => phase === 'propose');
  }

  add(record: RecordCursor): void {
    if (record.kind === RECORD.copy) this.#copy(record);
    else if (record.kind === RECORD.message) this.#message(record);
    else if (record.kind === RECORD.decide) this.#decide(record);
  }

  truncate(at: Micros): void {
    const second = Math.floor(at / SECOND);
    this.#stale = Math.min(this.#stale, second);
    this.#samples.length = Math.min(this.#samples.length, second);
    this.#messages.length = Math.min(this.#messages.length, second);
    this.#bytes.length = Math.min(this.#bytes.length, second);
    for (let seq = this.#store.positionAt(second * SECOND); seq < this.#store.eventCount; seq++) {
      const record = this.#store.read(seq);
      if (record.kind === RECORD.copy) this.#copy(record);
    }
    for (const [digest, t] of this.#proposed) if (t >= at) this.#proposed.delete(digest);
    const decided = firstAtLeast(this.#decidedAt.length, (i) => this.#decidedAt.get(i), at);
    this.#decidedAt.truncate(decided);
    this.#latencies.truncate(decided);
    const first = firstAtLeast(this.#firstAt.length, (i) => this.#firstAt.get(i), at);
    for (let i = first; i < this.#firstAt.length; i++) this.#heights.delete(this.#firstHeight.get(i));
    this.#firstAt.truncate(first);
    this.#firstHeight.truncate(first);
  }

  readsWhenCut(at: Micros, eventCount: number): readonly Stretch[] {
    return [[this.#store.positionAt(Math.floor(at / SECOND) * SECOND), eventCount]];
  }

  /** Counts that are known by now. Only seconds with heights that are new to it, or changed, are made again. */
  setTransactions(counts: TransactionCounts): void {
    const before = this.#transactions;
    let same = 0;
    while (same < before.length && same < counts.length && before[same] === counts[same]) same++;
    if (same === before.length && same === counts.length) return;
    this.#transactions = [...counts];
    const changed = firstAtLeast(this.#firstHeight.length, (i) => this.#firstHeight.get(i), same + 1);
    if (changed < this.#firstAt.length) this.#touch(this.#firstAt.get(changed));
  }

  /** One for each second that has begun before `head`; those of seconds that are over stay the same objects. */
  samples(head: Micros): readonly Sample[] {
    const count = Math.ceil(head / SECOND);
    if (this.#stale >= count && this.#samples.length === count) return this.#samples;
    const samples = this.#samples.slice(0, Math.min(this.#stale, count));
    for (let second = samples.length; second < count; second++) samples.push(this.#sample(second));
    this.#samples = samples;
    // The second that runs is made again when it has gone on.
    this.#stale = Math.max(0, head % SECOND === 0 ? count : count - 1);
    return samples;
  }

  #copy({ words, at, node, t }: RecordCursor): void {
    if ((words[at + 4] as number) >>> 4 !== COPY.ordinary) return;
    const second = this.#touch(t);
    const offset = this.#store.messageOffset(node, words[at + 3] as number);
    const bytes = offset < 0 ? 0 : (this.#store.wordsOf(offset)[this.#store.placeOf(offset) + 9] as number);
    this.#messages[second] = (this.#messages[second] ?? 0) + 1;
    this.#bytes[second] = (this.#bytes[second] ?? 0) + bytes;
  }

  #message({ words, at, t }: RecordCursor): void {
    if (this.#isProposal[(words[at + 4] as number) & 255] !== true) return;
    const digest = hex8(words[at + 7] as number) + hex8(words[at + 8] as number);
    if (!this.#proposed.has(digest)) this.#proposed.set(digest, t);
  }

  #decide({ words, at, node, t }: RecordCursor): void {
    this.#touch(t);
    const height = (words[at + 3] as number) | 0;
    if (!this.#heights.has(height)) {
      this.#heights.add(height);
      this.#firstAt.push(t);
      this.#firstHeight.push(height);
    }
    const proposed = this.#proposed.get(hex8(words[at + 5] as number) + hex8(words[at + 6] as number));
    if (proposed === undefined || this.#states.isByzantine(node)) return;
    this.#decidedAt.push(t);
    this.#latencies.push(t - proposed);
  }

  #touch(t: Micros): number {
    const second = Math.floor(t / SECOND);
    if (second < this.#stale) this.#stale = second;
    return second;
  }

  #sample(second: number): Sample {
    const from = second * SECOND;
    const sorted: number[] = [];
    for (
      let i = firstAtLeast(this.#decidedAt.length, (k) => this.#decidedAt.get(k), from);
      i < this.#decidedAt.length;
      i++
    ) {
      if (this.#decidedAt.get(i) >= from + SECOND) break;
      sorted.push(this.#latencies.get(i));
    }
    sorted.sort((a, b) => a - b);
    let blocks = 0;
    let transactions = 0;
    for (let i = firstAtLeast(this.#firstAt.length, (k) => this.#firstAt.get(k), from); i < this.#firstAt.length; i++) {
      if (this.#firstAt.get(i) >= from + SECOND) break;
      blocks++;
      transactions += this.#transactions[this.#firstHeight.get(i) - 1] ?? 0;
    }
    return {
      second,
      blocks,
      transactions,
      messages: this.#messages[second] ?? 0,
      bytes: this.#bytes[second] ?? 0,
      latencyP50Ms: percentile(sorted, 50),
      latencyP95Ms: percentile(sorted, 95),
    };
  }
}

/** Nearest-rank percentile in ms of ascending µs; null of nothing. */
export function percentile(sorted: readonly Micros[], percent: number): number | null {
  const value = sorted[Math.max(1, Math.ceil((sorted.length * percent) / 100)) - 1];
  return value === undefined ? null : msFromMicros(value);
}
