/**
 * The trace as page and API read it: packed words in the one global order, decoded on demand. Costs about the record's
 * own words and 10 bytes an event; positions by time are a binary search.
 *
 * Full chunks of words may be away (`shelve` and `bring`), positions and times never: `read` and what decodes then throws
 * an `AwayError`, `look` gives null and asks for the chunk. Chunks may also be dropped; the trace then begins later.
 *
 * `seq` counts events only: a message record has no event of its own (its copies do), texts have none either.
 */
import { assert } from '../../core/assert.ts';
import type { NodeIndex, Naming } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { Segment } from '../group.ts';
import type { FaultPlan } from '../plan.ts';
import { CHUNK_WORDS, WordArena } from './arena.ts';
import { column16, column32, column64, firstAbove, firstAtLeast, SparseTable } from './columns.ts';
import { emptyCursor, pointTo, type RecordCursor, type RecordIndex, type Stretch } from './cursor.ts';
import { type DecodeContext, decodeEvent } from './decoder.ts';
import type { TraceEvent } from './events.ts';
import { type FinalSink, HoldBack, type HeldRecord } from './holdback.ts';
import { type LateRecord, LateRecords } from './late.ts';
import { MESSAGE_WORDS, type MessageEntry, readMessage } from './messages.ts';
import { RECORD, WORD } from './records.ts';
import { TextTable } from './texts.ts';
import { TimeColumn } from './times.ts';

export type { RecordCursor, RecordIndex } from './cursor.ts';

