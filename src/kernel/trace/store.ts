/**
 * The trace as page and API read it: packed words in the one global order, decoded on demand. Costs about the record's
 * own words and 6 bytes an event; positions by time are a binary search.
 *
 * `seq` counts events only: a message record has no event of its own (its copies do), texts have none either.
 */
import { assert } from '../../core/assert.ts';
import type { Naming, NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { Segment } from '../group.ts';
import type { FaultPlan } from '../plan.ts';
import { WordArena } from './arena.ts';
import { column16, column32, column64, firstAbove, firstAtLeast, SparseColumn } from './columns.ts';
import { type DecodeContext, decodeEvent } from './decoder.ts';
import type { TraceEvent } from './events.ts';
import { type FinalSink, HoldBack, type HeldRecord } from './holdback.ts';
import { MESSAGE_WORDS, type MessageEntry, readMessage } from './messages.ts';
import { RECORD, type RecordKind, WORD } from './records.ts';
import { decodeUtf8 } from './utf8.ts';

/** One finished record as indexes get it; reused from record to record, so copy what is to be kept. Texts never come. */
export interface RecordCursor {
  kind: RecordKind;
  node: NodeIndex;
  t: Micros;
  /** Position of the event; for a message record, that of the next event. */
  seq: number;
  words: Uint32Array;
  /** Where the record begins in `words`. */
  at: number;
  /** Where the record begins in the store; valid until truncated. */
  offset: number;
}

/** Something derived from the trace that grows and is cut with it. */
export interface RecordIndex {
  /** Records come in the order of the trace. */
  add(record: RecordCursor): void;
  /** Every record at or after `at` is gone. */
  truncate(at: Micros): void;
}

export interface TraceStoreOptions extends Naming {
  readonly declaration: Declaration;
}

interface Text {
  readonly text: string;
  readonly batch: number;
}

export class TraceStore implements DecodeContext {
  readonly declaration: Declaration;
  readonly validatorCount: number;
  readonly validatorsPerShard: number | null;
  /** Changes whenever the content does. */
  version = 0;
  #horizon: Micros = 0;
  readonly #arena = new WordArena();
  readonly #offsets = column32();
  readonly #nodes = column16();
  readonly #hold = new HoldBack();
  readonly #texts = new Map<NodeIndex, Text[]>();
  /** By origin: sequence → offset of the message record + 1. */
  readonly #messages = new Map<NodeIndex, SparseColumn>();
  /** Horizon after each append: the barriers one can rewind to. */
  readonly #barriers = column64();
  /** Records that came in an earlier append than the one that made them final: offset, node, append. */
  readonly #lateOffsets = column32();
  readonly #lateNodes = column16();
  readonly #lateBatches = column32();
  readonly #indexes: RecordIndex[] = [];
  /** For readers, and apart from it for the record that indexes are being given. */
  readonly #reading = emptyCursor();
  readonly #giving = emptyCursor();
  #faults = new Map<number, FaultPlan>();
  readonly #sink: FinalSink = {
    record: (node, t, words, at, length, batch) => this.#finish(node, t, words, at, length, batch),
    text: (node, words, at, batch) => this.#learnText(node, words, at, batch),
  };

  constructor(options: TraceStoreOptions) {
    this.declaration = options.declaration;
    this.validatorCount = options.validatorCount;
    this.validatorsPerShard = options.validatorsPerShard ?? null;
  }

  get eventCount(): number {
    return this.#offsets.length;
  }

  /** Everything before it is in the store and final. */
  get horizon(): Micros {
    return this.#horizon;
  }

  /** Records that wait for a later horizon. */
  get heldBack(): readonly HeldRecord[] {
    return this.#hold.held;
  }

  /** Bytes held, indexes of others not counted. */
  get sizeBytes(): number {
    const columns = [this.#offsets, this.#nodes, this.#barriers, this.#lateOffsets, this.#lateNodes, this.#lateBatches];
    let size = this.#arena.sizeBytes;
    for (const { sizeBytes } of [...columns, ...this.#messages.values()]) size += sizeBytes;
    return size;
  }

  /**
   * Takes in what nodes recorded since the last call. Every record before `horizon` must have been given by now; those at
   * or after it are held back until a later horizon passes them, so that `seq` never changes.
   */
  append(segments: readonly Segment[], horizon: Micros): void {
    const batch = this.#barriers.length;
    this.#hold.pass(segments, Math.max(horizon, this.#horizon), batch, this.#sink);
    this.#horizon = Math.max(horizon, this.#horizon);
    this.#barriers.push(this.#horizon);
    this.version++;
  }

  /** How many appends there were: names the present barrier for a later `truncate`. */
  get barrier(): number {
    return this.#barriers.length;
  }

  /**
   * Back to the barrier at `at`: every event at or after it is gone. When `at` was the horizon of an append, the records
   * held back then wait again, so that a run restored from a snapshot taken there continues exactly. Appends of one
   * horizon (single steps within one µs) are told apart by `barrier`; without it the last one counts. For any other `at`
   * nothing waits, which suits a trace that is only read.
   */
  truncate(at: Micros, barrier?: number): void {
    const after = barrier ?? firstAbove(this.#barriers.length, (i) => this.#barriers.get(i), at);
    const exact = after > 0 && after <= this.#barriers.length && this.#barriers.get(after - 1) === at;
    assert(exact || barrier === undefined, `barrier ${barrier} is not at ${at} µs`);
    const waiting = exact ? this.#waitingAt(at, after - 1) : [];
    const eventCount = this.positionAt(at);
    const end = this.#endBefore(at, eventCount);
    this.#offsets.truncate(eventCount);
    this.#nodes.truncate(eventCount);
    this.#arena.truncate(end);
    const late = firstAtLeast(this.#lateOffsets.length, (i) => this.#lateOffsets.get(i), end);
    for (const column of [this.#lateOffsets, this.#lateNodes, this.#lateBatches]) column.truncate(late);
    for (const table of this.#messages.values()) table.dropAbove(end);
    // Off a barrier, events that stay may name texts that came with the append that is cut in two.
    const lastBatch = exact ? after - 1 : after;
    for (const [node, texts] of this.#texts)
      this.#texts.set(
        node,
        texts.filter(({ batch }) => batch <= lastBatch),
      );
    this.#barriers.truncate(after);
    this.#hold.reset(waiting);
    this.#horizon = Math.min(at, this.#horizon);
    this.version++;
    for (const index of this.#indexes) index.truncate(at);
  }

  clear(): void {
    this.#texts.clear();
    this.truncate(0);
    this.#barriers.truncate(0);
    this.#hold.reset([]);
  }

  /** What the faults of the run are, by their ids `f0`, `f1`, …; those injected later included. */
  setFaults(faults: readonly FaultPlan[]): void {
    this.#faults = new Map(faults.map((fault) => [Number(fault.id.slice(1)), fault]));
    this.version++;
  }

  /** The texts a node's recorder knew when this trace began in the middle of a run (`RecorderSnapshot.texts`). */
  seedTexts(node: NodeIndex, texts: readonly string[]): void {
    this.#texts.set(
      node,
      texts.map((text) => ({ text, batch: -1 })),
    );
  }

  /** Feeds an index with every record so far and from now on. */
  attach(index: RecordIndex): void {
    this.#indexes.push(index);
    this.forEachRecord((record) => index.add(record));
  }

  /** Position of the first event at or after `at`. */
  positionAt(at: Micros): number {
    return firstAtLeast(this.eventCount, this.timeAt, at);
  }

  /** Time of an event below `eventCount`. Bound, for searches. */
  readonly timeAt = (seq: number): Micros => {
    const offset = this.#offsets.get(seq);
    const words = this.#arena.chunk(offset);
    const at = this.#arena.place(offset);
    return (words[at + 1] as number) + (words[at + 2] as number) * WORD;
  };

  /** The event at a position below `eventCount`. */
  event(seq: number): TraceEvent {
    const { node, words, at } = this.read(seq);
    return decodeEvent(this, node, words, at, seq);
  }

  /** Events `from` ≤ seq < `to`, decoded; positions outside the trace are left out. */
  events(from: number, to: number): TraceEvent[] {
    const events: TraceEvent[] = [];
    const end = Math.min(to, this.eventCount);
    for (let seq = Math.max(0, from); seq < end; seq++) events.push(this.event(seq));
    return events;
  }

  /** The packed record of an event below `eventCount`. The cursor is reused by the next call. */
  read(seq: number): RecordCursor {
    assert(seq >= 0 && seq < this.eventCount, `event ${seq} is outside the trace`);
    return this.#pointAt(this.#reading, this.#offsets.get(seq), this.#nodes.get(seq), seq);
  }

  message(origin: NodeIndex, sequence: number): MessageEntry | null {
    const offset = this.messageOffset(origin, sequence);
    return offset < 0 ? null : this.messageAt(offset);
  }

  /** Where the message record stands, for `messageAt`; −1 when it is not in this trace. */
  messageOffset(origin: NodeIndex, sequence: number): number {
    return (this.#messages.get(origin)?.get(sequence) ?? 0) - 1;
  }

  messageAt(offset: number): MessageEntry {
    return readMessage(this.#arena.chunk(offset), this.#arena.place(offset));
  }

  /** The chunk and place of a record, to read single words without decoding the rest. */
  wordsOf(offset: number): Uint32Array {
    return this.#arena.chunk(offset);
  }

  placeOf(offset: number): number {
    return this.#arena.place(offset);
  }

  text(node: NodeIndex, code: number): string {
    return this.#texts.get(node)?.[code]?.text ?? '';
  }

  /** Texts by node, in the order of their codes. */
  texts(): ReadonlyMap<NodeIndex, readonly string[]> {
    return new Map([...this.#texts].map(([node, texts]) => [node, texts.map(({ text }) => text)]));
  }

  fault(index: number): FaultPlan | null {
    return this.#faults.get(index) ?? null;
  }

  /** Calls back with every finished record in order, message records included. */
  forEachRecord(visit: (record: RecordCursor) => void): void {
    let seq = 0;
    for (let offset = this.#arena.next(0); offset < this.#arena.end; ) {
      const words = this.#arena.chunk(offset);
      const at = this.#arena.place(offset);
      const isMessage = ((words[at] as number) & 63) === RECORD.message;
      const node = isMessage ? (words[at + MESSAGE_WORDS] as number) : this.#nodes.get(seq);
      visit(this.#pointAt(this.#giving, offset, node, seq));
      if (!isMessage) seq++;
      offset = this.#arena.next(offset + storedLength(words[at] as number));
    }
  }

  #pointAt(cursor: RecordCursor, offset: number, node: NodeIndex, seq: number): RecordCursor {
    const words = this.#arena.chunk(offset);
    const at = this.#arena.place(offset);
    cursor.kind = ((words[at] as number) & 63) as RecordKind;
    cursor.node = node;
    cursor.t = (words[at + 1] as number) + (words[at + 2] as number) * WORD;
    cursor.seq = seq;
    cursor.words = words;
    cursor.at = at;
    cursor.offset = offset;
    return cursor;
  }

  #finish(node: NodeIndex, t: Micros, words: Uint32Array, at: number, length: number, batch: number): void {
    assert(t >= this.#horizon, `a record of node ${node} at ${t} µs came after the horizon ${this.#horizon} µs`);
    const isMessage = ((words[at] as number) & 63) === RECORD.message;
    const seq = this.eventCount;
    const offset = this.#arena.add(words, at, length, isMessage ? node : -1);
    if (isMessage) {
      this.#tableOf(node).set(words[at + 3] as number, offset + 1);
    } else {
      this.#offsets.push(offset);
      this.#nodes.push(node);
    }
    if (batch < this.#barriers.length) {
      this.#lateOffsets.push(offset);
      this.#lateNodes.push(node);
      this.#lateBatches.push(batch);
    }
    if (this.#indexes.length === 0) return;
    const cursor = this.#pointAt(this.#giving, offset, node, seq);
    for (const index of this.#indexes) index.add(cursor);
  }

  #tableOf(origin: NodeIndex): SparseColumn {
    const known = this.#messages.get(origin);
    if (known !== undefined) return known;
    const table = new SparseColumn();
    this.#messages.set(origin, table);
    return table;
  }

  #learnText(node: NodeIndex, words: Uint32Array, at: number, batch: number): void {
    const byteLength = words[at + 2] as number;
    const bytes = new Uint8Array(byteLength);
    for (let i = 0; i < byteLength; i++) bytes[i] = (words[at + 3 + (i >> 2)] as number) >>> (8 * (i & 3));
    const texts = this.#texts.get(node) ?? [];
    texts[words[at + 1] as number] = { text: decodeUtf8(bytes), batch };
    this.#texts.set(node, texts);
  }

  /** Offset behind the last record before `at`; events from `eventCount` on are at or after it. */
  #endBefore(at: Micros, eventCount: number): number {
    let offset = 0;
    if (eventCount > 0) {
      const last = this.#offsets.get(eventCount - 1);
      offset = last + storedLength(this.#arena.chunk(last)[this.#arena.place(last)] as number);
    }
    // Message records stand between events: those before `at` stay.
    for (let next = this.#arena.next(offset); next < this.#arena.end; next = this.#arena.next(offset)) {
      const cursor = this.#pointAt(this.#reading, next, 0, 0);
      if (cursor.t >= at) break;
      offset = next + storedLength(cursor.words[cursor.at] as number);
    }
    return offset;
  }

  /** What waited after the append `batch`, whose horizon was `at`: within a node in the stream's order. */
  #waitingAt(at: Micros, batch: number): HeldRecord[] {
    const waiting: HeldRecord[] = [];
    for (let i = 0; i < this.#lateOffsets.length; i++) {
      if (this.#lateBatches.get(i) > batch) continue;
      const node = this.#lateNodes.get(i);
      const { t, words, at: place } = this.#pointAt(this.#reading, this.#lateOffsets.get(i), node, 0);
      if (t < at) continue;
      const length = ((words[place] as number) >>> 6) & 1023;
      waiting.push({ node, t, words: words.slice(place, place + length), batch: this.#lateBatches.get(i) });
    }
    for (const held of this.#hold.held) if (held.batch <= batch) waiting.push(held);
    return waiting;
  }
}

function emptyCursor(): RecordCursor {
  return { kind: RECORD.note, node: 0, t: 0, seq: 0, words: new Uint32Array(0), at: 0, offset: 0 };
}

/** Words a record takes in the store. */
function storedLength(header: number): number {
  return ((header >>> 6) & 1023) + ((header & 63) === RECORD.message ? 1 : 0);
}
