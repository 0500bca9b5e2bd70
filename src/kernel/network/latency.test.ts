import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LatencyPlan, NetworkPlan } from '../plan.ts';
import { EXAMPLE_NETWORK, examplePlan } from './example.ts';
import { LATENCY_MICROS_MAX } from './fixed.ts';
import { minimumBetween, minimumLatency, sampleLatency } from './latency.ts';
import { findRegion, oneWayMicros, REGION_NAMES, REGIONS, regionIndex } from './regions.ts';

const SAMPLES = 200_000;

/** Sorted draws for evenly spread words: quadrature over the distribution, no luck involved. */
function draws(plan: LatencyPlan): number[] {
  const values = Array.from({ length: SAMPLES }, (_, i) =>
    sampleLatency(plan, Math.floor(((i + 0.5) / SAMPLES) * 2 ** 32), 0, 1),
  );
  return values.sort((a, b) => a - b);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (sorted: readonly number[], q: number) => sorted[Math.floor(q * sorted.length)] ?? Number.NaN;
const within = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual / expected - 1), `${actual} instead of ${expected}`).toBeLessThan(tolerance);

/** Quantiles of the standard normal, NIST e-Handbook table 1.3.6.7.1 to more digits. */
const Z = { 0.5: 0, 0.9: 1.2815515655, 0.99: 2.326347874, 0.999: 3.0902323062 } as const;
const QUANTILES = [0.5, 0.9, 0.99, 0.999] as const;

describe('distributions', () => {
  it('constant', () => {
    const values = draws({ kind: 'constant', micros: 5_000 });
    expect([values[0], values.at(-1)]).toEqual([5_000, 5_000]);
  });

  it('uniform covers both ends evenly', () => {
    const values = draws({ kind: 'uniform', minMicros: 20_000, maxMicros: 80_000 });
    expect(values[0]).toBe(20_000);
    expect(values.at(-1)).toBe(80_000);
    within(mean(values), 50_000, 1e-4);
    within(quantile(values, 0.9), 74_000, 1e-4);
  });

  it('normal: mean, deviation, quantiles', () => {
    const values = draws({ kind: 'normal', meanMicros: 100_000, deviationMicros: 15_000, minMicros: 1 });
    within(mean(values), 100_000, 1e-4);
    within(Math.sqrt(mean(values.map((value) => (value - 100_000) ** 2))), 15_000, 1e-3);
    for (const q of QUANTILES) within(quantile(values, q), 100_000 + 15_000 * Z[q], 1e-3);
    within(quantile(values, 0.001), 100_000 - 15_000 * Z[0.999], 1e-3);
  });

  it('log-normal: mean, quantiles', () => {
    const sigma = 0.6;
    const values = draws({ kind: 'log-normal', medianMicros: 50_000, sigmaMilli: 600, minMicros: 1 });
    within(mean(values), 50_000 * Math.exp(sigma ** 2 / 2), 1e-3);
    for (const q of QUANTILES) within(quantile(values, q), 50_000 * Math.exp(sigma * Z[q]), 2e-3);
    within(quantile(values, 0.01), 50_000 * Math.exp(-sigma * Z[0.99]), 2e-3);
  });

  it('Pareto: mean of the clipped distribution, quantiles, the part at the maximum', () => {
    const [min, max, alpha] = [20_000, 2_000_000, 1.5];
    const values = draws({ kind: 'pareto', minMicros: min, alphaMilli: 1_500, maxMicros: max });
    const clippedMean = (min * alpha) / (alpha - 1) - (max / (alpha - 1)) * (min / max) ** alpha;
    within(mean(values), clippedMean, 1e-3);
    for (const q of [0.5, 0.9, 0.99]) within(quantile(values, q), min * (1 - q) ** (-1 / alpha), 1e-3);
    within(values.filter((value) => value === max).length / SAMPLES, (min / max) ** alpha, 1e-2);
    expect(values[0]).toBe(min);
  });

  it('regions: half the round trip and a uniform jitter', () => {
    const values = draws({ kind: 'regions', jitterMicros: 4_000 });
    expect(values[0]).toBe(37_000);
    expect(values.at(-1)).toBe(41_000);
    within(mean(values), 39_000, 1e-4);
  });
});

