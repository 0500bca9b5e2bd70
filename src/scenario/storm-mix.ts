/**
 * Storms over shards whose settings are drawn from the seed too (`storm.mix`): council, nested shards, ways of ordering, sealed channels
 * with validators that upgrade, accounts that move, lock policies, batches, one validator a shard or four, in any combination
 * that is valid. What is drawn takes the place of what the scenario says of it; the rest stays.
 */
import { draw, PURPOSE, scale, type StreamKey, streamKey } from '../core/prng.ts';
import type { Scenario } from './schema.ts';
import { SHARDED, validatorCount } from './nodes.ts';

type Shards = NonNullable<Scenario['shards']>;

/** Virtual ms within which maps and parameters change: while the storm rages and a little longer. */
const CHANGES_UNTIL_MS = 12_000;
const GROUP_SIZE = 4;

/** The same scenario with another seed, and with the settings that its storm draws from that. */
export function withSeed(scenario: Scenario, seed: number): Scenario {
  return mixed({ ...scenario, seed });
}

/** The scenario with what `storm.mix` draws; the scenario itself without it. The same again changes nothing. */
export function mixed(scenario: Scenario): Scenario {
  if (scenario.storm?.mix !== true || scenario.protocol.name !== SHARDED) return scenario;
  const dice = new Dice(streamKey(scenario.seed, PURPOSE.storm, 0, 1));
  const shards = drawShards(dice);
  const config = { ...scenario.protocol.config, ...drawConfig(dice, shards, scenario.crypto.suite) };
  const stakes = Array.from({ length: validatorCount({ ...scenario, shards }) }, () => 1 + dice.roll(9));
  const legacy = legacyOf(dice, config, shards);
  const validators = stakes.map((stake, node) => ({
    stake,
    region: null,
    suite: legacy.has(node) ? classical(scenario.crypto.suite) : null,
  }));
  return { ...scenario, shards, validators, protocol: { ...scenario.protocol, config } };
}

class Dice {
  readonly #key: StreamKey;
  #rolled = 0;

  constructor(key: StreamKey) {
    this.#key = key;
  }

