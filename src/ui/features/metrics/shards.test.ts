import { expect, it } from 'vitest';
import type { ShardMoment, ShardTotals } from '../../../session/view.ts';
import { imbalanceOf, scalingOf, shardRows } from './shards.ts';

const TOTALS: ShardTotals = {
  coordinated: 0,
  committed: 0,
  aborted: 0,
  decided: 0,
  crossing: 0,
  waits: 0,
  waitedMicros: 0,
};
const moment = (totals: readonly Partial<ShardTotals>[], rest: Partial<ShardMoment> = {}): ShardMoment => ({
  locks: [],
  waits: [],
  open: [],
  down: [],
  ...rest,
  totals: totals.map((part) => ({ ...TOTALS, ...part })),
});

it('rates are of the window, shares of the whole run', () => {
  const before = moment([{ committed: 10 }, {}]);
  const now = moment([{ committed: 30, aborted: 10, crossing: 20 }, { committed: 5 }]);
  const rows = shardRows(now, before, 10_000_000);
  expect(rows.map(({ perSecond }) => perSecond)).toEqual([2, 0.5]);
  expect(rows[0]).toMatchObject({ name: 's0', crossing: 0.5, aborted: 0.25 });
  expect(imbalanceOf(rows)).toBe(1.6);
});

it('one transaction that waits for two accounts is one in the queue; open waits have no length yet', () => {
  const wait = (account: string) => ({ shard: 0, account, transaction: 7, blockers: [3], since: 0 });
  const now = moment([{ waits: 3, waitedMicros: 40_000 }], { waits: [wait('a1'), wait('a2')] });
  const [row] = shardRows(now, moment([{}]), 1_000_000);
  expect(row).toMatchObject({ queue: 1, waits: 3, meanWaitMs: 40 });
});

it('before anything has happened there is nothing to divide by', () => {
  const rows = shardRows(moment([{}, {}]), moment([{}, {}]), 0);
  expect(rows[0]).toMatchObject({ perSecond: 0, crossing: null, aborted: null, meanWaitMs: null });
  expect(imbalanceOf(rows)).toBeNull();
});

it('two shards that share every transaction do what one would: half of twice as much', () => {
  const idle = moment([{}, {}, {}]);
  expect(scalingOf(moment([{ committed: 10, decided: 10 }, {}, {}]), idle)).toBeNull();
  const apart = moment([{ committed: 10, decided: 10 }, { committed: 10, decided: 10 }, {}]);
  expect(scalingOf(apart, idle)).toEqual({ count: 2, share: 1 });
  const together = moment([{ committed: 10, decided: 5 }, { committed: 10, decided: 5 }, {}]);
  expect(scalingOf(together, idle)).toEqual({ count: 2, share: 0.5 });
  const uneven = moment([{ committed: 30, decided: 25 }, { committed: 10, decided: 5 }, {}]);
  expect(scalingOf(uneven, apart)).toBeNull();
  expect(scalingOf(uneven, idle)).toEqual({ count: 2, share: 0.5 });
});
