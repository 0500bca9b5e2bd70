/** What each node was at a moment: its last state record. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { BEHAVIOUR_CODES } from '../../kernel/host/traitor.ts';
import { type Column, column32, firstAbove, firstAtLeast } from '../../kernel/trace/columns.ts';
import { readState } from '../../kernel/trace/decoder.ts';
import { RECORD } from '../../kernel/trace/records.ts';
import type { Stretch } from '../../kernel/trace/cursor.ts';
import { here } from '../../kernel/trace/look.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { NodeMoment } from '../view.ts';
import type { Band } from './diagram.ts';

/** Positions of the fields that every protocol declares first. */
const FIELD = { role: 0, epoch: 1, height: 2, phase: 3 } as const;
/** Words of a state record before its fields. */
const FIELDS_AT = 3;

export class StateIndex implements RecordIndex {
  readonly kinds = [RECORD.state] as const;
  readonly #store: TraceStore;
  /** By node: positions of its state records. */
  readonly #byNode: Column[] = [];
  readonly #memo = new Map<number, NodeMoment>();
  /** By node: the words of its last record. What a node was is asked for every record that comes. */
  #latest: (Uint32Array | undefined)[] = [];
  /** By node: its last record before the trace begins, where some of it was dropped. */
  readonly #before: (Kept | undefined)[] = [];

  constructor(store: TraceStore) {
    this.#store = store;
  }

  add(record: RecordCursor): void {
    if (record.kind !== RECORD.state) return;
    let list = this.#byNode[record.node];
    if (list === undefined) {
      list = column32();
      this.#byNode[record.node] = list;
    }
    list.push(record.seq);
    this.#remember(record);
  }

