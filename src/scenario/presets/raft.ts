/** Raft: what it is good at, what makes it hard, what breaks it. Its servers bear crashes; one liar is one too many. */
import { type Preset, preset } from './preset.ts';

const CRYPTO = { suite: 'modelled:ml-dsa-65' } as const;

export const raftPresets: readonly Preset[] = [
  preset({
    id: 'raft-happy-path',
    title: 'Raft: happy path',
    teaches:
      'One leader is elected by a majority, copies a block a second into every log, and commits what three of five hold.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'raft' },
      validators: 5,
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      expect: [{ name: 'reaches index 10', ltl: 'F height >= 10' }],
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'raft-leader-crash',
    title: 'Raft: crash of the leader',
    teaches: 'Heartbeats stop, a random timeout runs out first somewhere, and the next term has another leader.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'raft' },
      validators: 5,
      faults: [{ kind: 'crash', target: 'v2', at: 6000, until: 16_000 }],
      expect: [
        { name: 'a dead leader is replaced', ltl: 'G (crash -> F leaderChanged)' },
        { name: 'the crash is got over', ltl: 'G (crash -> F decide)' },
      ],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'raft-log-repair',
    title: 'Raft: a log that must be repaired',
    teaches:
      'A leader cut off with a minority goes on writing; after the heal its entries give way to those of a majority.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'raft', config: { blockTimeMs: 300, electionTimeoutMs: 2000 } },
      validators: 5,
      faults: [
        {
          kind: 'partition',
          groups: [
            ['v0', 'v2'],
            ['v1', 'v3', 'v4'],
          ],
          cut: 'lost',
          at: 6000,
          until: 14_000,
        },
      ],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'raft-split-votes',
    title: 'Raft: split votes',
    teaches: 'Where timeouts are hardly longer than delays, candidates meet; chance decides in one of the next terms.',
    level: 'faults',
    scenario: {
      seed: 6,
      protocol: { name: 'raft', config: { electionTimeoutMs: 250, heartbeatMs: 80 } },
      validators: 9,
      network: {
        latency: { kind: 'uniform', minMs: 60, maxMs: 110 },
        synchrony: { kind: 'partial', gstMs: 0, deltaMs: 120 },
      },
      faults: [
        {
          kind: 'partition',
          groups: [['v0', 'v1', 'v2', 'v3'], ['v4', 'v5', 'v6', 'v7'], ['v8']],
          at: 5000,
          until: 9000,
        },
      ],
      stop: { ms: 25_000 },
    },
  }),
  preset({
    id: 'raft-snapshot',
    title: 'Raft: too far behind for the log',
    teaches:
      'The leader discarded what a returning server lacks: it sends the state of its ledger in the place of entries.',
    level: 'faults',
    scenario: {
      seed: 3,
      protocol: { name: 'raft', config: { blockTimeMs: 200, snapshotEntries: 10 } },
      validators: 3,
      crypto: CRYPTO,
      faults: [{ kind: 'crash', target: 'v1', at: 3000, until: 12_000 }],
      stop: { ms: 20_000 },
    },
  }),
  preset({
    id: 'raft-membership',
    title: 'Raft: joint consensus',
    teaches: 'From three members to five and back to other three: while a change is under way, both sets must agree.',
    level: 'faults',
    scenario: {
      seed: 5,
      protocol: {
        name: 'raft',
        config: {
          members: ['v0', 'v1', 'v2'],
          membershipChanges: [
            { atMs: 6000, members: ['v0', 'v1', 'v2', 'v3', 'v4'] },
            { atMs: 14_000, members: ['v2', 'v3', 'v4'] },
          ],
        },
      },
      validators: 5,
      crypto: CRYPTO,
      stop: { ms: 25_000 },
    },
  }),
  preset({
    id: 'raft-transfer',
    title: 'Raft: handing over',
    teaches: 'A leader brings its successor up to date and tells it to stand at once: no timeout has to run out.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: {
        name: 'raft',
        config: {
          leadershipTransfers: [
            { atMs: 6500, to: 'v0' },
            { atMs: 12_500, to: 'v3' },
          ],
        },
      },
      validators: 5,
      crypto: CRYPTO,
      stop: { ms: 20_000 },
    },
  }),
  preset({
    id: 'raft-liar',
    title: 'Raft: one liar',
    teaches:
      'Four servers bear any crash of one, but a leader that tells two stories splits them: nobody compares what it says.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: {
      seed: 3,
      protocol: { name: 'raft' },
      validators: 4,
      faults: [
        {
          kind: 'link',
          from: ['v1', 'v2', 'v3'],
          to: null,
          types: ['pre-vote'],
          symmetric: false,
          loss: 1,
          at: 0,
          until: 4000,
        },
        { kind: 'byzantine', target: 'v0', behaviour: 'equivocate', when: 'height >= 4' },
      ],
      stop: { ms: 20_000 },
    },
  }),
];