describe('golden draws', () => {
  // Recorded once from this file's samplers: virtual times must never change by an engine, a refactoring or a new kind.
  const words = [0, 1, 0x12345678, 0x7fffffff, 0x80000000, 0xdeadbeef, 0xffffffff];
  it.each<[LatencyPlan, number[]]>([
    [
      { kind: 'uniform', minMicros: 20_000, maxMicros: 80_000 },
      [20_000, 20_000, 24_266, 50_000, 50_000, 72_191, 80_000],
    ],
    [
      { kind: 'normal', meanMicros: 50_000, deviationMicros: 7_000, minMicros: 10_000 },
      [94_365, 93_165, 60_273, 50_000, 10_000, 47_673, 50_000],
    ],
    [
      { kind: 'log-normal', medianMicros: 50_000, sigmaMilli: 700, minMicros: 10_000 },
      [4_224_224, 3_746_295, 139_678, 50_000, 10_000, 39_623, 50_000],
    ],
    [
      { kind: 'pareto', minMicros: 20_000, alphaMilli: 1_300, maxMicros: 90_000_000 },
      [90_000_000, 90_000_000, 152_811, 34_087, 34_087, 22_264, 20_000],
    ],
    [{ kind: 'regions', jitterMicros: 9_000 }, [37_000, 37_000, 37_640, 41_500, 41_500, 44_829, 46_000]],
  ])('%o', (plan, expected) => {
    expect(words.map((word) => sampleLatency(plan, word, 0, 1))).toEqual(expected);
  });
});

const micros = fc.integer({ min: 0, max: 10_000_000 });
const arbitraryLatency: fc.Arbitrary<LatencyPlan> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), micros }),
  fc
    .tuple(micros, micros)
    .map(([minMicros, span]) => ({ kind: 'uniform' as const, minMicros, maxMicros: minMicros + span })),
  fc.record({ kind: fc.constant('normal' as const), meanMicros: micros, deviationMicros: micros, minMicros: micros }),
  fc.record({
    kind: fc.constant('log-normal' as const),
    medianMicros: micros,
    sigmaMilli: fc.integer({ min: 0, max: 10_000 }),
    minMicros: micros,
  }),
  fc.record({
    kind: fc.constant('pareto' as const),
    minMicros: micros,
    alphaMilli: fc.integer({ min: 100, max: 10_000 }),
    maxMicros: fc.integer({ min: 10_000_000, max: 100_000_000 }),
  }),
  fc.record({ kind: fc.constant('regions' as const), jitterMicros: micros }),
);
const word = fc.integer({ min: 0, max: 0xffffffff });
const region = fc.integer({ min: 0, max: REGIONS.length - 1 });

describe('bounds', () => {
  it('every draw is a whole number between the minimum and an hour', () => {
    fc.assert(
      fc.property(arbitraryLatency, word, region, region, (plan, drawn, from, to) => {
        const latency = sampleLatency(plan, drawn, from, to);
        expect(Number.isSafeInteger(latency)).toBe(true);
        expect(latency).toBeGreaterThanOrEqual(minimumBetween(plan, from, to));
        expect(minimumBetween(plan, from, to)).toBeGreaterThanOrEqual(1);
        expect(latency).toBeLessThanOrEqual(LATENCY_MICROS_MAX);
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  it('the lookahead is the least of the nearest pair, of Δ and of nothing below 1 µs', () => {
    const validators = examplePlan().validators;
    const network = (parts: Partial<NetworkPlan>): NetworkPlan => ({ ...EXAMPLE_NETWORK, ...parts });
    expect(minimumLatency(network({}), validators)).toBe(20_000);
    expect(minimumLatency(network({ latency: { kind: 'constant', micros: 0 } }), validators)).toBe(1);
    const tight = network({ synchrony: { kind: 'partial', gst: 9, deltaMicros: 7_000 } });
    expect(minimumLatency(tight, validators)).toBe(7_000);
    const unbounded = network({ synchrony: { kind: 'asynchronous' } });
    expect(minimumLatency(unbounded, validators)).toBe(20_000);
    // A client is in the region of a validator: one millisecond away.
    expect(minimumLatency(network({ latency: { kind: 'regions', jitterMicros: 0 } }), validators)).toBe(1_000);
  });
});

describe('regions', () => {
  it('give half of the published round trips', () => {
    const oneWay = (from: string, to: string) => oneWayMicros(regionIndex(from), regionIndex(to));
    expect(oneWay('us-east', 'eu-west')).toBe(37_000);
    expect(oneWay('eu-west', 'eu-central')).toBe(14_500);
    expect(oneWay('ap-northeast', 'af-south')).toBe(127_000);
    expect(oneWay('sa-east', 'sa-east')).toBe(1_000);
    expect(oneWay('local', 'au-southeast')).toBe(1_000);
  });

  it('are nearly symmetric, as real ones are, and nothing is nearer than the same region', () => {
    for (const [from] of REGIONS.entries()) {
      for (const [to] of REGIONS.entries()) {
        const [there, back] = [oneWayMicros(from, to), oneWayMicros(to, from)];
        expect(Math.abs(there - back)).toBeLessThanOrEqual(0.1 * Math.max(there, back) + 1_000);
        expect(Math.min(there, back)).toBeGreaterThanOrEqual(1_000);
      }
    }
  });

  it('are found by name', () => {
    expect(REGION_NAMES.map((name) => findRegion(name))).toEqual(REGIONS.map((_, i) => i));
    expect(findRegion('atlantis')).toBeNull();
    expect(() => regionIndex('atlantis')).toThrow('unknown region atlantis');
  });
});