  /** Uniform in [0, bound). */
  roll(bound: number): number {
    return scale(draw(this.#key, this.#rolled++), bound);
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.roll(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.roll(items.length)] as T;
  }
}

const shardName = (shard: number): string => `s${shard}`;

function drawShards(dice: Dice): Shards {
  const isGroup = dice.roll(5) < 2;
  const count = isGroup ? 2 + dice.roll(2) : 3 + dice.roll(4);
  const spare = dice.roll(2);
  const commit = dice.oneIn(3) ? '3pc' : '2pc';
  return {
    count,
    spare,
    validatorsPerShard: isGroup ? GROUP_SIZE : 1,
    strategy: dice.pick(['hash', 'range', 'adaptive'] as const),
    kinds: [],
    coordinator: dice.pick(['home', 'reputation'] as const),
    changes: drawChanges(dice, count + spare),
    dynamic: spare > 0 && dice.oneIn(4),
    nested: commit === '3pc' || dice.oneIn(2) ? [] : drawParents(dice, count),
    commit,
  };
}

/** None, or one to three splits and merges between any two shards. */
function drawChanges(dice: Dice, all: number): Shards['changes'] {
  return Array.from({ length: Math.max(0, dice.roll(6) - 2) }, () => {
    const shard = dice.roll(all);
    const into = (shard + 1 + dice.roll(all - 1)) % all;
    const kind = dice.pick(['split', 'merge'] as const);
    return { at: 500 + dice.roll(CHANGES_UNTIL_MS), kind, shard: shardName(shard), into: shardName(into) };
  }).sort((a, b) => a.at - b.at);
}

/** One parent or two of at least two leaves each; some shards may stand by themselves. */
function drawParents(dice: Dice, count: number): Shards['nested'] {
  const names = Array.from({ length: count }, (_, shard) => shardName(shard));
  const first = 2 + dice.roll(Math.max(1, count - 2));
  const parents = [names.slice(0, first), names.slice(first)];
  return parents.filter((leaves) => leaves.length >= 2);
}

function drawConfig(dice: Dice, shards: Shards, suite: Scenario['crypto']['suite']): Record<string, unknown> {
  const isGroup = shards.validatorsPerShard > 1;
  const all = shards.count + shards.spare;
  const council = dice.oneIn(2);
  const sealed = dice.oneIn(3);
  const calm = isGroup ? { heartbeatMs: 2000, downAfterMs: 8000 } : { heartbeatMs: 500, downAfterMs: 2000 };
  return {
    ...calm,
    transfersMax: 1 + dice.roll(5),
    lockPolicy: dice.pick(['wound-wait', 'wound-wait', 'ordered', 'none']),
    council,
    councilRoundMs: 1000,
    proposals: council ? drawProposals(dice, all) : [],
    ordering: isGroup ? drawOrdering(dice, all) : 'all-to-all',
    channel: sealed ? 'ml-kem-768' : 'none',
    rekeyRecords: 4 + dice.roll(60),
    rekeyMs: dice.pick([0, 3000]),
    upgrades: sealed && !suite.endsWith('ed25519') && dice.oneIn(2) ? [drawUpgrade(dice, shards)] : [],
    movesMax: 1 + dice.roll(4),
    capacityPerSecond: dice.pick([3, 50]),
    reshardAfterMs: 1500,
    reshardPauseMs: 5000,
    batchSizeMax: dice.pick([1, 1, 8]),
    queueMax: dice.pick([4, 1024]),
  };
}

function drawProposals(dice: Dice, all: number): readonly Record<string, unknown>[] {
  const parameters = [
    { parameter: 'lockWaitMs', value: 700 },
    { parameter: 'prepareTimeoutMs', value: 2500 },
    { parameter: 'movesMax', value: 2 },
    { reputation: Array.from({ length: all }, () => dice.roll(9)) },
  ];
  return Array.from({ length: dice.roll(4) }, () => ({
    atMs: 500 + dice.roll(CHANGES_UNTIL_MS),
    ...dice.pick(parameters),
  }));
}

function drawOrdering(dice: Dice, all: number): string | readonly string[] {
  const ways = ['all-to-all', 'linear', 'adaptive'];
  return dice.oneIn(2) ? dice.pick(ways) : Array.from({ length: all }, () => dice.pick(ways));
}

/** One shard, or one validator of it, begins as a classical one. */
function drawUpgrade(dice: Dice, { count, validatorsPerShard }: Shards): Record<string, unknown> {
  const shard = dice.roll(count);
  const atMs = 1000 + dice.roll(CHANGES_UNTIL_MS);
  return validatorsPerShard > 1 && dice.oneIn(2)
    ? { validator: `s${shard}v${dice.roll(validatorsPerShard)}`, atMs }
    : { shard: shardName(shard), atMs };
}

/** Whoever is upgraded, and sometimes one more that never is. */
function legacyOf(dice: Dice, { upgrades, channel }: Record<string, unknown>, shards: Shards): ReadonlySet<number> {
  const { count, validatorsPerShard: size } = shards;
  const named = (upgrades as readonly { readonly shard?: string; readonly validator?: string }[]).flatMap(
    ({ shard, validator }) => {
      if (shard !== undefined) return Array.from({ length: size }, (_, i) => Number(shard.slice(1)) * size + i);
      const [ofShard = 0, place = 0] = (validator ?? '').slice(1).split('v').map(Number);
      return [ofShard * size + place];
    },
  );
  const more = channel === 'ml-kem-768' && dice.oneIn(3) ? [dice.roll(count * size)] : [];
  return new Set([...named, ...more]);
}

const classical = (suite: Scenario['crypto']['suite']): Scenario['crypto']['suite'] =>
  suite.startsWith('modelled:') ? 'modelled:ed25519' : 'ed25519';
