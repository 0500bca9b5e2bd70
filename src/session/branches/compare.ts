/** Where two traces part, and what each decided. Pure but for reading the stores. */
import { ENVIRONMENT, type NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { msFromMicros } from '../../core/time.ts';
import { decidedDigest } from '../../kernel/trace/decoder.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';
import { RECORD, type RecordKind } from '../../kernel/trace/records.ts';
import type { TraceStore } from '../../kernel/trace/store.ts';
import type { ComparedEvents, ComparedSlot, Comparison, SideInfo, SlotDecisions } from './types.ts';

export interface ComparedSide {
  readonly title: string;
  readonly store: TraceStore;
  readonly horizon: Micros;
}

const ROWS_BEFORE = 6;
const ROWS_AFTER = 40;

export function compareTraces(left: ComparedSide, right: ComparedSide): Comparison {
  const until = Math.min(left.horizon, right.horizon);
  const ends = [left.store.positionAt(until), right.store.positionAt(until)] as const;
  const commonCount = commonPrefix(left.store, right.store, Math.min(...ends));
  const differs = commonCount < Math.max(...ends);
  const rows = differs ? rowsFrom(left.store, right.store, commonCount, ends) : [];
  const first = rows.find(({ isSame }) => !isSame);
  return {
    left: infoOf(left),
    right: infoOf(right),
    untilMs: msFromMicros(until),
    commonCount,
    firstAtMs: first === undefined ? null : Math.min(first.left?.t ?? Infinity, first.right?.t ?? Infinity),
    rows,
    slots: slotsOf(left.store, right.store, ends),
  };
}

function infoOf({ title, store, horizon }: ComparedSide): SideInfo {
  return { title, atMs: msFromMicros(horizon), eventCount: store.eventCount };
}

/** How many events from the beginning on are the same, up to `end`. */
function commonPrefix(left: TraceStore, right: TraceStore, end: number): number {
  const sent = { node: -1, sequence: -1 };
  for (let seq = 0; seq < end; seq++) if (!isSameAt(left, right, seq, sent)) return seq;
  return end;
}

/** Kinds whose words say all; the others also name texts, of which the code alone is not the text. */
const PLAIN: ReadonlySet<RecordKind> = new Set([RECORD.copy, RECORD.deliver, RECORD.drop, RECORD.state, RECORD.decide]);

/** Whether both have the same event at `seq`. `sent` remembers the message compared last: its copies follow one another. */
function isSameAt(left: TraceStore, right: TraceStore, seq: number, sent: { node: number; sequence: number }): boolean {
  const one = left.read(seq);
  const other = right.read(seq);
  if (one.node !== other.node || one.t !== other.t || one.kind !== other.kind) return false;
  const length = ((one.words[one.at] as number) >>> 6) & 1023;
  for (let i = 0; i < length; i++) if (one.words[one.at + i] !== other.words[other.at + i]) return false;
  if (!PLAIN.has(one.kind)) return isSameEvent(left.event(seq), right.event(seq));
  const sequence = one.words[one.at + 3] as number;
  if (one.kind !== RECORD.copy || (sent.node === one.node && sent.sequence === sequence)) return true;
  sent.node = one.node;
  sent.sequence = sequence;
  const [a, b] = [left.message(one.node, sequence), right.message(one.node, sequence)];
  return a?.contentHash === b?.contentHash && a?.type === b?.type && a?.digest === b?.digest;
}

/** Equal but for their positions in the two traces. */
function isSameEvent(a: TraceEvent, b: TraceEvent): boolean {
  return JSON.stringify({ ...a, seq: 0 }) === JSON.stringify({ ...b, seq: 0 });
}

/** The end of what is common, then both traces in the one order of time and node, equal events beside each other. */
function rowsFrom(
  left: TraceStore,
  right: TraceStore,
  common: number,
  ends: readonly [number, number],
): readonly ComparedEvents[] {
  const rows: ComparedEvents[] = [];
  for (let seq = Math.max(0, common - ROWS_BEFORE); seq < common; seq++)
    rows.push({ left: left.event(seq), right: right.event(seq), isSame: true });
  let [i, j] = [common, common];
  for (let row = 0; row < ROWS_AFTER && (i < ends[0] || j < ends[1]); row++) {
    const a = i < ends[0] ? left.event(i) : null;
    const b = j < ends[1] ? right.event(j) : null;
    const order = a === null ? 1 : b === null ? -1 : orderOf(left, i, right, j);
    rows.push({
      left: order <= 0 ? a : null,
      right: order >= 0 ? b : null,
      isSame: order === 0 && a !== null && b !== null && isSameSide(left, right, a, b),
    });
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return rows;
}

/** Equal in what is decoded and, for messages, in their bytes. */
function isSameSide(left: TraceStore, right: TraceStore, a: TraceEvent, b: TraceEvent): boolean {
  if (!isSameEvent(a, b)) return false;
  if (a.kind !== 'send') return true;
  const hashOf = (store: TraceStore, seq: number): string | undefined => {
    const { node, words, at } = store.read(seq);
    return store.message(node, words[at + 3] as number)?.contentHash;
  };
  return hashOf(left, a.seq) === hashOf(right, b.seq);
}

/** By time, then node, the environment before all nodes, as the trace has it; events of one node and time stand beside each other. */
function orderOf(left: TraceStore, i: number, right: TraceStore, j: number): number {
  const rank = (node: NodeIndex): number => (node === ENVIRONMENT ? -1 : node);
  const { t, node } = left.read(i);
  const other = right.read(j);
  return t - other.t || rank(node) - rank(other.node);
}

interface Decided {
  readonly digest: string;
  readonly at: Micros;
  readonly nodes: Set<number>;
}

function slotsOf(left: TraceStore, right: TraceStore, ends: readonly [number, number]): readonly ComparedSlot[] {
  const one = decisionsOf(left, ends[0]);
  const other = decisionsOf(right, ends[1]);
  const slots = [...new Set([...one.keys(), ...other.keys()])].sort((a, b) => a - b);
  return slots.map((slot) => {
    const sides = { left: one.get(slot) ?? [], right: other.get(slot) ?? [] };
    return { slot, ...sides, verdict: verdictOf(sides.left, sides.right) };
  });
}

function verdictOf(left: SlotDecisions, right: SlotDecisions): ComparedSlot['verdict'] {
  if (left.length === 0) return 'right only';
  if (right.length === 0) return 'left only';
  const digests = (side: SlotDecisions): string =>
    side
      .map(({ digest }) => digest)
      .sort()
      .join(' ');
  return digests(left) === digests(right) ? 'same' : 'different';
}

function decisionsOf(store: TraceStore, end: number): Map<number, SlotDecisions> {
  const slots = new Map<number, Decided[]>();
  for (let seq = 0; seq < end; seq++) {
    const { kind, words, at, node, t } = store.read(seq);
    if (kind !== RECORD.decide) continue;
    const slot = (words[at + 3] as number) | 0;
    const digest = decidedDigest(words, at);
    const list = slots.get(slot) ?? [];
    slots.set(slot, list);
    const known = list.find((entry) => entry.digest === digest);
    if (known === undefined) list.push({ digest, at: t, nodes: new Set([node]) });
    else known.nodes.add(node);
  }
  return new Map(
    [...slots].map(([slot, list]) => [
      slot,
      list.map(({ digest, at, nodes }) => ({ digest, at, nodeCount: nodes.size })),
    ]),
  );
}
