/**
 * A full chunk of the trace as it is kept outside of memory: its words, and the nodes of its events, which stand beside the
 * words in a store. Little by little the pieces of a run make up its record; put together again they give the same chunks.
 *
 *     offset  0   4 bytes   number of events, low byte first
 *             4   2 bytes   node of the first event, and so on; then zeros up to a multiple of four
 *                           the words of the chunk
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Segment } from '../group.ts';
import { CHUNK_WORDS } from './arena.ts';
import { RECORD, WORD } from './records.ts';
import { encodeUtf8 } from './utf8.ts';
import type { TraceStore } from './store.ts';

const HEAD_BYTES = 4;

/** The piece of a chunk that is full and in memory. @throws AwayError */
export function packPiece(store: TraceStore, chunk: number): Uint8Array<ArrayBuffer> {
  const words = store.arena.chunkAt(chunk);
  const [first, end] = store.positionsIn(chunk);
  const wordsAt = wordsBegin(end - first);
  const piece = new Uint8Array(wordsAt + words.byteLength);
  new Uint32Array(piece.buffer, 0, 1)[0] = end - first;
  const nodes = new Uint16Array(piece.buffer, HEAD_BYTES, end - first);
  for (let seq = first; seq < end; seq++) nodes[seq - first] = store.nodeOf(seq);
  piece.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), wordsAt);
  return piece;
}

/** The words of a piece, as a chunk has them; null for what is none. */
export function wordsOfPiece(piece: Uint8Array): Uint32Array | null {
  return read(piece)?.words ?? null;
}

/** What nodes recorded in a piece, in the order of the trace, and when the last event was; null for what is no piece. */
export function segmentsOfPiece(piece: Uint8Array): { readonly segments: Segment[]; readonly last: Micros } | null {
  const found = read(piece);
  if (found === null) return null;
  const { words, nodes } = found;
  const lists = new Map<NodeIndex, number[]>();
  let [events, last] = [0, 0];
  for (let at = 0; at < words.length && words[at] !== 0; ) {
    const header = words[at] as number;
    const length = (header >>> 6) & 1023;
    const isMessage = (header & 63) === RECORD.message;
    if (length < 3 || at + length + (isMessage ? 1 : 0) > words.length) return null;
    const node = isMessage ? (words[at + length] as number) : nodes[events];
    if (node === undefined) return null;
    if (!isMessage) events++;
    last = (words[at + 1] as number) + (words[at + 2] as number) * WORD;
    const places = lists.get(node);
    if (places === undefined) lists.set(node, [at]);
    else places.push(at);
    at += isMessage ? length + 1 : length;
  }
  if (events !== nodes.length) return null;
  const segments = [...lists]
    .sort(([a], [b]) => a - b)
    .map(([node, places]) => ({ node, words: gather(words, places) }));
  return { segments, last };
}

/** Texts as recorders write them, in the order of their codes. */
export function textWords(texts: readonly string[]): Uint32Array {
  const words: number[] = [];
  for (const [code, text] of texts.entries()) {
    const bytes = encodeUtf8(text);
    const at = words.length + 3;
    const count = (bytes.length + 3) >> 2;
    words.push((RECORD.text | ((3 + count) << 6)) >>> 0, code, bytes.length, ...Array<number>(count).fill(0));
    for (const [i, byte] of bytes.entries()) {
      words[at + (i >> 2)] = ((words[at + (i >> 2)] as number) | (byte << (8 * (i & 3)))) >>> 0;
    }
  }
  return Uint32Array.from(words);
}

function gather(words: Uint32Array, places: readonly number[]): Uint32Array {
  const lengthAt = (at: number): number => ((words[at] as number) >>> 6) & 1023;
  const gathered = new Uint32Array(places.reduce((sum, at) => sum + lengthAt(at), 0));
  let to = 0;
  for (const at of places) {
    gathered.set(words.subarray(at, at + lengthAt(at)), to);
    to += lengthAt(at);
  }
  return gathered;
}

function read(piece: Uint8Array): { readonly words: Uint32Array; readonly nodes: Uint16Array } | null {
  if (piece.length < HEAD_BYTES) return null;
  // What comes from storage does not begin at a multiple of four bytes of its buffer in every engine.
  const own = piece.byteOffset % 4 === 0 ? piece : piece.slice();
  const count = new DataView(own.buffer, own.byteOffset).getUint32(0, true);
  const wordsAt = wordsBegin(count);
  if (own.length !== wordsAt + 4 * CHUNK_WORDS) return null;
  return {
    nodes: new Uint16Array(own.buffer, own.byteOffset + HEAD_BYTES, count),
    words: new Uint32Array(own.buffer, own.byteOffset + wordsAt, CHUNK_WORDS),
  };
}

/** Behind so many nodes, at a multiple of four bytes. */
function wordsBegin(events: number): number {
  return HEAD_BYTES + 4 * Math.ceil(events / 2);
}
