/** Locks, waits and transactions between shards over time: their marks, folded from the nearest keyframe. */
import { assert } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { column32, firstAbove, firstAtLeast } from '../../kernel/trace/columns.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { TransactionStep } from '../../protocols/crossing.ts';
import type { LifeStep, ShardMoment, ShardShape } from './crossing.ts';
import { type ShardMark, ShardState } from './shard-state.ts';

const KEYFRAME_EVERY = 512;
/** What a mark is, in its column; locks, waits and steps by the kind of their record. */
const DOWN = 0x40;
const UP = 0x41;

const NO_SHAPE: ShardShape = { count: 0, validatorsPerShard: 1 };

/** How the nodes of a run make up shards, and which of those belong together as the protocol declares it. */
export function shapeOf(
  { shards, validators }: Pick<RunPlan, 'shards' | 'validators'>,
  { transactions }: Pick<Declaration, 'transactions'>,
): ShardShape {
  if (shards === undefined) return { count: validators.length, validatorsPerShard: 1 };
  const { count, validatorsPerShard } = shards;
  const parents = transactions?.parents?.(shards) ?? [];
  return parents.length === 0 ? { count, validatorsPerShard } : { count, validatorsPerShard, parents };
}

interface Cursor {
  readonly state: ShardState;
  place: number;
}

export class ShardIndex implements RecordIndex {
  readonly kinds = [RECORD.state, RECORD.wait, RECORD.lock, RECORD.unlock, RECORD.commit2pc] as const;
  readonly shape: ShardShape | null;
  readonly #store: TraceStore;
  readonly #steps: ReadonlyMap<string, TransactionStep>;
  /** Marks by place: position in the trace, what it is, code of its text, transaction, who is waited for. */
  readonly #seqs = column32();
  readonly #kinds = column32();
  readonly #texts = column32();
  readonly #transactions = column32();
  readonly #holders = column32();
  /** Places of the first and last mark of each transaction. */
  readonly #spans = new Map<number, { readonly first: number; last: number }>();
  /** Of shards of several validators: what one of them has shown. */
  readonly #shown = new Set<string>();
  /** Validators that are down. */
  readonly #down = new Set<NodeIndex>();
  /** State before mark KEYFRAME_EVERY · i. */
  readonly #keyframes: ShardState[] = [];
  /** States after so many marks, the one used last first: one follows what is played, one what is compared with it. */
  #cursors: Cursor[] = [];

  constructor(store: TraceStore, shape: ShardShape) {
    const declared = store.declaration.transactions;
    this.#store = store;
    this.shape = declared === undefined ? null : shape;
    this.#steps = new Map((declared?.steps ?? []).map((step) => [step.step, step]));
  }

