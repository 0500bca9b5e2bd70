import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountStrategy, placeAccounts, shardsByKind } from './accounts.ts';
import { evenSizes, SHARD_COUNT_MAX, SINGLE_SHARD_COUNT_MAX, shardCountProblems, wantedShardCount } from './limits.ts';
import { createShardMap, SHARD_STRATEGIES } from './map.ts';
import { chooseShard, rankShards, shardRange } from './rendezvous.ts';
import { assignValidators, coordinatorOf, shardByValidator } from './validators.ts';

const ACCOUNTS = 1200;
const place = (strategy: AccountStrategy, shardCount: number, more = {}) =>
  placeAccounts(strategy, { shardCount, accountCount: ACCOUNTS, ...more }).home;

/** How often each value occurs, by value. */
function counts(values: readonly number[], valueCount: number, weight: (index: number) => number = () => 1): number[] {
  const sums = new Array<number>(valueCount).fill(0);
  values.forEach((value, index) => {
    sums[value] = (sums[value] ?? 0) + weight(index);
  });
  return sums;
}

describe('rendezvous hashing', () => {
  it.each([1, 2, 3, 5, 8, 13])('from %i shards to one more: 1/(k+1) of the accounts move, all to the new one', (k) => {
    const [before, after] = [place('hash', k), place('hash', k + 1)];
    const moved = shardRange(ACCOUNTS).filter((account) => before[account] !== after[account]);
    expect(moved.every((account) => after[account] === k)).toBe(true);
    const expected = ACCOUNTS / (k + 1);
    const deviation = Math.sqrt((expected * k) / (k + 1));
    expect(Math.abs(moved.length - expected)).toBeLessThan(4 * deviation);
  });

  it('when any shard goes, only its own accounts move', () => {
    const shards = shardRange(6);
    for (const gone of shards) {
      const left = shards.filter((shard) => shard !== gone);
      for (let account = 0; account < 200; account++) {
        const home = chooseShard('account', account, shards);
        expect(chooseShard('account', account, left) === home).toBe(home !== gone);
      }
    }
  });

  it('spreads evenly, and the choice is the first of the ranking', () => {
    for (const size of counts(place('hash', 10), 10)) expect(Math.abs(size - 120)).toBeLessThan(5 * Math.sqrt(108));
    for (let key = 0; key < 50; key++)
      expect(rankShards('account', key, shardRange(7))[0]).toBe(chooseShard('account', key, shardRange(7)));
  });

  it('ranks accounts and validators of one number differently', () => {
    const same = shardRange(64).filter(
      (key) => chooseShard('account', key, shardRange(8)) === chooseShard('validator', key, shardRange(8)),
    );
    expect(same.length).toBeLessThan(24);
  });
});

