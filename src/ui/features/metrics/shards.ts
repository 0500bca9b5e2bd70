/** Figures of every shard: throughput lately, what waits, how much crosses, aborts, waits for locks. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { ShardMoment, ShardTotals } from '../../../session/view.ts';
import { shardName } from '../../lib/shards.ts';

/** Rates are those of so long before the playhead. */
export const WINDOW: Micros = 10_000_000;

export interface ShardRow {
  readonly name: string;
  /** Committed per second of the window. */
  readonly perSecond: number;
  /** Transactions that wait for a lock now. */
  readonly queue: number;
  readonly locks: number;
  readonly coordinated: number;
  /** Of those that ended here since the start, 0 … 1: with other shards, and given up; null before any ended. */
  readonly crossing: number | null;
  readonly aborted: number | null;
  readonly waits: number;
  /** Mean length of the waits that are over, ms; null before any is. */
  readonly meanWaitMs: number | null;
}

/** One row a shard. `before`: the shards `spanMicros` earlier. */
export function shardRows(now: ShardMoment, before: ShardMoment, spanMicros: Micros): readonly ShardRow[] {
  return now.totals.map((totals, shard) => {
    const ended = totals.committed + totals.aborted;
    const waiting = now.waits.filter((wait) => wait.shard === shard);
    const queue = new Set(waiting.map(({ transaction }) => transaction)).size;
    const over = totals.waits - waiting.length;
    return {
      name: shardName(shard),
      perSecond: perSecond(totals, before.totals[shard], spanMicros),
      queue,
      locks: now.locks.filter((lock) => lock.shard === shard).length,
      coordinated: totals.coordinated,
      crossing: ended === 0 ? null : totals.crossing / ended,
      aborted: ended === 0 ? null : totals.aborted / ended,
      waits: totals.waits,
      meanWaitMs: over <= 0 ? null : totals.waitedMicros / 1_000 / over,
    };
  });
}

function perSecond(now: ShardTotals, before: ShardTotals | undefined, spanMicros: Micros): number {
  if (spanMicros <= 0) return 0;
  return ((now.committed - (before?.committed ?? 0)) * 1_000_000) / spanMicros;
}

/** How much the busiest shard does of what each would do if all did the same; null while nobody does anything. */
export function imbalanceOf(rows: readonly ShardRow[]): number | null {
  const sum = rows.reduce((total, row) => total + row.perSecond, 0);
  return sum === 0 ? null : (Math.max(...rows.map((row) => row.perSecond)) * rows.length) / sum;
}

/**
 * What so many shards do of so many times what one would, 0 … 1, if the busiest of them worked at its limit: one shard alone has one
 * part a transaction. Shards that committed nothing are not counted; null where fewer than two did. `before`: the start of the window.
 */
export function scalingOf(
  now: ShardMoment,
  before: ShardMoment,
): { readonly count: number; readonly share: number } | null {
  const since = (of: (totals: ShardTotals) => number): number[] =>
    now.totals.map((totals, shard) => of(totals) - of(before.totals[shard] ?? totals));
  const parts = since(({ committed }) => committed);
  const count = parts.filter((part) => part > 0).length;
  if (count < 2) return null;
  const transactions = since(({ decided }) => decided).reduce((sum, part) => sum + part, 0);
  return { count, share: transactions / (count * Math.max(...parts)) };
}
