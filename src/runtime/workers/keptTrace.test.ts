import { describe, expect, it } from 'vitest';
import type { Segment } from '../../kernel/group.ts';
import { KeptTrace } from './keptTrace.ts';
import { unpackSegments } from './wire.ts';

const piece = (node: number, ...words: number[]): Segment => ({ node, words: Uint32Array.from(words) });
const taken = (kept: KeptTrace, window: number): [number, number[]][] =>
  unpackSegments(kept.take(window)).map(({ node, words }) => [node, [...words]]);

describe('trace that a worker keeps', () => {
  it('is given once, window after window', () => {
    const kept = new KeptTrace();
    kept.keep(0, [piece(0, 1)]);
    kept.keep(1, [piece(0, 2), piece(1, 3)]);
    expect(taken(kept, 1)).toEqual([
      [0, [1]],
      [0, [2]],
      [1, [3]],
    ]);
    expect(taken(kept, 1)).toEqual([]);
  });

  it('is not given of windows that come after the one asked for', () => {
    const kept = new KeptTrace();
    kept.keep(1, [piece(0, 1)]);
    kept.keep(2, [piece(0, 2)]);
    kept.keep(4, [piece(0, 4)]);
    expect(taken(kept, 1)).toEqual([[0, [1]]]);
    expect(taken(kept, 3)).toEqual([[0, [2]]]);
    expect(taken(kept, 9)).toEqual([[0, [4]]]);
  });

  it('is left out where a successor runs windows again whose trace was taken', () => {
    const successor = new KeptTrace();
    successor.skipTo(2);
    for (const window of [0, 1, 2, 3]) successor.keep(window, [piece(5, window)]);
    expect(taken(successor, 3)).toEqual([[5, [3]]]);
  });

  it('goes in pieces of moderate size', () => {
    const kept = new KeptTrace();
    const words = Array.from({ length: 20_000 }, (_, i) => i);
    for (let window = 1; window <= 5; window++) kept.keep(window, [piece(window, ...words)]);
    const pieces = kept.take(5);
    expect(pieces.length).toBe(3);
    expect(unpackSegments(pieces).map(({ node, words: found }) => [node, found.length])).toEqual(
      [1, 2, 3, 4, 5].map((node) => [node, 20_000]),
    );
  });
});
