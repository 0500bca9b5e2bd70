/** How shards of several validators order: by votes to all, by votes to their leader, or as each finds better. */
import { type Preset, preset } from './preset.ts';
import { replicated } from './replicated.ts';

export const orderingPresets: readonly Preset[] = [
  preset({
    id: 'sharded-votes-to-the-leader',
    title: 'Replicated shards: votes go to the leader',
    teaches:
      'One shard sends each vote to all validators, the other to its leader, who shows the certificate: five messages a ' +
      'validator and block instead of fifteen.',
    level: 'first steps',
    scenario: replicated({
      count: 2,
      size: 7,
      clients: 2,
      config: { ordering: ['all-to-all', 'linear'] },
      workload: { ratePerSecond: 12, crossShard: 0.3, accounts: 60 },
      stopMs: 15_000,
    }),
  }),
  preset({
    id: 'sharded-each-its-own-way',
    title: 'Replicated shards: each orders its own way',
    teaches:
      'Calm and loaded, a shard turns to votes for its leader alone; where leaders die one after the other, it turns ' +
      'back to votes for all until it is calm again.',
    level: 'faults',
    scenario: replicated({
      count: 2,
      size: 7,
      clients: 2,
      config: { ordering: 'adaptive' },
      workload: { ratePerSecond: 20, crossShard: 0.2, accounts: 60 },
      faults: [
        { kind: 'crash', target: 's1v0', at: 8000, until: 12_000 },
        { kind: 'crash', target: 's1v1', at: 13_000, until: 17_000 },
      ],
      stopMs: 35_000,
    }),
  }),
  preset({
    id: 'mutant-linear-any-proposal',
    title: 'A leader that asks for no certificate',
    teaches:
      'The leader dies with a block that only it has decided; where nobody asks the next one for the highest certificate, ' +
      'another block takes its place.',
    level: 'broken on purpose',
    violates: 'replicas-alike',
    scenario: replicated(
      {
        seed: 2,
        count: 2,
        clients: 2,
        config: { ordering: 'linear' },
        workload: { ratePerSecond: 12, crossShard: 0.8, accounts: 12, initialBalance: 60 },
        faults: [
          // Three copies of each: the first of the eleventh is not sent any more.
          { kind: 'crash', target: 's0v0', point: { on: 'send', type: 'order-final', nth: 31 }, at: 0, until: 9000 },
        ],
        stopMs: 25_000,
      },
      'linear-any-proposal',
    ),
  }),
];
