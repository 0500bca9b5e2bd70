import { describe, expect, it } from 'vitest';
import { draw, PURPOSE, scale, secondWord, streamKey, threefry } from './prng.ts';

describe('threefry2x32-20', () => {
  // Known answers published with Random123 (file kat_vectors, threefry2x32 with 20 rounds).
  it.each([
    [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
  ])('key %i %i counter %i %i', (k0, k1, c0, c1, x, y) => {
    expect(threefry(k0, k1, c0, c1)).toBe(x);
    expect(secondWord()).toBe(y);
  });
});

describe('streams', () => {
  it('do not depend on one another', () => {
    const a = streamKey(7, PURPOSE.latency, 0, 1);
    const b = streamKey(7, PURPOSE.latency, 1, 0);
    expect(draw(a, 5)).not.toBe(draw(b, 5));
    expect(draw(a, 5)).toBe(draw(streamKey(7, PURPOSE.latency, 0, 1), 5));
  });

  it('scale to their bound exactly', () => {
    expect(scale(0, 10)).toBe(0);
    expect(scale(0xffffffff, 10)).toBe(9);
    expect(scale(0xffffffff, 2 ** 32)).toBe(0xffffffff);
    const key = streamKey(1, PURPOSE.noise);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 5000; i++) counts[scale(draw(key, i), 5)]!++;
    for (const count of counts) expect(count).toBeGreaterThan(900);
  });
});
