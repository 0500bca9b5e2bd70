/** Shards of a scenario: which accounts they keep by which strategy, and what does not fit. */
import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../protocols/registry.ts';
import { compileScenario, type ScenarioInput, validateScenario } from './index.ts';

type Shards = NonNullable<ScenarioInput['shards']>;

function read(shards: Partial<Shards>, workload: ScenarioInput['workload'] = {}) {
  return validateScenario({ protocol: { name: 'sharded' }, shards, workload }, PROTOCOLS);
}

function homes(shards: Partial<Shards>, workload: ScenarioInput['workload'] = {}): readonly number[] {
  const validated = read(shards, workload);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems));
  return compileScenario(validated.scenario, PROTOCOLS).shards?.home ?? [];
}

function problems(shards: Partial<Shards>, workload: ScenarioInput['workload'] = {}): string[] {
  const validated = read(shards, workload);
  if (!('problems' in validated)) return [];
  return validated.problems.map(({ path, found, expected }) => `${path}: found ${found}, expected ${expected}`);
}

const HOT = { accounts: 200, hotspot: { accounts: 8, share: 0.8 } };

describe('strategies', () => {
  it('hash: what a new shard takes comes from everywhere, and nothing else moves', () => {
    const [before, after] = [homes({ count: 4 }), homes({ count: 5 })];
    const moved = after.filter((shard, account) => shard !== before[account]);
    expect(moved.every((shard) => shard === 4)).toBe(true);
    expect(moved.length).toBeGreaterThan(5);
  });

  it('range: neighbours together', () => {
    expect(homes({ count: 3, strategy: 'range' }, { accounts: 6 })).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('adaptive: hot accounts are spread so that no shard has more than 5/4 of its share of the load', () => {
    const load = (strategy: 'hash' | 'adaptive'): number => {
      const loads = [0, 0, 0, 0];
      homes({ count: 4, strategy }, HOT).forEach((shard, account) => {
        loads[shard] = (loads[shard] ?? 0) + (account < 8 ? 160 / 8 : 40 / 192);
      });
      return Math.max(...loads);
    };
    expect(load('adaptive')).toBeLessThanOrEqual(50 * 1.25 + 1);
    expect(load('hash')).toBeGreaterThan(50 * 1.25 + 1);
  });

  it.each(['workload', 'hybrid'] as const)('%s: each kind has shards of its own, by weight', (strategy) => {
    const kinds = [
      { name: 'payments', weight: 3, accounts: 60 },
      { name: 'savings', weight: 1, accounts: 40 },
    ];
    const home = homes({ count: 4, strategy, kinds });
    expect(new Set(home.slice(0, 60))).toEqual(new Set([0, 1, 2]));
    expect(new Set(home.slice(60))).toEqual(new Set([3]));
  });

  it('spare shards keep nothing at first', () => {
    const home = homes({ count: 2, spare: 3 });
    expect(new Set(home)).toEqual(new Set([0, 1]));
  });
});

it.each<[Partial<Shards>, ScenarioInput['workload'], string]>([
  [{ count: 60, spare: 5 }, {}, 'shards.spare: found 5, expected at most 4: 64 shards in all'],
  [
    { count: 2, kinds: [{ name: 'a', accounts: 5 }] },
    {},
    'shards.kinds: found 1 kinds, expected none, or the strategy workload or hybrid',
  ],
  [
    { count: 1, strategy: 'workload', kinds: ['a', 'b'].map((name) => ({ name, accounts: 5 })) },
    {},
    'shards.kinds: found 2 kinds, expected at most 1, one a shard',
  ],
  [
    { count: 2, strategy: 'workload', kinds: [{ name: 'a', accounts: 101 }] },
    {},
    'shards.kinds: found 101, expected accounts that add up to at most 100',
  ],
  [
    { count: 2, changes: [{ at: 1, kind: 'split', shard: 's0', into: 's2' }] },
    {},
    'shards.changes[0].into: found s2, expected a shard from s0 to s1',
  ],
  [
    { count: 2, changes: [{ at: 1, kind: 'merge', shard: 's1', into: 's1' }] },
    {},
    'shards.changes[0].into: found s1, expected another shard than `shard`',
  ],
  [
    { count: 2 },
    { accounts: 5, hotspot: { accounts: 6, share: 0.5 } },
    'workload.hotspot.accounts: found 6, expected at most 5',
  ],
])('what does not fit is told: %j', (shards, workload, expected) => {
  expect(problems(shards, workload)).toEqual([expected]);
});

describe('ways of ordering', () => {
  const said = (ordering: unknown, shards: Partial<Shards>): string[] => {
    const validated = validateScenario(
      { protocol: { name: 'sharded', config: { ordering } }, shards } as never,
      PROTOCOLS,
    );
    if (!('problems' in validated)) return [];
    return validated.problems.map(({ path, found, expected }) => `${path}: found ${found}, expected ${expected}`);
  };

  it('are one for all shards, or one for each', () => {
    const shards = { count: 2, validatorsPerShard: 4 };
    expect(said('adaptive', shards)).toEqual([]);
    expect(said(['linear', 'adaptive'], shards)).toEqual([]);
    expect(said(['linear'], shards)).toEqual([
      'protocol.config.ordering: found a list of 1, expected one for all shards, or a list of 2, one a shard',
    ]);
  });

  it('are for shards of several validators', () => {
    expect(said('linear', { count: 2 })).toEqual([
      'protocol.config.ordering: found "linear", expected nothing: a shard of one validator orders nothing',
    ]);
    expect(said('all-to-all', { count: 2 })).toEqual([]);
  });
});
