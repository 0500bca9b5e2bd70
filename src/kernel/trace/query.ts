/** Searching the trace without decoding what does not match, and writing it as JSON lines. */
import type { Micros } from '../../core/time.ts';
import { nodeName, type NodeIndex, type Naming } from '../../core/ids.ts';
import { EVENT_KIND } from './decoder.ts';
import type { TraceEvent, ReservedKind, TraceEventKind } from './events.ts';
import type { TraceStore } from './store.ts';

/** What is left out does not restrict. */
export interface TraceQuery {
  /** Inclusive. */
  readonly fromMicros?: Micros;
  /** Exclusive. */
  readonly toMicros?: Micros;
  readonly kinds?: readonly (TraceEventKind | ReservedKind)[];
  /** Names of nodes; `world` for faults. */
  readonly nodes?: readonly string[];
  /** The first so many matches. */
  readonly limit?: number;
}

/** The events that match, in the trace's order. */
export function queryTrace(store: TraceStore, query: TraceQuery): TraceEvent[] {
  return queryStretch(store, query, ...stretchOf(store, query));
}

/** Positions between which the matches are. */
export function stretchOf(store: TraceStore, { fromMicros = 0, toMicros }: TraceQuery): readonly [number, number] {
  return [store.positionAt(fromMicros), toMicros === undefined ? store.eventCount : store.positionAt(toMicros)];
}

/** The events `from` ≤ seq < `to` that match, whatever their times. */
export function queryStretch(store: TraceStore, query: TraceQuery, from: number, to: number): TraceEvent[] {
  const limit = query.limit ?? Number.POSITIVE_INFINITY;
  const kinds = query.kinds === undefined ? null : new Set<string>(query.kinds);
  const nodes = query.nodes === undefined ? null : nodeFilter(store, query.nodes);
  const events: TraceEvent[] = [];
  for (let seq = from; seq < to && events.length < limit; seq++) {
    const { kind, node } = store.read(seq);
    const eventKind = EVENT_KIND[kind];
    if (kinds !== null && (eventKind === undefined || !kinds.has(eventKind))) continue;
    if (nodes !== null && !nodes(node)) continue;
    events.push(store.event(seq));
  }
  return events;
}

function nodeFilter(naming: Naming, names: readonly string[]): (node: NodeIndex) => boolean {
  const wanted = new Set(names);
  const known = new Map<NodeIndex, boolean>();
  return (node) => {
    const before = known.get(node);
    if (before !== undefined) return before;
    const matches = wanted.has(nodeName(node, naming));
    known.set(node, matches);
    return matches;
  };
}

const LINES_AT_ONCE = 1024;

/** Events `from` ≤ seq < `to`, one JSON object a line, in pieces of many lines: a long trace is too long for one string. */
export function* jsonLines(store: TraceStore, from = 0, to = store.eventCount): Generator<string> {
  const end = Math.min(to, store.eventCount);
  for (let seq = Math.max(0, from); seq < end; seq += LINES_AT_ONCE) {
    const events = store.events(seq, Math.min(end, seq + LINES_AT_ONCE));
    yield events.map((event) => `${JSON.stringify(event)}\n`).join('');
  }
}

/** The same as one string. */
export function toJsonLines(store: TraceStore, from = 0, to = store.eventCount): string {
  return [...jsonLines(store, from, to)].join('');
}
