import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderTables } from '../../../scripts/tables.mjs';
import { LATENCY_MICROS_MAX, LOG2_E, negativeLog2, normalDeviate, ONE, timesPowerOfTwo } from './fixed.ts';
import { EXP2, LOG2, NORMAL_QUANTILES } from './tables.ts';

/** 1 − Φ(z) by Simpson's rule on t = z + x, a third way beside the script's series and continued fraction. */
function upperTail(z: number): number {
  const span = 10 / (1 + z / 3);
  const steps = 4000;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = (i * span) / steps;
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-z * x - (x * x) / 2);
  }
  return ((Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * sum * span) / steps / 3;
}

/** What a step of the last bit of z does to its tail probability, relative to it. */
const relativeError = (z: number, p: number) => Math.abs(upperTail(z) / p - 1) / (1 + z);

describe('integer tables', () => {
  it('are what the script writes', () => {
    const file = readFileSync(new URL('./tables.ts', import.meta.url), 'utf8');
    expect(file).toBe(renderTables());
  });

  it('normal quantiles have the stated tail probability', () => {
    expect(NORMAL_QUANTILES).toHaveLength(32 * 33);
    for (let entry = 0; entry < NORMAL_QUANTILES.length; entry++) {
      const p = (1 + (entry % 33) / 32) * 2 ** -(Math.floor(entry / 33) + 2);
      const z = (NORMAL_QUANTILES[entry] ?? Number.NaN) / ONE;
      expect(relativeError(z, p), `entry ${entry}`).toBeLessThan(2e-6);
    }
  });

  it('logarithms and powers are rounded to the nearest fixed-point number', () => {
    for (let i = 0; i <= 1024; i++) {
      expect(Math.abs((LOG2[i] ?? Number.NaN) - Math.log2(1 + i / 1024) * ONE)).toBeLessThanOrEqual(0.5);
      expect(Math.abs((EXP2[i] ?? Number.NaN) - 2 ** (i / 1024) * ONE)).toBeLessThanOrEqual(0.5);
    }
    expect(LOG2_E).toBe(Math.round(Math.LOG2E * ONE));
  });
});

/** Words from the middle, the ends and every octave of the tail. */
const WORDS = [
  ...Array.from({ length: 400 }, (_, i) => Math.floor(((i + 0.37) / 400) * 2 ** 32)),
  ...Array.from({ length: 31 }, (_, i) => 2 ** i + (i > 3 ? 3 : 0)),
  0,
  2 ** 31,
  2 ** 31 - 1,
  2 ** 32 - 1,
];

describe('fixed-point functions', () => {
  it('normalDeviate inverts the normal distribution', () => {
    for (const word of WORDS) {
      const p = (2 * (word % 2 ** 31) + 1) / 2 ** 33;
      const z = normalDeviate(word) / ONE;
      expect(word < 2 ** 31 ? z : -z).toBeGreaterThanOrEqual(0);
      expect(relativeError(Math.abs(z), p), `word ${word}`).toBeLessThan(1e-4);
    }
  });

  it('normalDeviate grows as the tail shrinks, over the seams of the table', () => {
    const tail = WORDS.filter((word) => word < 2 ** 31).sort((a, b) => a - b);
    for (const [i, word] of tail.slice(1).entries()) {
      expect(normalDeviate(word)).toBeLessThanOrEqual(normalDeviate(tail[i] ?? 0));
    }
    expect(normalDeviate(2 ** 31 + 5)).toBe(-normalDeviate(5));
  });

  it('negativeLog2 is the logarithm', () => {
    for (const word of WORDS) {
      const s = (word % 2 === 0 ? word + 1 : word) / 2 ** 32;
      expect(Math.abs(negativeLog2(word) / ONE + Math.log2(s)), `word ${word}`).toBeLessThan(2e-6);
    }
  });

  it('timesPowerOfTwo is the power, rounded down, and ends at one hour', () => {
    for (const exponent of [-20, -3.25, -1, -0.001, 0, 0.001, 0.5, 1, 3.75, 11]) {
      const exact = 1_000_000 * 2 ** exponent;
      const got = timesPowerOfTwo(1_000_000, Math.round(exponent * ONE));
      expect(Number.isInteger(got)).toBe(true);
      expect(Math.abs(got - exact)).toBeLessThanOrEqual(1 + exact * 3e-6);
    }
    expect(timesPowerOfTwo(50_000, 0)).toBe(50_000);
    expect(timesPowerOfTwo(50_000, ONE)).toBe(100_000);
    expect(timesPowerOfTwo(50_000, -ONE)).toBe(25_000);
    expect(timesPowerOfTwo(50_000, 31 * ONE)).toBe(LATENCY_MICROS_MAX);
    expect(timesPowerOfTwo(50_000, 29 * ONE)).toBe(LATENCY_MICROS_MAX);
    expect(timesPowerOfTwo(50_000, -31 * ONE)).toBe(0);
  });
});
