import { expect, it } from 'vitest';
import type { OpenTransaction, ShardMoment, ShardTotals } from '../../../session/view.ts';
import { shardStory } from './shardStory.ts';

const SECOND = 1_000_000;
const TOTALS: ShardTotals = {
  coordinated: 0,
  committed: 0,
  aborted: 0,
  decided: 0,
  crossing: 0,
  waits: 0,
  waitedMicros: 0,
};

function tell(moment: Partial<ShardMoment>, down: readonly number[] = []): string | null {
  const trace = {
    shape: { count: 3, validatorsPerShard: 1 },
    cutsAt: () => [],
    shardsAt: (): ShardMoment => ({
      locks: [],
      waits: [],
      open: [],
      totals: [TOTALS, TOTALS, TOTALS],
      down: down.map((shard) => ({ shard, since: 0 })),
      ...moment,
    }),
  };
  return shardStory(trace, 5 * SECOND);
}

const OPEN: OpenTransaction = {
  transaction: 4,
  coordinator: 0,
  begunAt: SECOND,
  decided: null,
  parts: [{ shard: 1, stage: 'promised', since: SECOND }],
};

it('in the beginning', () => {
  expect(tell({})).toBe('0 transactions under way · nothing committed yet');
});

it('who is in doubt, who waits, who is down', () => {
  const waits = [{ shard: 1, account: 'a1', transaction: 5, blockers: [4], since: SECOND }];
  expect(tell({ open: [OPEN], waits }, [0])).toBe(
    '1 transaction under way · s1 in doubt · 1 waits for locks · s0 down',
  );
});

it('a deadlock comes first', () => {
  const wait = (transaction: number, other: number) => ({
    shard: 0,
    account: 'a1',
    transaction,
    blockers: [other],
    since: 0,
  });
  expect(tell({ waits: [wait(1, 2), wait(2, 1)] })).toContain('deadlock: 1 → 2 → 1 · 2 wait for locks');
});
