/** Transactions between shards, broken on purpose: each shows why a rule is one. */
import { type Preset, preset } from './preset.ts';
import { DOWNGRADE, late, shards } from './sharded-setting.ts';

export const shardedMutantPresets: readonly Preset[] = [
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
    id: 'mutant-yes-then-refuse',
    title: 'YES, then no',
    teaches:
      'A shard that takes its YES back when COMMIT comes tears the transaction apart: the others have done their part.',
    level: 'broken on purpose',
    violates: 'atomicity',
    scenario: shards({ count: 3, stopMs: 15_000 }, 'yes-then-refuse'),
  }),
  preset({
    id: 'mutant-lock-theft',
    title: 'Stolen locks',
    teaches:
      'A promise is worth the lock behind it: stolen, the same units are promised twice and an account is overdrawn.',
    level: 'broken on purpose',
    violates: 'conservation',
    scenario: shards(
      { count: 3, workload: { accounts: 9, initialBalance: 100, ratePerSecond: 25, crossShard: 1 }, stopMs: 20_000 },
      'lock-theft',
    ),
  }),
  preset({
    id: 'mutant-double-spend',
    title: 'The same units, spent in two shards',
    teaches:
      'Two payments from one account to two shards, each covered, not both: without an exclusive lock both are promised.',
    level: 'broken on purpose',
    violates: 'conservation',
    scenario: shards(
      {
        count: 3,
        strategy: 'range',
        workload: { kind: 'none', accounts: 9, initialBalance: 100 },
        transactions: [
          { at: 1000, from: 'a0', to: 'a3', amount: 80 },
          { at: 1000, from: 'a0', to: 'a6', amount: 80 },
          { at: 3000, from: 'a3', to: 'a6', amount: 5 },
        ],
        stopMs: 15_000,
      },
      'double-spend',
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
    id: 'mutant-downgrade-unnoticed',
    title: 'A downgrade that nobody notices',
    teaches:
      'Where signatures do not cover what was offered, somebody in between chooses the weakest suite that both know.',
    level: 'broken on purpose',
    violates: 'no-downgrade',
    scenario: shards(
      { count: 3, config: { channel: 'ml-kem-768' }, faults: DOWNGRADE, stopMs: 20_000 },
      'downgrade-unnoticed',
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
