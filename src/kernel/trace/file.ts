/**
 * The packed trace as one block of bytes, and back: node by node the words of its stream, as recorders write them, so that
 * a file is read by the very code that reads a live run. All numbers are little-endian 32-bit words:
 *
 *   magic, version, checksum, validators, horizon low, high, number of streams, then per stream: node, words, the words
 *
 * The checksum is FNV-1a (draft-eastlake-fnv) over the words behind it: it finds damage, not malice.
 */
import type { Problem } from '../../core/problem.ts';
import type { Segment } from '../group.ts';
import { WORD } from './records.ts';
import { segmentsOf } from './segments.ts';
import { TraceStore, type TraceStoreOptions } from './store.ts';
import { checkStream } from './streamCheck.ts';

/** `TPTR` in ASCII. */
const MAGIC = 0x52545054;
const VERSION = 1;
const HEADER_WORDS = 7;
const CHECKED_FROM = 3;

export type TraceFileResult =
  | { readonly ok: true; readonly store: TraceStore }
  | { readonly ok: false; readonly problem: Problem };

/** The whole trace, what is held back included: a store made from it continues where this one stands. */
export function exportTrace(store: TraceStore): Uint8Array<ArrayBuffer> {
  const streams = segmentsOf(store);
  let count = HEADER_WORDS;
  for (const { words } of streams) count += 2 + words.length;
  const bytes = new Uint8Array(count * 4);
  const view = new DataView(bytes.buffer);
  let place = 0;
  const put = (word: number): void => {
    view.setUint32(4 * place++, word, true);
  };
  const horizon = Number.isFinite(store.horizon) ? store.horizon : Number.MAX_SAFE_INTEGER;
  for (const word of [
    MAGIC,
    VERSION,
    0,
    store.validatorCount,
    horizon % WORD,
    Math.floor(horizon / WORD),
    streams.length,
  ])
    put(word);
  for (const { node, words } of streams) {
    put(node);
    put(words.length);
    for (const word of words) put(word);
  }
  view.setUint32(8, checksum(view, count), true);
  return bytes;
}

/** A store with the trace of a file. What is damaged, cut or of another testnet gives a problem, never an exception. */
export function importTrace(bytes: Uint8Array, options: TraceStoreOptions): TraceFileResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length >> 2;
  if (bytes.length % 4 !== 0 || count < HEADER_WORDS) return bad('', `${bytes.length} bytes`, 'a packed trace');
  const word = (index: number): number => view.getUint32(4 * index, true);
  if (word(0) !== MAGIC) return bad('magic', hex(word(0)), hex(MAGIC));
  if (word(1) !== VERSION) return bad('version', String(word(1)), String(VERSION));
  if (word(2) !== checksum(view, count)) return bad('checksum', hex(word(2)), hex(checksum(view, count)));
  if (word(3) !== options.validatorCount) return bad('validators', String(word(3)), String(options.validatorCount));
  const segments: Segment[] = [];
  let at = HEADER_WORDS;
  for (let i = 0; i < word(6); i++) {
    if (at + 2 > count || word(at + 1) > count - at - 2) return bad(`streams[${i}]`, 'its end', 'more words');
    const node = word(at);
    const words = Uint32Array.from({ length: word(at + 1) }, (_, k) => word(at + 2 + k));
    const found = checkStream(words, options.declaration.fields);
    if (found !== null) return bad(`streams[${i}]`, found, 'whole records');
    if (node > 0xffff || segments.some((segment) => segment.node === node))
      return bad(`streams[${i}]`, `node ${node}`, 'a new node');
    segments.push({ node, words });
    at += 2 + words.length;
  }
  if (at !== count) return bad('', `${count - at} words after the last stream`, 'the end');
  const horizon = word(4) + word(5) * WORD;
  if (!Number.isSafeInteger(horizon)) return bad('horizon', String(horizon), 'µs below 2^53');
  const store = new TraceStore(options);
  store.append(segments, horizon);
  return { ok: true, store };
}

function checksum(view: DataView, count: number): number {
  let hash = 0x811c9dc5;
  for (let i = CHECKED_FROM; i < count; i++) hash = Math.imul(hash ^ view.getUint32(4 * i, true), 0x01000193);
  return hash >>> 0;
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}

function bad(path: string, found: string, expected: string): TraceFileResult {
  return { ok: false, problem: { path, found, expected } };
}
