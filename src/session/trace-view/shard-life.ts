/** The life of one transaction between shards: its marks, and every copy of every message about it. */
import type { NodeIndex } from '../../core/ids.ts';
import { here } from '../../kernel/trace/look.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { TraceStore } from '../../kernel/trace/store.ts';
import type { SendIndex } from './causality.ts';
import type { TransactionLife } from './crossing.ts';
import type { FlightIndex } from './flights.ts';
import type { ShardIndex } from './shards.ts';

type Copies = TransactionLife['copies'][number][];

/** Reads the trace from a transaction's first mark on, and goes on from there when it is asked for the same one again. */
export class LifeReader {
  readonly #store: TraceStore;
  readonly #shards: ShardIndex;
  readonly #flights: FlightIndex;
  readonly #sends: SendIndex;
  /** Positions of the types whose slot is a transaction: that of others may be a block of a shard. */
  readonly #types: ReadonlySet<number>;
  #known: { readonly transaction: number; copies: Copies; readTo: number; hasClient: boolean } | null = null;

  constructor(store: TraceStore, shards: ShardIndex, flights: FlightIndex, sends: SendIndex) {
    this.#store = store;
    this.#shards = shards;
    this.#flights = flights;
    this.#sends = sends;
    const { messages, transactions } = store.declaration;
    const about = transactions?.messages ?? [];
    this.#types = new Set(messages.flatMap(({ type }, i) => (about.includes(type) ? [i] : [])));
  }

  forget(): void {
    this.#known = null;
  }

  /** Where parts of the trace are away, copies are missing that come with a later call. */
  of(transaction: number): TransactionLife | null {
    const steps = this.#shards.stepsOf(transaction);
    const [first] = steps;
    if (first === undefined) return null;
    if (this.#known?.transaction !== transaction)
      this.#known = { transaction, copies: [], readTo: first.seq, hasClient: false };
    here(this.#store, () => this.#readOn(transaction, first.seq));
    return { transaction, steps, copies: this.#known.copies };
  }

  #readOn(transaction: number, firstMark: number): void {
    const known = this.#known;
    if (known === null) return;
    const found: Copies = [];
    if (!known.hasClient) {
      const handed = this.#handedIn(firstMark);
      if (handed >= 0) known.copies = [...this.#copy(handed), ...known.copies];
      known.hasClient = true;
    }
    try {
      for (; known.readTo < this.#store.eventCount; known.readTo++)
        if (this.#isAbout(known.readTo, transaction)) found.push(...this.#copy(known.readTo));
    } finally {
      if (found.length > 0) known.copies = [...known.copies, ...found];
    }
  }

  #copy(send: number): Copies {
    const flight = this.#flights.of(send);
    return flight === null ? [] : [{ flight, send }];
  }

  #isAbout(seq: number, transaction: number): boolean {
    const { kind, node, words, at } = this.#store.read(seq);
    if (kind !== RECORD.copy) return false;
    const sequence = words[at + 3] as number;
    if (this.#word(node, sequence, 5) !== transaction) return false;
    return this.#types.has((this.#word(node, sequence, 4) ?? 0) & 255);
  }

  /** The client's message that a coordinator's first mark answers, by its sending; −1 where none is found. */
  #handedIn(firstMark: number): number {
    const { node, t } = this.#store.read(firstMark);
    const { messages } = this.#store.declaration;
    for (let seq = firstMark - 1; seq >= this.#store.firstSeq; seq--) {
      const record = this.#store.read(seq);
      if (record.t !== t) return -1;
      if (record.kind !== RECORD.deliver || record.node !== node) continue;
      const origin = (record.words[record.at] as number) >>> 16;
      const type = (this.#word(origin, record.words[record.at + 3] as number, 4) ?? 0) & 255;
      if (messages[type]?.phase === 'client') return this.#sends.sendOf(seq);
    }
    return -1;
  }

  /** A word of a message's record; null for one from before this trace. */
  #word(origin: NodeIndex, sequence: number, place: number): number | null {
    const offset = this.#store.messageOffset(origin, sequence);
    return offset < 0 ? null : (this.#store.wordsOf(offset)[this.#store.placeOf(offset) + place] as number);
  }
}