export interface TraceStoreOptions extends Naming {
  readonly declaration: Declaration;
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
  readonly #times = new TimeColumn();
  readonly #hold = new HoldBack();
  readonly #texts = new TextTable();
  /** By origin and sequence: offset of the message record + 1. */
  readonly #messages = new SparseTable();
  /** Horizon after each append: the barriers one can rewind to. */
  readonly #barriers = column64();
  readonly #late = new LateRecords();
  readonly #indexes: RecordIndex[] = [];
  /** For readers, and apart from it for the record that indexes are being given. */
  readonly #reading = emptyCursor();
  readonly #giving = emptyCursor();
  #faults = new Map<number, FaultPlan>();
  /** Told which chunk a view looked for in vain. */
  onAway: ((chunk: number) => void) | null = null;
  readonly #sink: FinalSink = {
    record: (node, t, words, at, length, batch) => this.#finish(node, t, words, at, length, batch),
    text: (node, words, at, batch) => this.#texts.learn(node, words, at, batch),
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
    const columns = [this.#offsets, this.#nodes, this.#times, this.#barriers, this.#late, this.#messages];
    return columns.reduce((size, { sizeBytes }) => size + sizeBytes, this.#arena.sizeBytes);
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
    const { after, batch, eventCount } = this.cutAt(at, barrier);
    const exact = batch >= 0;
    assert(exact || barrier === undefined, `barrier ${barrier} is not at ${at} µs`);
    const isDropped = eventCount < this.firstSeq;
    const waiting = exact && !isDropped ? this.#waitingAt(at, batch, eventCount) : [];
    const end = isDropped ? this.#arena.firstChunk * CHUNK_WORDS : this.#endBefore(at, eventCount);
    this.#offsets.truncate(eventCount);
    this.#nodes.truncate(eventCount);
    this.#times.truncate(eventCount);
    this.#arena.truncate(end);
    this.#late.truncate(end);
    this.#messages.dropAbove(end);
    // Off a barrier, events that stay may name texts that came with the append that is cut in two.
    this.#texts.cutAfter(exact ? batch : after);
    this.#barriers.truncate(after);
    this.#hold.reset(waiting);
    this.#horizon = Math.min(at, this.#horizon);
    this.version++;
    for (const index of this.#indexes) index.truncate(at);
  }

  /** Where a cut falls: events that stay, appends that do, and the append whose barrier it is; −1 off any barrier. */
  cutAt(at: Micros, barrier?: number): { readonly eventCount: number; readonly after: number; readonly batch: number } {
    const after = barrier ?? firstAbove(this.#barriers.length, (i) => this.#barriers.get(i), at);
    const exact = after > 0 && after <= this.#barriers.length && this.#barriers.get(after - 1) === at;
    return { eventCount: firstAtLeast(this.eventCount, this.timeAt, at), after, batch: exact ? after - 1 : -1 };
  }

  /** What indexes will read when the trace is cut. */
  readsWhenCut(at: Micros, eventCount: number): readonly Stretch[] {
    return this.#indexes.flatMap((index) => index.readsWhenCut?.(at, eventCount) ?? []);
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
    this.#texts.seed(node, texts);
  }

  /** Feeds an index with every record so far and from now on. */
  attach(index: RecordIndex): void {
    this.#indexes.push(index);
    this.forEachRecord((record) => index.add(record));
  }

  /** Position of the first event at or after `at` that is still kept. */
  positionAt(at: Micros): number {
    return Math.max(this.firstSeq, firstAtLeast(this.eventCount, this.timeAt, at));
  }

  /** Time of an event below `eventCount`. Bound, for searches. */
  readonly timeAt = (seq: number): Micros => this.#times.get(seq);

  nodeOf(seq: number): NodeIndex {
    return this.#nodes.get(seq);
  }

  /** Position of the first event whose words are kept: 0 unless some were dropped. */
  get firstSeq(): number {
    const { firstChunk } = this.#arena;
    return firstChunk === 0 ? 0 : this.#firstIn(firstChunk);
  }

  /** Where the trace begins: 0 unless its first part was dropped. */
  get beginsAt(): Micros {
    const { firstSeq } = this;
    if (firstSeq === 0) return 0;
    return firstSeq < this.eventCount ? this.timeAt(firstSeq) : this.#horizon;
  }

  /** The chunks of words themselves, for whoever keeps them elsewhere. */
  get arena(): WordArena {
    return this.#arena;
  }

  /** Positions of the events in a chunk: from the first, up to the second. */
  positionsIn(chunk: number): readonly [number, number] {
    return [this.#firstIn(chunk), this.#firstIn(chunk + 1)];
  }

  /** Chunks from the one that holds `from` to the one that holds the event before `to`; none where there are no events. */
  chunksOf(from: number, to: number): readonly number[] {
    const [first, end] = [Math.max(from, this.firstSeq), Math.min(to, this.eventCount)];
    if (first >= end) return [];
    const last = this.#arena.indexOf(this.#offsets.get(end - 1));
    const chunks: number[] = [];
    for (let chunk = this.#arena.indexOf(this.#offsets.get(first)); chunk <= last; chunk++) chunks.push(chunk);
    return chunks;
  }

  /** Drops the words of every chunk before `chunk`, at most the full ones. */
  dropBefore(chunk: number): void {
    const firstSeq = this.#firstIn(Math.min(chunk, this.#arena.fullCount));
    for (const index of this.#indexes) index.dropping?.(firstSeq);
    this.#arena.dropBefore(chunk);
    this.version++;
  }

  /** Where an event below `eventCount` stands. */
  offsetOf(seq: number): number {
    return this.#offsets.get(seq);
  }

  /** Records behind `offset` that were final only after the append `batch`, in which or before which they came. */
  lateFrom(offset: number, batch: number): readonly LateRecord[] {
    return this.#late.from(offset, batch);
  }

  /** The event at a position below `eventCount`. */
  event(seq: number): TraceEvent {
    const { node, words, at } = this.read(seq);
    return decodeEvent(this, node, words, at, seq);
  }

  /** Events `from` ≤ seq < `to`, decoded; positions outside the trace are left out. */
  events(from: number, to: number): TraceEvent[] {
    const events: TraceEvent[] = [];
    const end = Math.min(to, this.eventCount);
    for (let seq = Math.max(this.firstSeq, from); seq < end; seq++) events.push(this.event(seq));
    return events;
  }

  /** The packed record of an event below `eventCount`. The cursor is reused by the next call. */
  read(seq: number): RecordCursor {
    if (!(seq >= 0 && seq < this.eventCount)) assert(false, `event ${seq} is outside the trace`);
    return this.#pointAt(this.#reading, this.#offsets.get(seq), this.#nodes.get(seq), seq);
  }

  /** The same for a view: null when its words are away, which asks for them, or dropped. */
  look(seq: number): RecordCursor | null {
    return this.lookAt(this.#offsets.get(seq)) === null ? null : this.read(seq);
  }

  /** The chunk of a record for a view, like `wordsOf`; null when it is away, which asks for it, or dropped. */
  lookAt(offset: number): Uint32Array | null {
    const words = this.#arena.find(offset);
    if (words === null) this.ask(this.#arena.indexOf(offset));
    return words;
  }

  /** Asks for a chunk, if it is one that can come back. */
  ask(chunk: number): void {
    if (this.#arena.isAway(chunk)) this.onAway?.(chunk);
  }

  /** Position of the first event at or behind the start of a chunk. */
  #firstIn(chunk: number): number {
    return firstAtLeast(this.#offsets.length, (i) => this.#offsets.get(i), chunk * CHUNK_WORDS);
  }

  message(origin: NodeIndex, sequence: number): MessageEntry | null {
    const offset = this.messageOffset(origin, sequence);
    return offset < 0 ? null : this.messageAt(offset);
  }

  /** Where the message record stands, for `messageAt`; −1 when it is not in this trace, or no longer. */
  messageOffset(origin: NodeIndex, sequence: number): number {
    const offset = this.#messages.get(origin, sequence) - 1;
    return offset >= this.#arena.firstChunk * CHUNK_WORDS ? offset : -1;
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
    return this.#texts.get(node, code);
  }

  /** Texts by node, in the order of their codes. */
  texts(): ReadonlyMap<NodeIndex, readonly string[]> {
    return this.#texts.all();
  }

  fault(index: number): FaultPlan | null {
    return this.#faults.get(index) ?? null;
  }

  /** Calls back with every finished record in order, message records included; with `chunk`, those of one chunk. */
  forEachRecord(visit: (record: RecordCursor) => void, chunk: number | null = null): void {
    const first = Math.max(chunk ?? 0, this.#arena.firstChunk);
    const end = chunk === null ? this.#arena.end : Math.min(this.#arena.end, (chunk + 1) * CHUNK_WORDS);
    let seq = this.#firstIn(first);
    for (let offset = this.#arena.next(first * CHUNK_WORDS); offset < end; ) {
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
    const t = (words[at + 1] as number) + (words[at + 2] as number) * WORD;
    return pointTo(cursor, words, at, node, t, seq, offset);
  }

  #finish(node: NodeIndex, t: Micros, words: Uint32Array, at: number, length: number, batch: number): void {
    // The text is put together only when it is needed: records come by the ten thousand.
    if (t < this.#horizon) assert(false, `node ${node} recorded ${t} µs after the horizon ${this.#horizon} µs`);
    const isMessage = ((words[at] as number) & 63) === RECORD.message;
    const seq = this.eventCount;
    const offset = this.#arena.add(words, at, length, isMessage ? node : -1);
    if (isMessage) {
      this.#messages.set(node, words[at + 3] as number, offset + 1);
    } else {
      this.#offsets.push(offset);
      this.#nodes.push(node);
      this.#times.push(t);
    }
    if (batch < this.#barriers.length) {
      this.#late.add(offset, node, batch);
    }
    if (this.#indexes.length === 0) return;
    const cursor = pointTo(this.#giving, this.#arena.lastChunk, this.#arena.place(offset), node, t, seq, offset);
    for (const index of this.#indexes) index.add(cursor);
  }

  /** Offset behind the last record before `at`; events from `eventCount` on are at or after it. */
  #endBefore(at: Micros, eventCount: number): number {
    let offset = this.#arena.firstChunk * CHUNK_WORDS;
    if (eventCount > this.firstSeq) {
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
  #waitingAt(at: Micros, batch: number, eventCount: number): HeldRecord[] {
    const waiting: HeldRecord[] = [];
    // Records stand in the order of time: those before the last event that stays were before `at` too.
    const from = eventCount === 0 ? 0 : this.#offsets.get(eventCount - 1);
    for (const { offset, node, batch: came } of this.#late.from(from, batch)) {
      const { t, words, at: place } = this.#pointAt(this.#reading, offset, node, 0);
      if (t < at) continue;
      const length = ((words[place] as number) >>> 6) & 1023;
      waiting.push({ node, t, words: words.slice(place, place + length), batch: came });
    }
    for (const held of this.#hold.held) if (held.batch <= batch) waiting.push(held);
    return waiting;
  }
}

/** Words a record takes in the store. */
function storedLength(header: number): number {
  return ((header >>> 6) & 1023) + ((header & 63) === RECORD.message ? 1 : 0);
}
