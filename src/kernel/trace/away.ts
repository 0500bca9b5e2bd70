/** Which chunks must be in memory before the trace grows or is cut: both read words without asking for them. */
import type { Segment } from '../group.ts';
import type { Micros } from '../../core/time.ts';
import { CHUNK_WORDS } from './arena.ts';
import { RECORD } from './records.ts';
import type { TraceStore } from './store.ts';

/**
 * Chunks that are away and needed before these segments can be appended: indexes read the message of each copy and delivery,
 * and one that a partition held back was written long ago.
 */
export function missingFor(store: TraceStore, segments: readonly Segment[]): readonly number[] {
  const chunks = new Set<number>();
  const note = (node: number, words: Uint32Array, at: number): void => {
    const offset = messageOffsetOf(store, node, words, at);
    if (offset >= 0) chunks.add(store.arena.indexOf(offset));
  };
  for (const { node, words } of segments)
    for (let at = 0; at < words.length; at += lengthOf(words, at)) note(node, words, at);
  for (const { node, words } of store.heldBack) note(node, words, 0);
  return [...chunks].filter((chunk) => store.arena.isAway(chunk)).sort((a, b) => a - b);
}

/** Chunks that are away and needed before `truncate(at, barrier)`. Ask again when they are here: their words may name more. */
export function missingToCut(store: TraceStore, at: Micros, barrier?: number): readonly number[] {
  const { arena } = store;
  const chunks = new Set<number>();
  const { eventCount, batch } = store.cutAt(at, barrier);
  if (eventCount < store.firstSeq) return [];
  // The last record that stays is somewhere from the last event that does up to the first that does not.
  const from = eventCount > store.firstSeq ? store.offsetOf(eventCount - 1) : arena.firstChunk * CHUNK_WORDS;
  const to = eventCount < store.eventCount ? store.offsetOf(eventCount) : Math.max(from, arena.end - 1);
  for (let chunk = arena.indexOf(from); chunk <= arena.indexOf(to); chunk++) chunks.add(chunk);
  for (const { offset } of store.lateFrom(from, batch)) chunks.add(arena.indexOf(offset));
  for (const [first, end] of store.readsWhenCut(at, eventCount)) {
    for (let seq = Math.max(first, store.firstSeq); seq < end; seq++) {
      const chunk = arena.indexOf(store.offsetOf(seq));
      chunks.add(chunk);
      if (arena.isAway(chunk)) continue;
      const { node, words, at: place } = store.read(seq);
      const message = messageOffsetOf(store, node, words, place);
      if (message >= 0) chunks.add(arena.indexOf(message));
    }
  }
  return [...chunks].filter((chunk) => arena.isAway(chunk)).sort((a, b) => a - b);
}

/** Where the message of a copy, delivery or refusal stands; −1 for every other record. */
function messageOffsetOf(store: TraceStore, node: number, words: Uint32Array, at: number): number {
  const kind = (words[at] as number) & 63;
  const isCopy = kind === RECORD.copy;
  if (!isCopy && kind !== RECORD.deliver && kind !== RECORD.drop) return -1;
  return store.messageOffset(isCopy ? node : (words[at] as number) >>> 16, words[at + 3] as number);
}

function lengthOf(words: Uint32Array, at: number): number {
  return Math.max(1, ((words[at] as number) >>> 6) & 1023);
}
