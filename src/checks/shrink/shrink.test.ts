import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ddmin } from './ddmin.ts';
import { descend, isSmaller } from './descend.ts';

describe('ddmin', () => {
  it('finds the two items of §3.2, figure 5: 1, 7 and 8 together fail', async () => {
    const tested: string[] = [];
    const result = await ddmin([1, 2, 3, 4, 5, 6, 7, 8], async (subset) => {
      tested.push(subset.join(''));
      return [1, 7, 8].every((needed) => subset.includes(needed));
    });
    expect(result).toEqual([1, 7, 8]);
    expect(new Set(tested).size).toBe(tested.length);
  });

  it('gives nothing where nothing is needed', async () => {
    expect(await ddmin(['a', 'b'], async () => true)).toEqual([]);
  });

  it('is 1-minimal and keeps what is needed, whatever that is', async () => {
    const needs = fc.uniqueArray(fc.nat(15), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(needs, async (needed) => {
        const items = Array.from({ length: 16 }, (_, i) => i);
        const result = await ddmin(items, async (subset) => needed.every((item) => subset.includes(item)));
        expect([...result].sort((a, b) => a - b)).toEqual([...needed].sort((a, b) => a - b));
      }),
    );
  });

  it('stays within n² + 3n tests where the outcome is not monotonic', async () => {
    let tests = 0;
    const items = Array.from({ length: 12 }, (_, i) => i);
    await ddmin(items, async (subset) => {
      tests++;
      return subset.length % 2 === 0 && subset.length > 3;
    });
    expect(tests).toBeLessThanOrEqual(12 * 12 + 36);
  });
});

describe('descend', () => {
  const towards = (least: number, budget: number) =>
    descend(100, {
      neighbours: (value) => [0, value >> 1, value - 1],
      size: (value) => [value],
      key: String,
      stillFails: async (value) => value >= least,
      budget,
    });

  it('ends where no simpler neighbour fails', async () => {
    expect(await towards(37, 1000)).toMatchObject({ value: 37, isMinimal: true });
  });

  it('ends at its budget and says so', async () => {
    const { value, tests, isMinimal } = await towards(37, 4);
    expect({ tests, isMinimal }).toEqual({ tests: 4, isMinimal: false });
    expect(value).toBeGreaterThan(37);
  });

  it('compares sizes from left to right', () => {
    expect(isSmaller([1, 9], [2, 0])).toBe(true);
    expect(isSmaller([1, 9], [1, 9])).toBe(false);
    expect(isSmaller([1, 9], [1, 8])).toBe(false);
  });
});