  /** In place: nodes of a large network write thousands of records a block. */
  #remember({ node, words, at }: RecordCursor): void {
    const length = ((words[at] as number) >>> 6) & 1023;
    let latest = this.#latest[node];
    if (latest?.length !== length) {
      latest = new Uint32Array(length);
      this.#latest[node] = latest;
    }
    for (let i = 0; i < length; i++) latest[i] = words[at + i] as number;
  }

  truncate(): void {
    const { eventCount } = this.#store;
    for (const list of this.#byNode) list?.truncate(firstAtLeast(list.length, (i) => list.get(i), eventCount));
    this.#memo.clear();
    this.#latest = this.#byNode.map((list, node) => (list.length === 0 ? undefined : this.#wordsAt(node, list)));
  }

  dropping(firstSeq: number): void {
    this.#byNode.forEach((list, node) => {
      const count = firstAtLeast(list.length, (i) => list.get(i), firstSeq);
      const seq = count === 0 ? -1 : list.get(count - 1);
      const record = seq < this.#store.firstSeq ? null : here(this.#store, () => this.#store.read(seq));
      if (record !== null) this.#before[node] = { seq, words: wordsOf(record) };
    });
  }

  /** The last record of each node among those that stay. */
  readsWhenCut(_at: Micros, eventCount: number): readonly Stretch[] {
    return this.#byNode.flatMap((list): Stretch[] => {
      const count = firstAtLeast(list.length, (i) => list.get(i), eventCount);
      return count === 0 ? [] : [[list.get(count - 1), list.get(count - 1) + 1]];
    });
  }

  get sizeBytes(): number {
    return this.#byNode.reduce((sum, list) => sum + list.sizeBytes, 0);
  }

  /** Unknown nodes, and every node before its first record or while that is away, are not alive and have no fields. */
  at(node: NodeIndex, at: Micros): NodeMoment {
    const list = this.#byNode[node];
    const count = list === undefined ? 0 : firstAbove(list.length, (i) => this.#store.timeAt(list.get(i)), at);
    if (list === undefined || count === 0) return this.#unknown();
    const seq = list.get(count - 1);
    const known = this.#memo.get(seq);
    if (known !== undefined) return known;
    const moment = this.#read(node, list, count - 1);
    if (moment === null) return this.#unknown();
    if (this.#memo.size > 4096) this.#memo.clear();
    this.#memo.set(seq, moment);
    return moment;
  }

  /** What the node showed from `from` to `until`. Records less than `shortest` after the one before may be left out. */
  bands(node: NodeIndex, from: Micros, until: Micros, shortest: Micros): readonly Band[] {
    const list = this.#byNode[node];
    const bands: Band[] = [];
    if (list === undefined) return bands;
    const timeOf = (i: number): Micros => this.#store.timeAt(list.get(i));
    const end = firstAbove(list.length, timeOf, until);
    let i = Math.max(0, firstAbove(list.length, timeOf, from) - 1);
    while (i < end) {
      let next = i + 1;
      if (shortest > 1) {
        const clear = timeOf(i) + shortest;
        while (next < list.length && timeOf(next) < clear) next++;
      }
      const band = this.#band(list.get(i), next < list.length ? timeOf(next) : Number.POSITIVE_INFINITY);
      if (band !== null) bands.push(band);
      i = next;
    }
    return bands;
  }

  #band(seq: number, until: Micros): Band | null {
    const { fields } = this.#store.declaration;
    const record = this.#store.look(seq);
    if (record === null) return null;
    const { words, at, t } = record;
    const header = words[at] as number;
    const count = ((header >>> 6) & 1023) - FIELDS_AT;
    const value = (field: number): number => (field < count ? (words[at + FIELDS_AT + field] as number) | 0 : -1);
    const flags = header >>> 16;
    return {
      from: t,
      until,
      alive: (flags & 1) === 1,
      isByzantine: flags >>> 1 !== 0,
      role: fields[FIELD.role]?.values?.[value(FIELD.role)] ?? '',
      phase: fields[FIELD.phase]?.values?.[value(FIELD.phase)] ?? '',
      epoch: value(FIELD.epoch),
      height: value(FIELD.height),
    };
  }

  /** A field of the node's latest record as the integer it is; null before the first record. */
  latestField(node: NodeIndex, field: number): number | null {
    const words = this.#latest[node];
    if (words === undefined) return null;
    // Optional fields that nobody has are not there.
    return FIELDS_AT + field < words.length ? (words[FIELDS_AT + field] as number) | 0 : -1;
  }

  /** Whether the node is Byzantine as far as the trace goes. */
  isByzantine(node: NodeIndex): boolean {
    const words = this.#latest[node];
    return words !== undefined && (words[0] as number) >>> 17 !== 0;
  }

  /** A copy of the node's last record; undefined for one that was dropped. */
  #wordsAt(node: NodeIndex, list: Column): Uint32Array | undefined {
    const seq = list.get(list.length - 1);
    return seq < this.#store.firstSeq ? this.#keptOf(node, seq)?.words.slice() : wordsOf(this.#store.read(seq));
  }

  #keptOf(node: NodeIndex, seq: number): Kept | null {
    const kept = this.#before[node];
    return kept?.seq === seq ? kept : null;
  }

  #read(node: NodeIndex, list: Column, index: number): NodeMoment | null {
    const { declaration } = this.#store;
    const kept = this.#keptOf(node, list.get(index));
    const record = kept === null ? this.#store.look(list.get(index)) : { words: kept.words, at: 0 };
    if (record === null) return null;
    const { alive, behaviour, fields } = readState(declaration, record.words, record.at);
    const byzantine = behaviour === 0 ? null : (BEHAVIOUR_CODES[behaviour - 1] ?? 'byzantine');
    const changedAt = this.#changedAt(list, index);
    return changedAt === null ? null : { alive, byzantine, fields, changedAt };
  }

  /**
   * Time of the last record whose fields differ from those before: others only say that the node crashed or turned. Null
   * while one that says so is away.
   */
  #changedAt(list: Column, index: number): Micros | null {
    let changed = index;
    for (; changed > 0 && list.get(changed - 1) >= this.#store.firstSeq; changed--) {
      const same = this.#sameFields(list.get(changed - 1), list.get(changed));
      if (same === null) return null;
      if (!same) break;
    }
    return this.#store.timeAt(list.get(changed));
  }

  #sameFields(first: number, second: number): boolean | null {
    const before = this.#store.look(first);
    if (before === null) return null;
    const { words: a, at: i } = before;
    const after = this.#store.look(second);
    if (after === null) return null;
    const { words: b, at: j } = after;
    const length = ((a[i] as number) >>> 6) & 1023;
    if (length !== (((b[j] as number) >>> 6) & 1023)) return false;
    for (let k = FIELDS_AT; k < length; k++) if (a[i + k] !== b[j + k]) return false;
    return true;
  }

  #unknown(): NodeMoment {
    const fields = Object.fromEntries(this.#store.declaration.fields.map(({ name }) => [name, null]));
    return { alive: false, byzantine: null, fields, changedAt: 0 };
  }
}

interface Kept {
  readonly seq: number;
  readonly words: Uint32Array;
}

/** A copy of a record. */
function wordsOf({ words, at }: RecordCursor): Uint32Array {
  return words.slice(at, at + (((words[at] as number) >>> 6) & 1023));
}