describe('placement', () => {
  it.each(['adaptive', 'hybrid'] as const)(
    '%s: no shard carries more than 5/4 of its share, whatever the load',
    (strategy) => {
      fc.assert(
        fc.property(
          fc.array(fc.nat({ max: 9 }), { minLength: 60, maxLength: 150 }),
          fc.integer({ min: 1, max: 7 }),
          (load, shardCount) => {
            const { home } = placeAccounts(strategy, { shardCount, accountCount: load.length, load });
            const total = load.reduce((sum, one) => sum + one, 0);
            const most = Math.max(9, Math.ceil((5 * total) / (4 * shardCount)));
            for (const sum of counts(home, shardCount, (account) => load[account] ?? 0))
              expect(sum).toBeLessThanOrEqual(most);
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('adaptive evens out what hashing leaves to chance, and moves little of it', () => {
    const load = shardRange(ACCOUNTS).map((account) => (account % 40 === 0 ? 200 : 1));
    const heaviest = (strategy: AccountStrategy) =>
      Math.max(...counts(place(strategy, 8, { load }), 8, (account) => load[account] ?? 0));
    const share = load.reduce((sum, one) => sum + one, 0) / 8;
    expect(heaviest('adaptive')).toBeLessThanOrEqual(Math.ceil(1.25 * share));
    expect(heaviest('hash')).toBeGreaterThan(1.25 * share);
    const [hash, adaptive] = [place('hash', 8), place('adaptive', 8, { load })];
    expect(hash.filter((shard, account) => shard !== adaptive[account]).length).toBeLessThan(ACCOUNTS / 4);
  });

  it('an account heavier than a share still gets a home: the lightest shard', () => {
    const { home } = placeAccounts('adaptive', { shardCount: 3, accountCount: 4, load: [100, 1, 1, 1] });
    expect(counts(home, 3).filter((count) => count > 0).length).toBeGreaterThan(1);
    expect(home.filter((shard) => shard === home[0])).toHaveLength(1);
  });

  it.each(['workload', 'hybrid'] as const)('%s: a kind of transactions has shards of its own', (strategy) => {
    const kinds = [
      { name: 'payments', weight: 6 },
      { name: 'markets', weight: 3 },
      { name: 'records', weight: 1 },
    ];
    const kindOf = shardRange(ACCOUNTS).map((account) => account % 3);
    const shards = shardsByKind(kinds, 8);
    expect(shards).toEqual([[0, 1, 2, 3], [4, 5, 6], [7]]);
    const home = place(strategy, 8, { profile: { kinds, kindOf } });
    expect(home.every((shard, account) => shards[account % 3]?.includes(shard))).toBe(true);
    expect(new Set(home).size).toBe(8);
  });

  it('shards by kind: every shard once, at least one a kind, more for more weight', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, fc.nat({ max: 12 }), (list, more) => {
        const shards = shardsByKind(
          list.map((weight) => ({ name: '', weight })),
          list.length + more,
        );
        expect(shards.flat()).toEqual(shardRange(list.length + more));
        expect(shards.every((group) => group.length >= 1)).toBe(true);
        const byWeight = list.map((weight, kind) => ({ weight, count: shards[kind]?.length ?? 0 }));
        for (const a of byWeight)
          for (const b of byWeight) if (a.weight > b.weight) expect(a.count).toBeGreaterThanOrEqual(b.count);
      }),
    );
  });
});

describe('limits', () => {
  it('wants ten validators a shard, within three to fifteen, at most twenty shards', () => {
    const wanted = [2, 3, 4, 10, 15, 16, 20, 26, 100, 200, 204, 300, 301].map((n) => [n, wantedShardCount(n)]);
    expect(Object.fromEntries(wanted)).toEqual({
      2: null,
      3: 1,
      4: 1,
      10: 1,
      15: 2,
      16: 2,
      20: 2,
      26: 3,
      100: 10,
      200: 20,
      204: 20,
      300: 20,
      301: null,
    });
    for (let n = 3; n <= 300; n++) expect(shardCountProblems(wantedShardCount(n) ?? 0, n, 'grouped')).toEqual([]);
  });

  it.each([
    [21, 210, 'grouped', 'an integer from 1 to 20'],
    [0, 4, 'grouped', 'an integer from 1 to 20'],
    [1.5, 12, 'grouped', 'an integer from 1 to 20'],
    [2, 5, 'grouped', '6 to 30 for 2 shards of 3 to 15'],
    [2, 31, 'grouped', '6 to 30 for 2 shards of 3 to 15'],
    [65, 65, 'single', 'an integer from 1 to 64'],
    [64, 63, 'single', '64, one a shard'],
  ] as const)('%d shards of %d validators (%s) are refused: %s', (shards, validators, mode, expected) => {
    expect(shardCountProblems(shards, validators, mode)).toMatchObject([{ expected }]);
  });

  it('even sizes', () => {
    expect([evenSizes(10, 3), evenSizes(9, 3), evenSizes(2, 3)]).toEqual([
      [4, 3, 3],
      [3, 3, 3],
      [1, 1, 0],
    ]);
  });
});

describe('validators', () => {
  const reputations = fc.array(fc.nat({ max: 100 }), { minLength: 12, maxLength: 80 });

  it.each(['hash', 'adaptive'] as const)('%s: every validator once, sizes differ by at most one', (strategy) => {
    fc.assert(
      fc.property(reputations, fc.integer({ min: 1, max: 12 }), (reputation, shardCount) => {
        const committees = assignValidators(strategy, reputation, shardCount);
        expect(committees.flat().sort((a, b) => a - b)).toEqual(shardRange(reputation.length));
        const sizes = committees.map((members) => members.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const shards = shardByValidator(committees);
        expect(committees.every((members, shard) => members.every((node) => shards[node] === shard))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('adaptive: sums of reputation differ by no more than two single validators do', () => {
    fc.assert(
      fc.property(reputations, fc.integer({ min: 1, max: 6 }), (some, shardCount) => {
        const reputation = some.slice(0, some.length - (some.length % shardCount));
        const sums = assignValidators('adaptive', reputation, shardCount).map((members) =>
          members.reduce((sum, node) => sum + (reputation[node] ?? 0), 0),
        );
        expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(
          Math.max(...reputation) - Math.min(...reputation),
        );
      }),
    );
  });

  it('adaptive: who got the better validator in one round gets the worse in the next', () => {
    const reputation = shardRange(20).map((node) => 100 - node);
    const sums = assignValidators('adaptive', reputation, 2).map((members) =>
      members.reduce((sum, node) => sum + (reputation[node] ?? 0), 0),
    );
    expect(sums).toEqual([905, 905]);
  });

  it('the coordinator has the highest reputation, the lowest index of equals', () => {
    expect(coordinatorOf([4, 2, 7], [0, 0, 5, 0, 9, 0, 0, 9])).toBe(4);
    expect(coordinatorOf([7, 2, 4], [0, 0, 9, 0, 9, 0, 0, 9])).toBe(2);
  });
});

describe('the map', () => {
  it.each(SHARD_STRATEGIES)('%s: 20 validators make two shards of ten', (strategy) => {
    const reputation = shardRange(20).map((node) => 50 + ((node * 37) % 50));
    const made = createShardMap(strategy, { mode: 'grouped', shardCount: 2, accountCount: 40, reputation });
    if (!('map' in made)) throw new Error('20 validators fit two shards');
    expect(made.map.committees.map((members) => members.length)).toEqual([10, 10]);
    made.map.coordinators.forEach((node, shard) => {
      const members = made.map.committees[shard] ?? [];
      expect(members).toContain(node);
      expect(reputation[node]).toBe(Math.max(...members.map((member) => reputation[member] ?? 0)));
    });
    expect(structuredClone(made.map)).toEqual(made.map);
  });

  it('64 shards of one node each', () => {
    const reputation = shardRange(SINGLE_SHARD_COUNT_MAX).map(() => 1);
    const made = createShardMap('hash', { mode: 'single', shardCount: 64, accountCount: 640, reputation });
    expect(made).toMatchObject({
      map: { committees: shardRange(64).map((node) => [node]), coordinators: shardRange(64) },
    });
    expect('map' in made && new Set(made.map.placement.home).size).toBe(64);
  });

  it('says what does not fit', () => {
    const input = { mode: 'grouped' as const, accountCount: 1, reputation: shardRange(6) };
    expect(createShardMap('hash', { ...input, shardCount: SHARD_COUNT_MAX })).toMatchObject({
      problems: [{ path: 'validators' }],
    });
    const profile = { kinds: ['a', 'b', 'c'].map((name) => ({ name, weight: 1 })), kindOf: [] };
    expect(createShardMap('workload', { ...input, shardCount: 2, profile })).toMatchObject({
      problems: [{ path: 'shards.kinds' }],
    });
    expect(createShardMap('hash', { ...input, shardCount: 2, profile })).toHaveProperty('map');
  });
});
