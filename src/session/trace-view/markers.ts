/** The moments worth a mark on the timeline. */
import { nodeName } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { Marker, MarkerKind } from '../view.ts';
import type { StateIndex } from './states.ts';

/** Positions in `Declaration.fields`, the same for every protocol. */
const EPOCH_FIELD = 1;
const HEIGHT_FIELD = 2;

/** A violated check, as the judge reports it. */
export interface ViolationMark {
  readonly name: string;
  readonly at: Micros;
  readonly detail: string;
}

interface Mark extends Marker {
  /** Only the first mark of a key is set; null for marks that all count. */
  readonly key: string | null;
}

export class MarkerIndex implements RecordIndex {
  readonly #store: TraceStore;
  /** Must be given each record after this index: it says what a node was before. */
  readonly #states: StateIndex;
  readonly #marks: Mark[] = [];
  readonly #keys = new Set<string>();
  #violations: readonly ViolationMark[] = [];
  /** All marks in order; null when there are new ones. */
  #all: readonly Marker[] | null = null;

  constructor(store: TraceStore, states: StateIndex) {
    this.#store = store;
    this.#states = states;
  }

  add(record: RecordCursor): void {
    switch (record.kind) {
      case RECORD.decide:
        return this.#decision(record);
      case RECORD.state:
        return this.#state(record);
      case RECORD.fault:
        return this.#mark('fault', record, this.#text(record), null);
      case RECORD.heal:
        return this.#mark('heal', record, this.#text(record), null);
      case RECORD.evidence:
        return this.#evidence(record);
      default:
    }
  }

  truncate(at: Micros): void {
    for (let last = this.#marks.at(-1); last !== undefined && last.at >= at; last = this.#marks.at(-1)) {
      if (last.key !== null) this.#keys.delete(last.key);
      this.#marks.pop();
    }
    this.#all = null;
  }

  setViolations(violations: readonly ViolationMark[]): void {
    this.#violations = violations;
    this.#all = null;
  }

  /** Ascending by time; the same list until there is a new one. */
  get all(): readonly Marker[] {
    this.#all ??= this.#merge();
    return this.#all;
  }

  #merge(): readonly Marker[] {
    const marks = this.#marks.map(({ kind, at, label, seq }): Marker => ({ kind, at, label, seq }));
    for (const { name, at, detail } of this.#violations) {
      const label = detail === '' ? `${name} violated` : `${name} violated: ${detail}`;
      marks.push({ kind: 'violation', at, label, seq: this.#store.positionAt(at) });
    }
    return marks.sort((a, b) => a.at - b.at);
  }

  #decision(record: RecordCursor): void {
    const slot = (record.words[record.at + 3] as number) | 0;
    const word = this.#store.declaration.words.slot;
    this.#mark('decision', record, `${capital(word)} ${slot} decided`, `decision ${slot}`);
  }

  /** A validator's epoch rises: marked when the first one enters it, once a slot and epoch. */
  #state(record: RecordCursor): void {
    const { node, words, at } = record;
    if (node >= this.#store.validatorCount || this.#store.declaration.fields.length <= HEIGHT_FIELD) return;
    const epoch = (words[at + 3 + EPOCH_FIELD] as number) | 0;
    const before = this.#states.latestField(node, EPOCH_FIELD);
    if (before === null || epoch <= before) return;
    const slot = ((words[at + 3 + HEIGHT_FIELD] as number) | 0) + 1;
    const { words: terms } = this.#store.declaration;
    const label = `${capital(terms.change)}: ${terms.slot} ${slot} enters ${terms.epoch} ${epoch}`;
    this.#mark('viewChange', record, label, `epoch ${slot} ${epoch}`);
  }

  /** Once for each pair of statements, whoever holds it. */
  #evidence(record: RecordCursor): void {
    const { words, at } = record;
    const against = (words[at] as number) >>> 16;
    const pair = [0, 1].map((i) => `${words[at + 4 + 2 * i]}-${words[at + 5 + 2 * i]}`).sort();
    const name = nodeName(against, this.#store.validatorCount);
    this.#mark(
      'evidence',
      record,
      `Evidence against ${name}: ${this.#text(record)}`,
      `evidence ${against} ${pair.join(' ')}`,
    );
  }

  #mark(kind: MarkerKind, record: RecordCursor, label: string, key: string | null): void {
    if (key !== null) {
      if (this.#keys.has(key)) return;
      this.#keys.add(key);
    }
    this.#marks.push({ kind, at: record.t, label, seq: record.seq, key });
    this.#all = null;
  }

  #text(record: RecordCursor): string {
    return this.#store.text(record.node, record.words[record.at + 3] as number);
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
