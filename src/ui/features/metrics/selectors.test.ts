import { describe, expect, it } from 'vitest';
import { chartPoints, type Sample } from './selectors.ts';

const sample = (second: number, latency: number | null = null): Sample => ({
  second,
  blocks: 1,
  transactions: second,
  messages: 10,
  bytes: 2_000,
  latencyP50Ms: latency,
  latencyP95Ms: latency,
});

describe('chart points', () => {
  it('end at the playhead', () => {
    expect(chartPoints([sample(0), sample(1), sample(2)], 1, 100).map((point) => point.second)).toEqual([0, 1]);
  });

  it('average neighbours when there are too many, and leave gaps where nothing was decided', () => {
    const points = chartPoints([sample(0, 100), sample(1), sample(2), sample(3)], 9, 2);
    expect(points).toEqual([
      { second: 0, blocks: 1, transactions: 0.5, messages: 10, kilobytes: 2, p50: 100, p95: 100 },
      { second: 2, blocks: 1, transactions: 2.5, messages: 10, kilobytes: 2, p50: null, p95: null },
    ]);
  });
});
