import { describe, expect, it } from 'vitest';
import { svbft } from '../../protocols/svbft/index.ts';
import { CHUNK_WORDS } from './arena.ts';
import { packPiece, segmentsOfPiece, textWords, wordsOfPiece } from './pieces.ts';
import { Recorder } from './recorder.ts';
import { segmentsOf, tailOf } from './segments.ts';
import { TraceStore } from './store.ts';

const NODES = 5;
const NAMES = { declaration: svbft.declaration, validatorCount: NODES };

/** A trace of a few chunks: every node tells of its message, its copies and a timer, again and again. */
function traceOf(rounds: number): TraceStore {
  const recorders = Array.from({ length: NODES }, (_, node) => new Recorder(node, () => new Uint8Array(32), true));
  const store = new TraceStore(NAMES);
  for (let round = 0; round < rounds; round++) {
    const at = round * 1_000;
    for (const recorder of recorders) {
      recorder.message(at, recorder.node, round, 1, round, 0, 1, 2, 100, 3, 4);
      for (let to = 0; to < NODES; to++) recorder.copy(at, to, round, 0, at + 700);
      recorder.timer(at + recorder.node, `timer ${round % 3}`);
    }
    const segments = recorders.flatMap((recorder) => {
      const words = recorder.takeSegment();
      return words === null ? [] : [{ node: recorder.node, words }];
    });
    store.append(segments, at + 1_000);
  }
  return store;
}

type Numbers = Uint8Array | Uint32Array;

/** A deep comparison of as many numbers takes seconds. */
function isSame(a: Numbers, b: Numbers | null): boolean {
  return a.length === b?.length && a.every((number, i) => number === b[i]);
}

describe('pieces of a trace', () => {
  it('and what comes after them make the same trace again, chunk by chunk', () => {
    const store = traceOf(600);
    const { fullCount } = store.arena;
    expect(fullCount).toBeGreaterThan(1);
    const again = new TraceStore(NAMES);
    const texts = [...store.texts()].map(([node, known]) => ({ node, words: textWords(known) }));
    again.append(texts, 0);
    for (let chunk = 0; chunk < fullCount; chunk++) {
      const piece = segmentsOfPiece(packPiece(store, chunk));
      again.append(piece?.segments ?? [], piece?.last ?? 0);
    }
    again.append(tailOf(store, fullCount), store.horizon);
    expect(again.eventCount).toBe(store.eventCount);
    for (let chunk = 0; chunk < fullCount; chunk++)
      expect(isSame(packPiece(again, chunk), packPiece(store, chunk))).toBe(true);
    const [one, other] = [segmentsOf(again), segmentsOf(store)];
    expect(one.map(({ node }) => node)).toEqual(other.map(({ node }) => node));
    expect(one.every(({ words }, i) => isSame(words, other[i]?.words ?? null))).toBe(true);
    expect(again.events(0, 500)).toEqual(store.events(0, 500));
  });

  it('have the words of their chunk, wherever they lie', () => {
    const store = traceOf(600);
    const piece = packPiece(store, 0);
    const shifted = new Uint8Array(piece.length + 1).subarray(1);
    shifted.set(piece);
    expect(isSame(store.arena.chunkAt(0), wordsOfPiece(shifted))).toBe(true);
  });

  it('that are none are told from others', () => {
    const piece = packPiece(traceOf(600), 0);
    const wordsAt = piece.length - 4 * CHUNK_WORDS;
    for (const other of [new Uint8Array(0), piece.subarray(4), piece.subarray(0, -4)]) {
      expect(segmentsOfPiece(other)).toBeNull();
      expect(wordsOfPiece(other)).toBeNull();
    }
    const broken = piece.slice();
    // A record of no words.
    new DataView(broken.buffer).setUint32(wordsAt, 1, true);
    expect(segmentsOfPiece(broken)).toBeNull();
  });
});
