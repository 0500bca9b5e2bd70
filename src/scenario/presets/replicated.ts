/** Shards of several validators: what one node of a shard cannot do any more, and what it still takes. */
import type { FaultInput, ScenarioInput } from '../schema.ts';
import { type Preset, preset } from './preset.ts';

interface Setting {
  readonly seed?: number;
  readonly count?: number;
  readonly size?: number;
  readonly clients?: number;
  readonly shards?: Partial<NonNullable<ScenarioInput['shards']>>;
  readonly config?: Record<string, unknown>;
  readonly workload?: ScenarioInput['workload'];
  readonly faults?: FaultInput[];
  readonly stopMs: number;
}

/** Copies take 50 ms, more than half of the load crosses shards. */
export function replicated(setting: Setting, mutant: string | null = null): ScenarioInput {
  const { seed = 7, count = 3, size = 4, clients = 1, faults = [], config, shards, workload, stopMs } = setting;
  return {
    seed,
    protocol: { name: 'sharded', mutant, config: { heartbeatMs: 5000, downAfterMs: 20_000, ...config } },
    shards: { count, validatorsPerShard: size, ...shards },
    clients,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 } },
    workload: { ratePerSecond: 4, crossShard: 0.6, ...workload },
    faults,
    stop: { ms: stopMs },
  };
}

const lies = (target: string, behaviour: 'equivocate' | 'replay', types: string[] | null): FaultInput => ({
  kind: 'byzantine',
  target,
  behaviour,
  types,
  at: 0,
});

/** s1v0, s1v1, s1v2. */
const CLASSICAL = [4, 5, 6];
const UPGRADES = CLASSICAL.map((node, i) => ({ validator: `s1v${node - 4}`, atMs: 3000 * (i + 1) }));

export const replicatedPresets: readonly Preset[] = [
  preset({
    id: 'sharded-replicated-happy',
    title: 'Replicated shards: four validators each',
    teaches:
      'Every step of the commit is ordered by the shard first; what a shard says carries the signatures of a quorum ' +
      'of it.',
    level: 'first steps',
    scenario: replicated({ stopMs: 20_000 }),
  }),
  preset({
    id: 'sharded-replicated-coordinator-crash',
    title: 'Replicated shards: the leader of the coordinator dies',
    teaches:
      'The leader of a shard dies, its decision made and not told: a shard of one node would keep all waiting, here ' +
      'the next leader tells it.',
    level: 'faults',
    scenario: replicated({
      faults: [
        { kind: 'crash', target: 's0v0', point: { on: 'send', type: 'commit-request', nth: 5 }, at: 4000, until: null },
      ],
      stopMs: 25_000,
    }),
  }),
  preset({
    id: 'sharded-byzantine-leader',
    title: 'Replicated shards: a leader that lies',
    teaches:
      'It shows each validator another block and votes for both: none is ordered, it is replaced, and it cannot ' +
      'speak for its shard.',
    level: 'attacks',
    scenario: replicated({ faults: [lies('s0v0', 'equivocate', null)], stopMs: 25_000 }),
  }),
  preset({
    id: 'sharded-replicated-eight',
    title: 'Replicated shards: eight of four',
    teaches: 'Thirty-two validators in eight shards that order side by side; only what crosses shards makes them wait.',
    level: 'scale',
    scenario: replicated({
      count: 8,
      clients: 4,
      workload: { ratePerSecond: 20, crossShard: 0.3, accounts: 800 },
      stopMs: 10_000,
    }),
  }),
  preset({
    id: 'sharded-replicated-split',
    title: 'Replicated shards: a shard of four splits under load',
    teaches:
      'A shard with too much to do gives half of its accounts to a spare one: both order each step of a move, though a ' +
      'leader dies and a validator lies.',
    level: 'faults',
    scenario: replicated({
      count: 2,
      clients: 2,
      shards: { spare: 1, strategy: 'range', dynamic: true },
      config: { heartbeatMs: 1000, downAfterMs: 8000, capacityPerSecond: 10, reshardAfterMs: 3000, movesMax: 2 },
      workload: { ratePerSecond: 10, crossShard: 0.2, accounts: 24, hotspot: { accounts: 12, share: 0.9 } },
      faults: [lies('s2v1', 'equivocate', null), { kind: 'crash', target: 's0v0', at: 6000, until: 12_000 }],
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'sharded-replicated-channels',
    title: 'Replicated shards: from classical to post-quantum, validator by validator',
    teaches:
      'Each validator of a shard has sealed channels of its own with each of the other shards; three classical ones are ' +
      'upgraded while all go on, another restarts.',
    level: 'faults',
    scenario: {
      ...replicated({
        config: { heartbeatMs: 1000, channel: 'ml-kem-768', rekeyRecords: 16, upgrades: UPGRADES },
        faults: [{ kind: 'crash', target: 's2v3', at: 4000, until: 5500 }],
        stopMs: 14_000,
      }),
      validators: Array.from({ length: 12 }, (_, node) =>
        CLASSICAL.includes(node) ? { suite: 'modelled:ed25519' } : {},
      ),
    },
  }),
  preset({
    id: 'sharded-replicated-beyond',
    title: 'Replicated shards: two liars in a shard of four',
    teaches: 'A shard of four bears one liar: two of them show each half of the shard another log, and it falls apart.',
    level: 'beyond the model',
    violates: 'replicas-alike',
    scenario: replicated({
      seed: 3,
      clients: 2,
      workload: { ratePerSecond: 20, crossShard: 0.6, accounts: 12, initialBalance: 100 },
      faults: ['s0v0', 's0v1'].map((target) => ({
        kind: 'byzantine',
        target,
        behaviour: 'equivocate',
        peers: ['s0v0', 's0v1', 's0v2', 's1v0', 's1v1'],
        types: null,
        at: 0,
      })),
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'mutant-shard-word-of-one',
    title: 'The word of one',
    teaches:
      'One validator says YES where its shard said NO: where no quorum of signatures is asked for, it is believed.',
    level: 'broken on purpose',
    violates: 'atomicity',
    scenario: replicated(
      {
        clients: 2,
        workload: { ratePerSecond: 12, crossShard: 0.8, accounts: 12, initialBalance: 60 },
        faults: [lies('s1v1', 'equivocate', ['vote'])],
        stopMs: 30_000,
      },
      'shard-word-of-one',
    ),
  }),
  preset({
    id: 'mutant-shard-words-replayed',
    title: 'Old words of a shard',
    teaches: 'Old words of a shard, said again, count for a new transaction where their numbers may be taken twice.',
    level: 'broken on purpose',
    violates: 'serializability',
    scenario: replicated(
      {
        clients: 2,
        workload: { ratePerSecond: 12, crossShard: 0.8, accounts: 12, initialBalance: 60 },
        faults: [lies('s0v1', 'replay', null)],
        stopMs: 30_000,
      },
      'shard-words-replayed',
    ),
  }),
];
