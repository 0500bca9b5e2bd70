import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Placement, placeAccounts } from '../map/accounts.ts';
import { SHARD_COUNT_MAX } from '../map/limits.ts';
import { shardRange } from '../map/rendezvous.ts';
import { createMigration, finishMove, isMigrated, movedTo, movesOf, takeMoves } from './plan.ts';
import { createReshardState, observeLoads, RESHARD_POLICY, type ReshardPlan, type ShardLoad } from './policy.ts';

const SECOND = 1_000_000;
const { cooldownMicros, lastingMicros, splitAbovePermille } = RESHARD_POLICY;

const loadsOf = (permille: readonly number[], validatorCount = 7): ShardLoad[] =>
  permille.map((loadPermille, shard) => ({ shard, validatorCount, loadPermille }));

/** The plans of a history, one measurement a second. */
function plansOf(history: readonly (readonly ShardLoad[])[]): (ReshardPlan & { atSecond: number })[] {
  const state = createReshardState();
  return history.flatMap((loads, second) => {
    const plan = observeLoads(state, loads, second * SECOND);
    return plan === null ? [] : [{ ...plan, atSecond: second }];
  });
}

const steady = (loads: readonly ShardLoad[], seconds: number): (readonly ShardLoad[])[] =>
  Array.from({ length: seconds }, () => loads);

describe('when to reshard', () => {
  it('splits the most loaded shard once the load lasted, into the lowest free number', () => {
    expect(plansOf(steady(loadsOf([900, 950, 100]), 7))).toEqual([{ kind: 'split', shard: 1, into: 3, atSecond: 5 }]);
    const gap = loadsOf([900, 0, 100]).filter(({ shard }) => shard !== 1);
    expect(plansOf(steady(gap, 7))).toEqual([{ kind: 'split', shard: 0, into: 1, atSecond: 5 }]);
  });

  it('merges two that have little to do, the higher number into the lower', () => {
    expect(plansOf(steady(loadsOf([500, 100, 240, 90]), 7))).toEqual([
      { kind: 'merge', shard: 3, into: 1, atSecond: 5 },
    ]);
  });

  it.each([
    ['a load between the marks', loadsOf([300, 700])],
    ['too few validators to split', loadsOf([990, 500], 5)],
    ['too many validators to merge', loadsOf([10, 10], 8)],
    ['only one shard with little to do', loadsOf([10, 500])],
    ['as many shards as there may be', loadsOf(Array.from({ length: SHARD_COUNT_MAX }, () => 900))],
  ])('leaves alone: %s', (_, loads) => {
    expect(plansOf(steady(loads, 60))).toEqual([]);
  });

  it('does not merge what would have to be split again soon', () => {
    const policy = { ...RESHARD_POLICY, mergeBelowPermille: 450 };
    const planOf = (permille: readonly number[]) => {
      const state = createReshardState();
      observeLoads(state, loadsOf(permille), 0, policy);
      return observeLoads(state, loadsOf(permille), lastingMicros, policy);
    };
    expect([planOf([440, 300]), planOf([440, 160])]).toEqual([null, { kind: 'merge', shard: 1, into: 0 }]);
  });

  it('a peak that does not last changes nothing', () => {
    const peaks = Array.from({ length: 60 }, (_, second) => loadsOf([second % 4 === 0 ? 300 : 990, 500]));
    expect(plansOf(peaks)).toEqual([]);
  });

  it('never plans twice within the cooldown, nor before a load lasted, whatever the loads', () => {
    const histories = fc.array(fc.array(fc.nat({ max: 1200 }), { minLength: 3, maxLength: 3 }), {
      minLength: 40,
      maxLength: 80,
    });
    fc.assert(
      fc.property(histories, (history) => {
        // Loads that last three times as long as they need to, so that plans happen.
        const plans = plansOf(history.flatMap((permille) => steady(loadsOf(permille), 15)));
        plans.forEach(({ atSecond }, i) => {
          expect(atSecond * SECOND).toBeGreaterThanOrEqual(lastingMicros);
          const before = plans[i - 1];
          if (before !== undefined)
            expect((atSecond - before.atSecond) * SECOND).toBeGreaterThanOrEqual(cooldownMicros);
        });
        expect(plans.length).toBeGreaterThan(3);
      }),
      { numRuns: 25 },
    );
  });

  it('a merge never makes a shard that would split, nor a split one that would merge', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1100 }), { minLength: 2, maxLength: 6 }), (permille) => {
        const [plan] = plansOf(steady(loadsOf(permille), 6));
        if (plan === undefined) return;
        const [one, other] = [permille[plan.shard] ?? 0, permille[plan.into] ?? 0];
        if (plan.kind === 'merge') expect(one + other).toBeLessThanOrEqual(splitAbovePermille * 0.75);
        else expect(Math.floor(one / 2)).toBeGreaterThan(RESHARD_POLICY.mergeBelowPermille);
      }),
    );
  });
});

describe('what moves', () => {
  const placement = placeAccounts('hash', { shardCount: 3, accountCount: 60 });

  it('a split halves the load to within one account, a merge moves everything', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { minLength: 60, maxLength: 60 }), (load) => {
        const residents = shardRange(60).filter((account) => placement.home[account] === 1);
        const moving = movesOf({ kind: 'split', shard: 1, into: 3 }, placement, load);
        const sum = (accounts: readonly number[]) =>
          accounts.reduce((total, account) => total + (load[account] ?? 0), 0);
        const left = sum(moving.map(({ account }) => account));
        expect(moving.every(({ account, from, to }) => residents.includes(account) && from === 1 && to === 3)).toBe(
          true,
        );
        expect(Math.abs(sum(residents) - 2 * left)).toBeLessThanOrEqual(
          Math.max(...residents.map((account) => load[account] ?? 0)),
        );
        expect(movesOf({ kind: 'merge', shard: 1, into: 0 }, placement).map(({ account }) => account)).toEqual(
          residents,
        );
      }),
    );
  });

  it('a few at a time, each once, and the placement ends as planned', () => {
    const moves = movesOf({ kind: 'merge', shard: 2, into: 0 }, placement);
    const migration = createMigration(moves, 3);
    let now: Placement = placement;
    const seen: number[] = [];
    while (!isMigrated(migration)) {
      const taken = takeMoves(migration);
      expect(migration.active.length).toBeLessThanOrEqual(3);
      expect(takeMoves(migration)).toEqual([]);
      for (const move of taken.length > 1 ? [...taken].reverse() : [...migration.active]) {
        now = movedTo(now, move);
        seen.push(move.account);
        finishMove(migration, move.account);
        finishMove(migration, move.account);
      }
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(moves.map(({ account }) => account));
    expect(migration.doneCount).toBe(moves.length);
    expect(now.home).toEqual(placement.home.map((shard) => (shard === 2 ? 0 : shard)));
  });
});
