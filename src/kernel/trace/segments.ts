/** A trace taken apart again, node by node as recorders wrote it: given to a new store, it continues where this one stands. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Segment } from '../group.ts';
import { textWords } from './pieces.ts';
import type { TraceStore } from './store.ts';

/** One segment a node, by node: texts first, then records in the trace's order, then what is held back. All of it must be here. */
export function segmentsOf(store: TraceStore): Segment[] {
  const writer = new SegmentWriter(store);
  for (const chunk of writer.chunks) writer.add(chunk);
  return writer.end();
}

/** The same from a chunk on, which must be here, without texts. */
export function tailOf(store: TraceStore, from: number): Segment[] {
  const writer = new SegmentWriter(store, from);
  for (const chunk of writer.chunks) writer.add(chunk);
  return writer.end();
}

/** The same for a trace that is not in memory as a whole: chunk by chunk. */
export class SegmentWriter {
  readonly #store: TraceStore;
  readonly #from: number | null;
  readonly #streams = new Map<NodeIndex, Stream>();

  /** `from`: the chunk to begin with, texts left out; null: everything. */
  constructor(store: TraceStore, from: number | null = null) {
    this.#store = store;
    this.#from = from;
    if (from !== null) return;
    for (const [node, texts] of store.texts()) {
      const words = textWords(texts);
      this.#of(node).add(words, 0, words.length);
    }
  }

  /** The chunks to be added, in this order. */
  get chunks(): readonly number[] {
    const { firstChunk, end } = this.#store.arena;
    const count = end === 0 ? 0 : this.#store.arena.indexOf(end - 1) + 1;
    const first = Math.max(firstChunk, this.#from ?? 0);
    return Array.from({ length: Math.max(0, count - first) }, (_, i) => first + i);
  }

  /** @throws AwayError before anything was added */
  add(chunk: number): void {
    this.#store.forEachRecord(
      ({ node, words, at }) => this.#of(node).add(words, at, ((words[at] as number) >>> 6) & 1023),
      chunk,
    );
  }

  end(): Segment[] {
    for (const { node, words } of this.#store.heldBack) this.#of(node).add(words, 0, words.length);
    return [...this.#streams].sort(([a], [b]) => a - b).map(([node, stream]) => ({ node, words: stream.words() }));
  }

  #of(node: NodeIndex): Stream {
    const known = this.#streams.get(node);
    if (known !== undefined) return known;
    const stream = new Stream();
    this.#streams.set(node, stream);
    return stream;
  }
}

/** Words that come piece by piece. */
class Stream {
  #words = new Uint32Array(1024);
  #length = 0;

  add(from: Uint32Array, at: number, length: number): void {
    if (this.#length + length > this.#words.length) {
      const larger = new Uint32Array(2 * Math.max(this.#words.length, length));
      larger.set(this.#words.subarray(0, this.#length));
      this.#words = larger;
    }
    this.#words.set(from.subarray(at, at + length), this.#length);
    this.#length += length;
  }

  words(): Uint32Array {
    return this.#words.slice(0, this.#length);
  }
}
