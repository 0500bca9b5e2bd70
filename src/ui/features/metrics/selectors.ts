/** Series for the charts. Pure. */
import type { TraceView } from '../../../session/view.ts';

export type Sample = ReturnType<TraceView['samples']>[number];

export interface ChartPoint {
  /** Virtual s. */
  readonly second: number;
  readonly blocks: number;
  readonly transactions: number;
  readonly messages: number;
  readonly kilobytes: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** At most `limit` points up to `untilSecond`: neighbours are averaged, so that long runs stay readable and fast to draw. */
export function chartPoints(samples: readonly Sample[], untilSecond: number, limit: number): readonly ChartPoint[] {
  const seen = samples.filter((sample) => sample.second <= untilSecond);
  const group = Math.max(1, Math.ceil(seen.length / limit));
  const points: ChartPoint[] = [];
  for (let at = 0; at < seen.length; at += group) points.push(average(seen.slice(at, at + group)));
  return points;
}

function average(samples: readonly Sample[]): ChartPoint {
  const mean = (pick: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
  const meanOf = (pick: (sample: Sample) => number | null) => {
    const known = samples.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return {
    second: samples[0]?.second ?? 0,
    blocks: mean((sample) => sample.blocks),
    transactions: mean((sample) => sample.transactions),
    messages: mean((sample) => sample.messages),
    kilobytes: mean((sample) => sample.bytes) / 1_000,
    p50: meanOf((sample) => sample.latencyP50Ms),
    p95: meanOf((sample) => sample.latencyP95Ms),
  };
}
