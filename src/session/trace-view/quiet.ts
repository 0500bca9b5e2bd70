/** When something more than background traffic was under way: what the space-time diagram may fold away in between. */
import type { NodeIndex } from '../../core/ids.ts';
import { type Micros, MILLISECOND } from '../../core/time.ts';
import { column32 } from '../../kernel/trace/columns.ts';
import { OUTCOME } from '../../kernel/network/index.ts';
import { RECORD, WORD } from '../../kernel/trace/records.ts';
import type { Stretch as EventStretch } from '../../kernel/trace/cursor.ts';
import type { RecordCursor, RecordIndex, TraceStore } from '../../kernel/trace/store.ts';
import type { PhaseRole } from '../../protocols/protocol.ts';
import type { Stretch } from './diagram.ts';
import { arrivalOf } from './flights.ts';

const BUCKET = 10 * MILLISECOND;
/** Over an hour: what is under way for longer is said to be for so long. */
const SPAN_MAX: Micros = WORD - 1;
const BACKGROUND: ReadonlySet<PhaseRole> = new Set(['sync', 'client']);

export class QuietIndex implements RecordIndex {
  readonly kinds = [RECORD.message, RECORD.copy, RECORD.decide, RECORD.fault, RECORD.heal, RECORD.evidence] as const;
  readonly #store: TraceStore;
  readonly #isBackground: readonly boolean[];
  /** By bucket: µs from its beginning until what began in it was no longer under way, plus 1; 0 = nothing began. */
  readonly #spans = column32();
  /** By node: the sequence of its newest message, when that is no background traffic. */
  readonly #newest = new Map<NodeIndex, number>();

  constructor(store: TraceStore) {
    this.#store = store;
    this.#isBackground = store.declaration.messages.map(({ phase }) => BACKGROUND.has(phase));
  }

  add(record: RecordCursor): void {
    const { kind, words, at, node, t } = record;
    const sequence = words[at + 3] as number;
    if (kind === RECORD.message) {
      if (this.#isBackground[(words[at + 4] as number) & 255] === true) this.#newest.delete(node);
      else this.#newest.set(node, sequence);
    } else if (kind === RECORD.copy) {
      if (this.#newest.get(node) === sequence) this.#busy(t, endOf(record));
    } else if (isHappening(record)) this.#busy(t, t);
  }

  truncate(at: Micros): void {
    const bucket = Math.floor(at / BUCKET);
    if (bucket < this.#spans.length) this.#spans.truncate(bucket);
    this.#newest.clear();
    for (let seq = this.#store.positionAt(bucket * BUCKET); seq < this.#store.eventCount; seq++) {
      const record = this.#store.read(seq);
      const { kind, words, at: place, node, t } = record;
      if (kind === RECORD.copy) {
        const end = endOf(record);
        const type = this.#store.message(node, words[place + 3] as number)?.type ?? -1;
        if (this.#isBackground[type] !== true) this.#busy(t, end);
      } else if (isHappening(record)) this.#busy(t, t);
    }
  }

  readsWhenCut(at: Micros, eventCount: number): readonly EventStretch[] {
    return [[this.#store.positionAt(Math.floor(at / BUCKET) * BUCKET), eventCount]];
  }

  get sizeBytes(): number {
    return this.#spans.sizeBytes;
  }

  /** Ascending; the time after the last that happened is not among them, for it may yet turn out busy. */
  between(from: Micros, until: Micros, shortest: Micros): readonly Stretch[] {
    const stretches: Stretch[] = [];
    let busyUntil = 0;
    for (let bucket = 0; bucket < this.#spans.length; bucket++) {
      const span = this.#spans.get(bucket);
      if (span === 0) continue;
      const start = bucket * BUCKET;
      if (start >= until) break;
      if (start - busyUntil >= shortest && start > from) stretches.push({ from: busyUntil, until: start });
      busyUntil = Math.max(busyUntil, start + span - 1, start + BUCKET);
    }
    return stretches;
  }

  #busy(t: Micros, until: Micros): void {
    const bucket = Math.floor(t / BUCKET);
    while (this.#spans.length <= bucket) this.#spans.push(0);
    const span = Math.min(until - bucket * BUCKET + 1, SPAN_MAX);
    if (span > this.#spans.get(bucket)) this.#spans.set(bucket, span);
  }
}

function isHappening({ kind }: RecordCursor): boolean {
  return kind === RECORD.decide || kind === RECORD.fault || kind === RECORD.heal || kind === RECORD.evidence;
}

function endOf({ words, at, t }: RecordCursor): Micros {
  return ((words[at + 4] as number) & 15) === OUTCOME.delivered ? arrivalOf(words, at) : t;
}
