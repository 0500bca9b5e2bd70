/** p50, p95 and p99 by the nearest-rank method; null while there is nothing to rank. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (percent: number): number | null =>
    sorted.length === 0 ? null : (sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number);
  return { count: sorted.length, p50: rank(50), p95: rank(95), p99: rank(99) };
}
