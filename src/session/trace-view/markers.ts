/** The moments worth a mark on the timeline. */
import { type NodeIndex, nodeName } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { FieldDeclaration } from '../../protocols/protocol.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import { asksForLater, type Entry, entryKey, isChange } from '../epochs.ts';
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
  readonly kinds = [RECORD.decide, RECORD.state, RECORD.message, RECORD.fault, RECORD.heal, RECORD.evidence] as const;
  readonly #store: TraceStore;
  /** Must be given each record after this index: it says what a node was before. */
  readonly #states: StateIndex;
  readonly #marks: Mark[] = [];
  readonly #keys = new Set<string>();
  /** Who asked for a later epoch than its own, in order. */
  readonly #asks: { readonly at: Micros; readonly node: NodeIndex; readonly epoch: number }[] = [];
  /** Epochs that were entered in the ordinary course. */
  readonly #ordinary: { readonly at: Micros; readonly key: string }[] = [];
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
      case RECORD.message:
        return this.#message(record);
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
    while ((this.#asks.at(-1)?.at ?? -1) >= at) this.#asks.pop();
    for (let last = this.#ordinary.at(-1); last !== undefined && last.at >= at; last = this.#ordinary.at(-1)) {
      this.#keys.delete(last.key);
      this.#ordinary.pop();
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

  #message({ node, words, at, t }: RecordCursor): void {
    const { declaration, validatorCount } = this.#store;
    if (declaration.epochs?.rotate !== true || node >= validatorCount) return;
    const epoch = (words[at + 6] as number) | 0;
    const own = this.#states.latestField(node, EPOCH_FIELD);
    if (asksForLater(declaration, (words[at + 4] as number) & 255, epoch, own)) this.#asks.push({ at: t, node, epoch });
  }

  /** A validator's epoch rises: marked when the first one enters it, if that is a change. */
  #state(record: RecordCursor): void {
    const { node, words, at } = record;
    if (node >= this.#store.validatorCount || this.#store.declaration.fields.length <= HEIGHT_FIELD) return;
    this.#regimes(record);
    const epoch = (words[at + 3 + EPOCH_FIELD] as number) | 0;
    const before = this.#states.latestField(node, EPOCH_FIELD);
    if (before === null || epoch <= before) return;
    const { declaration } = this.#store;
    const entry = { node, slot: ((words[at + 3 + HEIGHT_FIELD] as number) | 0) + 1, epoch };
    const key = `epoch ${entryKey(declaration, entry)}`;
    if (this.#keys.has(key)) return;
    if (isChange(declaration, epoch, this.#asked())) {
      this.#mark('viewChange', record, this.#changeLabel(entry), key);
    } else {
      this.#keys.add(key);
      this.#ordinary.push({ at: record.t, key });
    }
  }

  /** A shard goes on in another way: marked when the first of its validators shows from where. */
  #regimes(record: RecordCursor): void {
    const { fields, regimes = [] } = this.#store.declaration;
    const { node, words, at } = record;
    const read = (index: number): number => (words[at + 3 + index] as number) | 0;
    for (const regime of regimes) {
      const [field, since] = [regime.field, regime.since].map((wanted) =>
        fields.findIndex(({ name }) => name === wanted),
      );
      if (field === undefined || since === undefined) continue;
      const before = this.#states.latestField(node, since) ?? -1;
      if (before < 0 || fieldCountOf(record) <= Math.max(field, since) || read(since) <= before) continue;
      const shard = Math.floor(node / (this.#store.validatorsPerShard ?? 1));
      const { label, values = [] } = fields[field] as FieldDeclaration;
      const text = `s${shard}: ${label.toLowerCase()} ${values[read(field)] ?? read(field)} from ${read(since)} on`;
      this.#mark('viewChange', record, text, `regime ${regime.field} ${shard} ${read(since)}`);
    }
  }

  #changeLabel({ node, slot, epoch }: Entry): string {
    const { words, epochs } = this.#store.declaration;
    const change = `${capital(words.change)}: `;
    if (epochs?.of === 'node') return `${change}${nodeName(node, this.#store)}, ${words.epoch} ${epoch}`;
    if (epochs?.of === 'run') return `${change}${words.epoch} ${epoch}, from ${words.slot} ${slot} on`;
    return `${change}${words.slot} ${slot} enters ${words.epoch} ${epoch}`;
  }

  /** By validator: the highest epoch that it has asked for. */
  #asked(): readonly number[] {
    if (this.#asks.length === 0) return [];
    const asked = Array.from({ length: this.#store.validatorCount }, () => 0);
    for (const { node, epoch } of this.#asks) asked[node] = Math.max(asked[node] ?? 0, epoch);
    return asked;
  }

  /** Once for each pair of statements, whoever holds it. */
  #evidence(record: RecordCursor): void {
    const { words, at } = record;
    const against = (words[at] as number) >>> 16;
    const pair = [0, 1].map((i) => `${words[at + 4 + 2 * i]}-${words[at + 5 + 2 * i]}`).sort();
    const name = nodeName(against, this.#store);
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

function fieldCountOf({ words, at }: RecordCursor): number {
  return (((words[at] as number) >>> 6) & 1023) - 3;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
