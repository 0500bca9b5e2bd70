/** The shards of a scenario: how many fit, which accounts they keep at first, how the map changes. */
import { microsFromMs } from '../core/time.ts';
import type { ShardChange, Shards } from '../protocols/protocol.ts';
import { placeAccounts } from '../sharding/map/accounts.ts';
import { SHARD_COUNT_MAX, shardCountProblems, SINGLE_SHARD_COUNT_MAX } from '../sharding/map/limits.ts';
import { expect, type Report } from './report.ts';
import type { Scenario } from './schema.ts';

type Described = NonNullable<Scenario['shards']>;
type Load = Pick<Scenario['workload'], 'accounts' | 'hotspot'>;

/** What the schema cannot say of shards. `faulty`: what follows from their number cannot be checked. */
export function checkShardMap(scenario: Scenario, shards: Described, report: Report): 'sound' | 'faulty' {
  const { count, spare, validatorsPerShard } = shards;
  const all = count + spare;
  const isSingle = validatorsPerShard === 1;
  const most = isSingle ? SINGLE_SHARD_COUNT_MAX : SHARD_COUNT_MAX;
  if (all > most) {
    expect(report, ['shards', 'spare'], `at most ${Math.max(0, most - count)}: ${most} shards in all`, String(spare));
    return 'faulty';
  }
  for (const { path, expected, found } of shardCountProblems(
    all,
    all * validatorsPerShard,
    isSingle ? 'single' : 'grouped',
  )) {
    const place = path === 'validators' ? 'shards.validatorsPerShard' : path;
    expect(report, place.split('.'), expected, found);
  }
  checkKinds(scenario, shards, report);
  checkChanges(shards, report);
  checkNested(shards, report);
  checkOrdering(scenario, shards, report);
  return 'sound';
}

function checkKinds({ workload }: Scenario, { kinds, strategy, count }: Described, report: Report): void {
  if (kinds.length > count)
    expect(report, ['shards', 'kinds'], `at most ${count}, one a shard`, `${kinds.length} kinds`);
  const usesKinds = strategy === 'workload' || strategy === 'hybrid';
  if (kinds.length > 0 && !usesKinds)
    expect(report, ['shards', 'kinds'], 'none, or the strategy workload or hybrid', `${kinds.length} kinds`);
  const named = kinds.reduce((sum, { accounts }) => sum + accounts, 0);
  if (named > workload.accounts)
    expect(report, ['shards', 'kinds'], `accounts that add up to at most ${workload.accounts}`, String(named));
  if (workload.hotspot !== null && workload.hotspot.accounts > workload.accounts)
    expect(
      report,
      ['workload', 'hotspot', 'accounts'],
      `at most ${workload.accounts}`,
      String(workload.hotspot.accounts),
    );
}

function checkChanges({ changes, count, spare }: Described, report: Report): void {
  const all = count + spare;
  for (const [i, { shard, into }] of changes.entries()) {
    for (const [key, name] of [
      ['shard', shard],
      ['into', into],
    ] as const) {
      if (shardIndex(name) >= all)
        expect(report, ['shards', 'changes', i, key], `a shard from s0 to s${all - 1}`, name);
    }
    if (shard === into) expect(report, ['shards', 'changes', i, 'into'], 'another shard than `shard`', into);
  }
}

/** Ways of ordering, where the protocol's settings name any: for shards that order, and one for each of them. */
function checkOrdering({ protocol }: Scenario, { count, spare, validatorsPerShard }: Described, report: Report): void {
  const { ordering } = protocol.config;
  if (ordering === undefined) return;
  const path = ['protocol', 'config', 'ordering'];
  const all = count + spare;
  if (validatorsPerShard === 1 && ordering !== 'all-to-all')
    expect(report, path, 'nothing: a shard of one validator orders nothing');
  else if (Array.isArray(ordering) && ordering.length !== all)
    expect(report, path, `one for all shards, or a list of ${all}, one a shard`, `a list of ${ordering.length}`);
}

/** A shard is a leaf of one parent at most; and a tree commits in two phases. */
function checkNested({ nested, commit, count, spare }: Described, report: Report): void {
  const all = count + spare;
  const seen = new Set<string>();
  for (const [i, leaves] of nested.entries())
    for (const [j, name] of leaves.entries()) {
      if (shardIndex(name) >= all) expect(report, ['shards', 'nested', i, j], `a shard from s0 to s${all - 1}`, name);
      if (seen.has(name)) expect(report, ['shards', 'nested', i, j], 'each shard in one parent, once', name);
      seen.add(name);
    }
  if (nested.length > 0 && commit === '3pc')
    expect(report, ['shards', 'commit'], '2pc: nested shards commit in two phases', commit);
}

/** As the protocol wants it: the map is made once, here, so that all nodes have the same. */
export function compileShards(shards: Described, load: Load): Shards {
  const { count, spare, validatorsPerShard, strategy, commit, coordinator, dynamic } = shards;
  const changes = shards.changes.map(
    ({ at, kind, shard, into }): ShardChange => ({
      at: microsFromMs(at),
      kind,
      shard: shardIndex(shard),
      into: shardIndex(into),
    }),
  );
  return {
    count: count + spare,
    initialCount: count,
    validatorsPerShard,
    strategy,
    commit,
    coordinator,
    isDynamic: dynamic,
    changes,
    nested: shards.nested.map((leaves) => leaves.map(shardIndex)),
    home: homes(shards, load),
  };
}

/** Load of a hot account against that of another, in thousandths; at least one. */
const LOAD_UNIT = 1000;

function homes({ count, strategy, kinds }: Described, { accounts, hotspot }: Load): readonly number[] {
  const load = hotspot === null ? null : accountLoads(accounts, hotspot);
  const kindOf = kinds.flatMap(({ accounts: size }, kind) => Array.from({ length: size }, () => kind));
  const profile = kinds.length === 0 ? null : { kinds, kindOf };
  return placeAccounts(strategy, {
    shardCount: count,
    accountCount: accounts,
    ...(load === null ? {} : { load }),
    ...(profile === null ? {} : { profile }),
  }).home;
}

function accountLoads(accounts: number, hotspot: NonNullable<Load['hotspot']>): number[] {
  const hot = Math.round((hotspot.share * LOAD_UNIT * accounts) / hotspot.accounts);
  const other = Math.round(((1 - hotspot.share) * LOAD_UNIT * accounts) / Math.max(1, accounts - hotspot.accounts));
  return Array.from({ length: accounts }, (_, account) => Math.max(1, account < hotspot.accounts ? hot : other));
}

const shardIndex = (name: string): number => Number(name.slice(1));
