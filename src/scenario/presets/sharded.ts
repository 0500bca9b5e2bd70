/** Transactions between shards: atomic commit in two and in three phases, locks, batches, shards that split and merge. */
import { type Preset, preset } from './preset.ts';
import { shardedMutantPresets } from './sharded-mutants.ts';
import { DOWNGRADE, late, shards } from './sharded-setting.ts';

export const shardedPresets: readonly Preset[] = [
  preset({
    id: 'sharded-happy-path',
    title: 'Shards: happy path',
    teaches:
      'A transaction that touches several shards is prepared by all, then committed by all; many run side by side.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'sharded' },
      shards: { count: 4 },
      clients: 2,
      workload: { ratePerSecond: 10, crossShard: 0.6 },
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'sharded-coordinator-crash',
    title: 'Shards: the coordinator dies after YES',
    teaches: 'Shards in doubt keep their locks and ask; when the coordinator is back, its log tells what to say.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 3,
      faults: [
        {
          kind: 'crash',
          target: 's0v0',
          point: { on: 'send', type: 'commit-request', nth: 2 },
          at: 4000,
          until: 14_000,
        },
      ],
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'sharded-3pc',
    title: 'Shards: three phases do not block',
    teaches:
      'The outcome is written down by a majority of all shards first, so that those left behind can end it themselves.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 4,
      commit: '3pc',
      faults: [{ kind: 'crash', target: 's0v0', point: { on: 'sent', type: 'pre-commit', nth: 4 }, at: 4000 }],
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'sharded-liar',
    title: 'Shards: a lying coordinator',
    teaches:
      'Shards of one node are trusted: a coordinator that tells COMMIT to some and ABORT to others splits a transaction.',
    level: 'beyond the model',
    violates: 'atomicity',
    scenario: shards({
      seed: 7,
      count: 4,
      config: { transfersMax: 6 },
      faults: [
        {
          kind: 'byzantine',
          target: 's0v0',
          behaviour: 'equivocate',
          peers: ['s1v0'],
          types: ['commit-request'],
          at: 3000,
        },
      ],
      stopMs: 20_000,
    }),
  }),
  preset({
    id: 'sharded-rough-network',
    title: 'Shards: votes and decisions lost, repeated, overtaken',
    teaches:
      'Every message of the commit may be lost, come twice or late: what was not answered is said again, and saying it twice does nothing.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 3,
      config: { transfersMax: 4 },
      faults: [
        {
          kind: 'link',
          from: null,
          to: null,
          types: ['prepare-request', 'vote', 'commit-request', 'abort-request', 'acknowledge'],
          loss: 0.2,
          duplicate: 0.3,
          at: 2000,
          until: 14_000,
        },
        late(['v1'], ['v0', 'v2'], ['vote'], 900, 4000, 9000),
        late(['v0'], ['v2'], ['commit-request'], 1500, 8000, 12_000),
      ],
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'sharded-partition',
    title: 'Shards: cut apart in the middle of a commit',
    teaches:
      'In three phases the side with a majority of all shards ends what it has begun; the other waits, and follows after the heal.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 5,
      commit: '3pc',
      config: { transfersMax: 4 },
      faults: [
        {
          kind: 'partition',
          groups: [
            ['v0', 'v1'],
            ['v2', 'v3', 'v4'],
          ],
          at: 4000,
          until: 14_000,
        },
      ],
      stopMs: 35_000,
    }),
  }),
  preset({
    id: 'sharded-channels',
    title: 'Shards: sealed from each other’s neighbours',
    teaches:
      'Shards agree on keys by ML-KEM, sign what they agreed on, and seal every message; keys change after so many records.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 4,
      config: { channel: 'ml-kem-768', rekeyRecords: 16 },
      faults: [{ kind: 'crash', target: 'v2', at: 8000, until: 11_000 }],
      stopMs: 25_000,
    }),
  }),
  preset({
    id: 'sharded-rolling-upgrade',
    title: 'Shards: from classical to post-quantum, one by one',
    teaches:
      'Two shards know only classical suites and are talked to by those; upgraded one by one, nobody stops or falls back again.',
    level: 'faults',
    scenario: {
      ...shards({
        seed: 7,
        count: 4,
        config: {
          channel: 'ml-kem-768',
          upgrades: [
            { shard: 's1', atMs: 8000 },
            { shard: 's3', atMs: 14_000 },
          ],
        },
        stopMs: 25_000,
      }),
      validators: [{}, { suite: 'modelled:ed25519' }, {}, { suite: 'modelled:ed25519' }],
    },
  }),
  preset({
    id: 'sharded-downgrade-attack',
    title: 'Shards: a downgrade attack, found out',
    teaches:
      'Somebody between two shards strikes the post-quantum suites out of an offer: refused, because both are known to have better.',
    level: 'faults',
    scenario: shards({ seed: 7, count: 3, config: { channel: 'ml-kem-768' }, faults: DOWNGRADE, stopMs: 25_000 }),
  }),
  preset({
    id: 'sharded-batches',
    title: 'Shards: transactions in batches',
    teaches:
      'Transactions that conflict with nothing begin together: one signature a shard for all of them, and the size follows the load.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 4,
      clients: 4,
      config: { batchSizeMax: 64, batchesMax: 1 },
      workload: { ratePerSecond: 100, crossShard: 0.8, accounts: 1000 },
      stopMs: 20_000,
    }),
  }),
  preset({
    id: 'sharded-overload',
    title: 'Shards: overloaded',
    teaches:
      'More comes than shards can do: the queue is short, the answer is a clear no with a time to come back, and what is taken is done.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 2,
      clients: 4,
      config: { batchSizeMax: 4, batchesMax: 1, queueMax: 12 },
      workload: { ratePerSecond: 120, crossShard: 1, accounts: 200 },
      stopMs: 20_000,
    }),
  }),
  preset({
    id: 'sharded-split',
    title: 'Shards: a split and a merge under load',
    teaches:
      'Half of the accounts of a shard move to a spare one, later all of them move back, and no unit is lost while transactions run.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 3,
      clients: 2,
      config: { transfersMax: 4 },
      workload: { ratePerSecond: 12, crossShard: 0.6, accounts: 30 },
      shards: {
        spare: 1,
        changes: [
          { at: 5000, kind: 'split', shard: 's0', into: 's3' },
          { at: 15_000, kind: 'merge', shard: 's3', into: 's0' },
        ],
      },
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'sharded-dynamic',
    title: 'Shards: they split where the load is',
    teaches:
      'Everybody wants the accounts of one shard: once its load has lasted it splits; shards with little to do merge again.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 2,
      strategy: 'range',
      clients: 4,
      config: { capacityPerSecond: 14, reshardAfterMs: 3000, reshardPauseMs: 8000 },
      workload: { ratePerSecond: 20, crossShard: 0.3, accounts: 60, hotspot: { accounts: 20, share: 0.8 } },
      shards: { spare: 3, dynamic: true },
      stopMs: 60_000,
    }),
  }),
  preset({
    id: 'sharded-hotspot',
    title: 'Shards: hot accounts, spread by load',
    teaches:
      'Everybody pays the same few accounts: placed by hash some shards get most of them, placed by load none gets too much.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'sharded' },
      shards: { count: 4, strategy: 'adaptive', coordinator: 'reputation' },
      clients: 2,
      workload: { ratePerSecond: 12, crossShard: 0.5, hotspot: { accounts: 12, share: 0.7 } },
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'sharded-locks',
    title: 'Shards: few accounts, many who want them',
    teaches:
      'Transactions queue for locks; an older one makes a younger one give way, so that no circle of waits lasts (wound-wait).',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 3,
      clients: 3,
      config: { transfersMax: 4, lockPolicy: 'wound-wait' },
      workload: { accounts: 9, crossShard: 1, ratePerSecond: 12, initialBalance: 10_000 },
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'sharded-lock-order',
    title: 'Shards: locks in one order',
    teaches:
      'Every transaction asks its shards one after another in the same order: no circle can close, and the price is time.',
    level: 'faults',
    scenario: shards({
      seed: 7,
      count: 3,
      clients: 3,
      config: { transfersMax: 4, lockPolicy: 'ordered' },
      workload: { accounts: 9, crossShard: 1, ratePerSecond: 12, initialBalance: 10_000 },
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'storm-shards',
    title: 'Shards: a storm over everything at once',
    teaches:
      'The seed draws shards and faults: a council, nested shards, ways of ordering, sealed channels, moves; and nothing is lost.',
    level: 'attacks',
    scenario: {
      seed: 1,
      protocol: { name: 'sharded' },
      clients: 2,
      crypto: { suite: 'modelled:ml-dsa-65' },
      network: { synchrony: { kind: 'partial', gstMs: 8000, deltaMs: 200 } },
      workload: { ratePerSecond: 5, crossShard: 0.6, accounts: 24, initialBalance: 300 },
      storm: { intensity: 0.8, startMs: 500, mix: true },
      stop: { ms: 60_000 },
    },
  }),
  ...shardedMutantPresets,
];