  get sizeBytes(): number {
    const columns = [this.#seqs, this.#kinds, this.#texts, this.#transactions, this.#holders];
    return columns.reduce((sum, column) => sum + column.sizeBytes, 0);
  }

  add({ kind, node, words, at, seq }: RecordCursor): void {
    if (this.shape === null) return;
    const [text = 0, transaction = 0, holder = 0] = words.subarray(at + 3, at + 6);
    if (kind === RECORD.state) this.#standing(node, (((words[at] as number) >>> 16) & 1) === 1, seq);
    else if (kind === RECORD.wait) this.#mark(node, seq, kind, text, transaction, holder);
    else if (kind === RECORD.lock || kind === RECORD.unlock) this.#mark(node, seq, kind, text, transaction, 0);
    else if (kind === RECORD.commit2pc && this.#steps.has(this.#store.text(node, text)))
      this.#mark(node, seq, kind, text, transaction, 0);
  }

  truncate(): void {
    const kept = firstAtLeast(this.#seqs.length, (i) => this.#seqs.get(i), this.#store.eventCount);
    if (kept === this.#seqs.length) return;
    for (const column of [this.#seqs, this.#kinds, this.#texts, this.#transactions, this.#holders])
      column.truncate(kept);
    this.#cursors = [];
    this.#keyframes.length = Math.min(this.#keyframes.length, Math.floor(kept / KEYFRAME_EVERY) + 1);
    this.#spans.clear();
    this.#shown.clear();
    this.#down.clear();
    for (let place = 0; place < kept; place++) this.#file(place);
  }

  at(at: Micros): ShardMoment {
    const wanted = firstAbove(this.#seqs.length, (i) => this.#store.timeAt(this.#seqs.get(i)), at);
    const cursor = this.#cursorBefore(wanted);
    while (cursor.place < wanted) {
      this.#keep(cursor.place, cursor.state);
      cursor.state.apply(this.#read(cursor.place++));
    }
    this.#cursors = [cursor, ...this.#cursors.filter((other) => other !== cursor)].slice(0, 2);
    return cursor.state.moment;
  }

  knows(transaction: number): boolean {
    return this.#spans.has(transaction);
  }

  /** The marks of one transaction in their order; none when the trace does not know it. */
  stepsOf(transaction: number): readonly LifeStep[] {
    const span = this.#spans.get(transaction);
    const steps: LifeStep[] = [];
    for (let place = span?.first ?? 1; place <= (span?.last ?? 0); place++) {
      if (this.#transactions.get(place) !== transaction) continue;
      const mark = this.#read(place);
      if (mark.kind === 'up' || mark.kind === 'down') continue;
      const seq = this.#seqs.get(place);
      const { at, shard, kind } = mark;
      const about = mark.kind === 'step' ? { step: mark.step, account: '' } : { step: null, account: mark.account };
      steps.push({ at, seq, node: this.#store.nodeOf(seq), shard, kind, ...about });
    }
    return steps;
  }

  #standing(node: NodeIndex, alive: boolean, seq: number): void {
    if (node >= this.#store.validatorCount) return;
    if (alive === this.#down.has(node)) this.#push(seq, alive ? UP : DOWN, 0, 0, 0);
  }

  /** Validators of one shard show the same, one after the other: the first counts. */
  #mark(node: NodeIndex, seq: number, kind: number, text: number, transaction: number, holder: number): void {
    if (this.shape?.validatorsPerShard !== 1 && this.#shown.has(this.#key(node, kind, text, transaction, holder)))
      return;
    this.#push(seq, kind, text, transaction, holder);
  }

  #push(seq: number, kind: number, text: number, transaction: number, holder: number): void {
    this.#seqs.push(seq);
    this.#kinds.push(kind);
    this.#texts.push(text);
    this.#transactions.push(transaction);
    this.#holders.push(holder);
    this.#file(this.#seqs.length - 1);
  }

  /** Into what is found by transaction, shard and node. */
  #file(place: number): void {
    const kind = this.#kinds.get(place);
    const node = this.#store.nodeOf(this.#seqs.get(place));
    if (kind === UP) this.#down.delete(node);
    if (kind === DOWN) this.#down.add(node);
    if (kind === UP || kind === DOWN) return;
    const transaction = this.#transactions.get(place);
    const span = this.#spans.get(transaction);
    if (span === undefined) this.#spans.set(transaction, { first: place, last: place });
    else span.last = place;
    if (this.shape?.validatorsPerShard === 1) return;
    this.#shown.add(this.#key(node, kind, this.#texts.get(place), transaction, this.#holders.get(place)));
  }

  #key(node: NodeIndex, kind: number, text: number, transaction: number, holder: number): string {
    return `${this.shardOf(node)} ${kind} ${this.#store.text(node, text)} ${transaction} ${holder}`;
  }

  #cursorBefore(wanted: number): Cursor {
    const frame = Math.min(Math.floor(wanted / KEYFRAME_EVERY), this.#keyframes.length - 1);
    const place = Math.max(0, frame) * KEYFRAME_EVERY;
    const usable = this.#cursors.filter((cursor) => cursor.place <= wanted && cursor.place >= place);
    const [nearest] = usable.sort((a, b) => b.place - a.place);
    if (nearest !== undefined) return nearest;
    const state = this.#keyframes[frame]?.copy() ?? new ShardState(this.shape ?? NO_SHAPE);
    return { state, place };
  }

  #keep(place: number, state: ShardState): void {
    if (place % KEYFRAME_EVERY === 0) this.#keyframes[place / KEYFRAME_EVERY] ??= state.copy();
  }

  shardOf(node: NodeIndex): number {
    return Math.floor(node / (this.shape?.validatorsPerShard ?? 1));
  }

  #read(place: number): ShardMark {
    const seq = this.#seqs.get(place);
    const kind = this.#kinds.get(place);
    const node = this.#store.nodeOf(seq);
    const transaction = this.#transactions.get(place);
    const about = { at: this.#store.timeAt(seq), shard: this.shardOf(node), transaction };
    if (kind === UP || kind === DOWN) return { ...about, kind: kind === UP ? 'up' : 'down', node };
    const text = this.#store.text(node, this.#texts.get(place));
    if (kind === RECORD.wait) return { ...about, kind: 'wait', account: text, holder: this.#holders.get(place) };
    if (kind === RECORD.lock) return { ...about, kind: 'lock', account: text };
    if (kind === RECORD.unlock) return { ...about, kind: 'unlock', account: text };
    const step = this.#steps.get(text);
    assert(step !== undefined, `step ${text} is not declared`);
    return { ...about, kind: 'step', step };
  }
}
