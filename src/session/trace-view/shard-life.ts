/** The life of one transaction between shards: its marks, and every copy of every message about it. */
import type { NodeIndex } from '../../core/ids.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { here } from '../../kernel/trace/look.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { TraceStore } from '../../kernel/trace/store.ts';
import type { SendIndex } from './causality.ts';
import type { CarriedReader, Inside } from './carried.ts';
import type { LifeCopy, LifeStep, TransactionLife } from './crossing.ts';
import type { FlightIndex } from './flights.ts';
import type { ShardIndex } from './shards.ts';

type Copies = LifeCopy[];

/** Carriers of this long after a transaction's last step may still acknowledge it, µs. */
const AFTER_END: Micros = SECOND;
/** Carriers looked into for one transaction. */
const CARRIERS_MAX = 1_024;

/** What was read of the transaction that was asked for last. */
interface Known {
  readonly transaction: number;
  copies: Copies;
  readTo: number;
  hasClient: boolean;
  /** Sendings of carriers that have not been looked into. */
  carriers: number[];
  closedCount: number;
}

/** Reads the trace from a transaction's first mark on, and goes on from there when it is asked for the same one again. */
export class LifeReader {
  readonly #store: TraceStore;
  readonly #shards: ShardIndex;
  readonly #flights: FlightIndex;
  readonly #sends: SendIndex;
  /** Positions of the types whose slot is a transaction: that of others may be a block of a shard. */
  readonly #types: ReadonlySet<number>;
  readonly #carried: CarriedReader;
  #known: Known | null = null;

  constructor(store: TraceStore, shards: ShardIndex, flights: FlightIndex, sends: SendIndex, carried: CarriedReader) {
    this.#store = store;
    this.#carried = carried;
    this.#shards = shards;
    this.#flights = flights;
    this.#sends = sends;
    const { messages, transactions } = store.declaration;
    const about = transactions?.messages ?? [];
    this.#types = new Set(messages.flatMap(({ type }, i) => (about.includes(type) ? [i] : [])));
  }

  forget(): void {
    this.#known = null;
    this.#carried.forget();
  }

  /** Where parts of the trace are away, or carriers have still to be looked into, copies are missing that come with a later call. */
  of(transaction: number): TransactionLife | null {
    const steps = this.#shards.stepsOf(transaction);
    const [first] = steps;
    if (first === undefined) return null;
    if (this.#known?.transaction !== transaction)
      this.#known = { transaction, copies: [], readTo: first.seq, hasClient: false, carriers: [], closedCount: 0 };
    const known = this.#known;
    here(this.#store, () => this.#readOn(known, steps));
    if (known.carriers.length > 0) here(this.#store, () => this.#lookInside(known, steps));
    return { transaction, steps, copies: known.copies, closedCount: known.closedCount };
  }

  #readOn(known: Known, steps: readonly LifeStep[]): void {
    const { transaction } = known;
    const firstMark = steps[0]?.seq ?? 0;
    const until = this.#carried.hasCarriers ? carriedUntil(steps) : Number.NEGATIVE_INFINITY;
    const found: Copies = [];
    if (!known.hasClient) {
      const handed = this.#handedIn(firstMark);
      if (handed >= 0) known.copies = [...this.#copy(handed), ...known.copies];
      known.hasClient = true;
    }
    try {
      for (; known.readTo < this.#store.eventCount; known.readTo++) {
        const what = this.#read(known.readTo, transaction, until);
        if (what === 'copy') found.push(...this.#copy(known.readTo));
        else if (what === 'carrier') known.carriers.push(known.readTo);
      }
    } finally {
      if (found.length > 0) known.copies = inOrder([...known.copies, ...found]);
    }
  }

  /** Carriers between nodes that take part: what of them is about the transaction joins its copies. */
  #lookInside(known: Known, steps: readonly LifeStep[]): void {
    const shards = new Set(steps.map(({ shard }) => shard));
    const found: Copies = [];
    const left: number[] = [];
    let closedCount = 0;
    let asked = 0;
    for (const send of known.carriers) {
      const { node, words, at } = this.#store.read(send);
      // Who has said nothing of it yet may still do so.
      const isLookedAt = asked < CARRIERS_MAX && shards.has(this.#shards.shardOf(node));
      const inside = isLookedAt ? this.#carried.inside(node, words[at + 3] as number) : undefined;
      if (isLookedAt) asked++;
      if (inside === undefined) left.push(send);
      else if (inside === null) closedCount++;
      else found.push(...this.#unpack(send, inside, known.transaction));
    }
    known.carriers = left;
    known.closedCount += closedCount;
    if (found.length > 0) known.copies = inOrder([...known.copies, ...found]);
  }

  /** Each as a copy of its own, on its way when its carrier is. */
  #unpack(send: number, inside: readonly Inside[], transaction: number): Copies {
    const mine = inside.filter((item) => item.transaction === transaction && this.#types.has(item.type));
    const flight = mine.length === 0 ? null : this.#flights.of(send);
    return flight === null ? [] : mine.map(({ type }) => ({ flight: { ...flight, type, carrier: flight.type }, send }));
  }

  #copy(send: number): Copies {
    const flight = this.#flights.of(send);
    return flight === null ? [] : [{ flight, send }];
  }

  #read(seq: number, transaction: number, carriedUntil: Micros): 'copy' | 'carrier' | null {
    const { kind, node, words, at, t } = this.#store.read(seq);
    if (kind !== RECORD.copy) return null;
    const sequence = words[at + 3] as number;
    const isAbout = this.#word(node, sequence, 5) === transaction;
    if (!isAbout && t > carriedUntil) return null;
    const type = (this.#word(node, sequence, 4) ?? 0) & 255;
    if (isAbout && this.#types.has(type)) return 'copy';
    return t <= carriedUntil && this.#carried.isCarrier(type) ? 'carrier' : null;
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

const inOrder = (copies: Copies): Copies => copies.sort((a, b) => a.send - b.send);

/** Until when carriers may have to do with a transaction: without end while a shard that takes part has not ended it. */
function carriedUntil(steps: readonly LifeStep[]): Micros {
  const nodes = (means: 'promise' | 'end') =>
    new Set(steps.filter(({ step }) => step?.means === means).map(({ node }) => node));
  const ended = nodes('end');
  const isOpen = ended.size === 0 || [...nodes('promise')].some((node) => !ended.has(node));
  return isOpen ? Number.POSITIVE_INFINITY : (steps.at(-1)?.at ?? 0) + AFTER_END;
}
