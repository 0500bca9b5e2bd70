/** How indexes and other readers get the records of the trace. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { RECORD, type RecordKind } from './records.ts';

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

/** Positions of events: from the first, up to the second. */
export type Stretch = readonly [from: number, to: number];

/** Something derived from the trace that grows and is cut with it. */
export interface RecordIndex {
  /** The kinds of record that say something to it; absent: every kind. It may be given others. */
  readonly kinds?: readonly RecordKind[];
  /** Records come in the order of the trace. */
  add(record: RecordCursor): void;
  /** Every record at or after `at` is gone. */
  truncate(at: Micros): void;
  /** Which events `truncate(at)` will read of those that stay, the first `eventCount`: they are brought before. */
  readsWhenCut?(at: Micros, eventCount: number): readonly Stretch[];
  /** The words of events before `firstSeq` are about to go for good. */
  dropping?(firstSeq: number): void;
}

export function emptyCursor(): RecordCursor {
  return { kind: RECORD.note, node: 0, t: 0, seq: 0, words: new Uint32Array(0), at: 0, offset: 0 };
}

/** Points the cursor at the record that begins at `at` of `words`. */
export function pointTo(
  cursor: RecordCursor,
  words: Uint32Array,
  at: number,
  node: NodeIndex,
  t: Micros,
  seq: number,
  offset: number,
): RecordCursor {
  cursor.kind = ((words[at] as number) & 63) as RecordKind;
  cursor.node = node;
  cursor.t = t;
  cursor.seq = seq;
  cursor.words = words;
  cursor.at = at;
  cursor.offset = offset;
  return cursor;
}
