/** Transactions between shards: atomic commit in two and in three phases, and what it takes to break it. */
import type { FaultInput, ScenarioInput } from '../schema.ts';
import { type Preset, preset } from './preset.ts';

const CRYPTO = { suite: 'modelled:ml-dsa-65' } as const;
const NETWORK: ScenarioInput['network'] = {
  latency: { kind: 'constant', ms: 50 },
  synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 },
};

interface Setting {
  readonly seed?: number;
  readonly count: number;
  readonly commit?: '2pc' | '3pc';
  readonly strategy?: 'hash' | 'range';
  readonly clients?: number;
  readonly shards?: Partial<NonNullable<ScenarioInput['shards']>>;
  readonly config?: Record<string, unknown>;
  readonly faults?: FaultInput[];
  readonly workload?: ScenarioInput['workload'];
  readonly transactions?: ScenarioInput['transactions'];
  readonly stopMs: number;
}

/** Copies take 50 ms, half of the load crosses shards. */
function shards(setting: Setting, mutant: string | null = null): ScenarioInput {
  const { seed = 1, count, commit = '2pc', strategy = 'hash', clients = 1, config = {} } = setting;
  const { faults = [], transactions = [], stopMs } = setting;
  return {
    seed,
    protocol: { name: 'sharded', mutant, config },
    shards: { count, commit, strategy, ...setting.shards },
    clients,
    crypto: CRYPTO,
    network: NETWORK,
    workload: { ratePerSecond: 8, crossShard: 0.6, ...setting.workload },
    transactions,
    faults,
    stop: { ms: stopMs },
  };
}

/** Copies of these types from one node to another come so much later. */
function late(from: string[], to: string[], types: string[], delayMs: number, at: number, until: number): FaultInput {
  return { kind: 'link', from, to, types, symmetric: false, delayMs, at, until };
}

const onPurpose: readonly Preset[] = [
  preset({
    id: 'mutant-2pc-release-after-yes',
    title: 'Released after YES',
    teaches:
      'A shard that voted YES cannot know whether others committed: releasing its locks on a timeout splits a transaction.',
    level: 'broken on purpose',
    violates: 'atomicity',
    scenario: shards(
      {
        count: 3,
        faults: [late(['s0v0'], ['s1v0'], ['commit-request', 'status-reply'], 8000, 2000, 6000)],
        stopMs: 30_000,
      },
      '2pc-release-after-yes',
    ),
  }),
  preset({
    id: 'mutant-2pc-decision-not-logged',
    title: 'Decision not logged',
    teaches:
      'A coordinator that tells COMMIT before it is on disk restarts, finds nothing, and aborts what others committed.',
    level: 'broken on purpose',
    violates: 'atomicity',
    scenario: shards(
      {
        count: 3,
        faults: [
          late(['s0v0'], ['s2v0'], ['commit-request'], 10_000, 1000, 7000),
          {
            kind: 'crash',
            target: 's0v0',
            point: { on: 'sent', type: 'commit-request', nth: 4 },
            at: 2000,
            until: 8000,
          },
        ],
        config: { transfersMax: 1 },
        stopMs: 25_000,
      },
      '2pc-decision-not-logged',
    ),
  }),
  preset({
    id: 'mutant-2pc-blocking',
    title: 'Two phases block',
    teaches:
      'With the coordinator dead after YES, two phases hold the locks for as long as it is away; three phases go on.',
    level: 'broken on purpose',
    violates: 'no-stale-lock',
    scenario: shards(
      {
        count: 4,
        commit: '3pc',
        faults: [{ kind: 'crash', target: 's0v0', point: { on: 'receive', type: 'vote', nth: 3 }, at: 2000 }],
        stopMs: 60_000,
      },
      '2pc-blocking',
    ),
  }),
  preset({
    id: 'mutant-2pc-execute-can-fail',
    title: 'COMMIT that cannot be executed',
    teaches:
      'A YES without locks is worth nothing: two transactions spend the same units, and one fails after others committed.',
    level: 'broken on purpose',
    violates: 'atomicity',
    scenario: shards(
      { count: 3, workload: { accounts: 12, initialBalance: 100, ratePerSecond: 12 }, stopMs: 20_000 },
      '2pc-execute-can-fail',
    ),
  }),
  preset({
    id: 'mutant-lock-order-deadlock',
    title: 'Deadlock',
    teaches:
      'Two transactions that lock in opposite order wait for each other for ever, where nobody looks at ages or clocks.',
    level: 'broken on purpose',
    violates: 'deadlock-free',
    scenario: shards(
      {
        count: 2,
        strategy: 'range',
        clients: 2,
        workload: { kind: 'none', accounts: 6 },
        transactions: [
          { at: 1000, from: 'a0', to: 'a3', amount: 10 },
          { at: 1000, from: 'a3', to: 'a0', amount: 20 },
          { at: 4000, from: 'a1', to: 'a4', amount: 5 },
          { at: 6000, from: 'a2', to: 'a5', amount: 5 },
        ],
        stopMs: 20_000,
      },
      'lock-order-deadlock',
    ),
  }),
  preset({
    id: 'mutant-migration-double',
    title: 'An account that moves while it is held',
    teaches:
      'Given away before the transaction that holds it has ended, an account is in two shards, or its last change in none.',
    level: 'broken on purpose',
    violates: 'conservation',
    scenario: shards(
      {
        count: 2,
        clients: 2,
        config: { transfersMax: 4 },
        workload: { ratePerSecond: 40, crossShard: 0.8, accounts: 12, initialBalance: 10_000 },
        shards: { spare: 1, changes: [{ at: 4000, kind: 'merge', shard: 's0', into: 's2' }] },
        stopMs: 20_000,
      },
      'migration-double',
    ),
  }),
  preset({
    id: 'mutant-xshard-replay',
    title: 'Replayed vote',
    teaches: 'A vote that names no transaction is worth another one: a late YES commits what its shard refused.',
    level: 'broken on purpose',
    violates: 'serializability',
    scenario: shards(
      {
        count: 3,
        workload: { accounts: 12, initialBalance: 60, ratePerSecond: 12, crossShard: 0.9 },
        faults: [
          {
            kind: 'link',
            from: ['s1v0', 's2v0'],
            to: null,
            types: ['vote'],
            symmetric: false,
            duplicate: 0.8,
            at: 0,
            until: 15_000,
          },
          late(['s1v0'], ['s0v0'], ['vote'], 2500, 2000, 12_000),
        ],
        stopMs: 30_000,
      },
      'xshard-replay',
    ),
  }),
  preset({
    id: 'mutant-3pc-partition',
    title: 'Three phases, cut in two',
    teaches:
      'Without majorities each side of a cut ends the transaction by what it has seen: one commits, the other aborts.',
    level: 'broken on purpose',
    violates: 'atomicity',
    scenario: shards(
      {
        count: 4,
        commit: '3pc',
        config: { transfersMax: 6 },
        workload: { crossShard: 1 },
        faults: [
          { kind: 'crash', target: 's0v0', point: { on: 'sent', type: 'pre-commit', nth: 1 }, at: 3000, until: 20_000 },
          { kind: 'partition', groups: [['s1v0'], ['s2v0', 's3v0']], at: 3000, until: 12_000 },
        ],
        stopMs: 50_000,
      },
      '3pc-partition',
    ),
  }),
];

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
  ...onPurpose,
];
