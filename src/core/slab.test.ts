import { describe, expect, it } from 'vitest';
import { cutDoubles, cutIntegers, cutWords } from './slab.ts';

describe('pieces of a slab', () => {
  it('are zero, as long as wanted and apart, over many slabs', () => {
    const pieces = Array.from({ length: 3000 }, (_, i) => {
      const length = 1 + (i % 97);
      const piece = i % 3 === 0 ? cutDoubles(length) : i % 3 === 1 ? cutWords(length) : cutIntegers(length);
      expect(piece.length).toBe(length);
      expect(piece.every((value) => value === 0)).toBe(true);
      return piece.fill(i);
    });
    pieces.forEach((piece, i) => {
      expect(piece.every((value) => value === i)).toBe(true);
    });
  });

  it('of a large size have a buffer of their own', () => {
    expect(cutWords(10).buffer.byteLength).toBeGreaterThan(40);
    expect(cutWords(5000).buffer.byteLength).toBe(20_000);
    expect(cutDoubles(0).length).toBe(0);
  });
});
