/** Series for the charts. Pure. */
import type { MessageDeclaration } from '../../../protocols/protocol.ts';
import type { Metrics } from '../../../session/api.ts';
import type { TraceView } from '../../../session/view.ts';
import { formatCount } from '../../lib/format.ts';

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

export interface MessageRow {
  readonly kind: MessageDeclaration;
  readonly count: number;
  readonly bytes: number;
  /** Of all bytes, 0 … 1. */
  readonly share: number;
}

/** Kinds of message that were sent, most bytes first. */
export function messageRows(
  messages: Metrics['messages'],
  kinds: readonly MessageDeclaration[],
): readonly MessageRow[] {
  const total = Object.values(messages).reduce((sum, { bytes }) => sum + bytes, 0);
  return kinds
    .map((kind) => {
      const { count, bytes } = messages[kind.type] ?? { count: 0, bytes: 0 };
      return { kind, count, bytes, share: total === 0 ? 0 : bytes / total };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.bytes - a.bytes);
}

/** `12 lost, 3 bad-signature`: why copies were never heard; '' when all were. */
export function droppedOf(dropped: Metrics['dropped']): string {
  return Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${formatCount(count)} ${reason.replaceAll('-', ' ')}`)
    .join(', ');
}
