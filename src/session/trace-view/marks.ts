/** Decisions, timeouts, refusals, faults and evidence by time, for the space-time diagram. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { column32, firstAbove, firstAtLeast } from '../../kernel/trace/columns.ts';
import { faultTargets, typeName } from '../../kernel/trace/decoder.ts';
import { DROP_REASONS, RECORD, type RecordKind } from '../../kernel/trace/records.ts';
import { here } from '../../kernel/trace/look.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { Mark, MarkKind, MarkSample } from './diagram.ts';

const KINDS: ReadonlyMap<RecordKind, MarkKind> = new Map([
  [RECORD.decide, 'decide'],
  [RECORD.timer, 'timer'],
  [RECORD.drop, 'drop'],
  [RECORD.fault, 'fault'],
  [RECORD.heal, 'heal'],
  [RECORD.evidence, 'evidence'],
]);

export class MarkIndex implements RecordIndex {
  readonly kinds = [...KINDS.keys()];
  readonly #store: TraceStore;
  readonly #seqs = column32();

  constructor(store: TraceStore) {
    this.#store = store;
  }

  add(record: RecordCursor): void {
    if (KINDS.has(record.kind)) this.#seqs.push(record.seq);
  }

  truncate(): void {
    this.#seqs.truncate(firstAtLeast(this.#seqs.length, (i) => this.#seqs.get(i), this.#store.eventCount));
  }

  get sizeBytes(): number {
    return this.#seqs.sizeBytes;
  }

  /** Ascending; when there are more than `limit`, an even choice of them. Those whose records are away are left out. */
  between(from: Micros, until: Micros, limit: number): MarkSample {
    const timeOf = (i: number): Micros => this.#store.timeAt(this.#seqs.get(i));
    const first = firstAtLeast(this.#seqs.length, timeOf, from);
    const end = firstAbove(this.#seqs.length, timeOf, until);
    const total = end - first;
    let step = 1;
    while (total > limit * step) step *= 2;
    const marks: Mark[] = [];
    for (let i = Math.ceil(first / step) * step; i < end; i += step) {
      const mark = here(this.#store, () => this.#mark(this.#seqs.get(i)));
      if (mark !== null) marks.push(mark);
    }
    return { marks, total };
  }

  #mark(seq: number): Mark | null {
    const record = this.#store.look(seq);
    if (record === null) return null;
    const { kind, node, t, words, at } = record;
    const argument = (words[at] as number) >>> 16;
    const base = { kind: KINDS.get(kind) ?? 'timer', at: t, seq, node };
    const targets = kind === RECORD.fault || kind === RECORD.heal ? this.#targetsOf(argument) : [node];
    return { ...base, targets, text: this.#textOf(kind, node, argument, words, at) };
  }

  #targetsOf(fault: number): readonly NodeIndex[] {
    const plan = this.#store.fault(fault);
    return plan === null ? [] : faultTargets(plan);
  }

  #textOf(kind: RecordKind, node: NodeIndex, argument: number, words: Uint32Array, at: number): string {
    const store = this.#store;
    const word = words[at + 3] as number;
    if (kind === RECORD.decide) return `decides ${store.declaration.words.slot} ${word | 0}`;
    if (kind === RECORD.timer) return `timer ${store.text(node, word)}`;
    if (kind === RECORD.drop) {
      const type = typeName(store.declaration, store.message(argument, word));
      return `refuses ${type === '' ? 'a message' : type}: ${DROP_REASONS[words[at + 4] as number] ?? 'malformed'}`;
    }
    return store.text(node, word);
  }
}
