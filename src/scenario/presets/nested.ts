/** Shards that are divided themselves: a commit in two levels. */
import { type Preset, preset } from './preset.ts';
import { shards } from './sharded-setting.ts';

const TWO_PARENTS = [
  ['s0', 's1'],
  ['s2', 's3'],
];

export const nestedPresets: readonly Preset[] = [
  preset({
    id: 'nested-two-levels',
    title: 'Nested shards: a tree of votes',
    teaches:
      'A shard may be divided itself: one of its leaves asks the others and votes for all of them, YES only if all did.',
    level: 'first steps',
    scenario: {
      ...shards({
        count: 6,
        clients: 2,
        strategy: 'range',
        shards: { nested: [...TWO_PARENTS.map((leaves) => [...leaves]), ['s4', 's5']] },
        config: { transfersMax: 4 },
        stopMs: 20_000,
      }),
      expect: [{ name: 'something is committed', ltl: 'F sent(commit-request)' }],
    },
  }),
  preset({
    id: 'nested-upper-level-cut',
    title: 'Nested shards: the upper level is cut off',
    teaches:
      'What stays inside a parent needs nobody outside: both parents go on behind a cut that stops what lies between them.',
    level: 'faults',
    scenario: {
      ...shards({
        count: 4,
        clients: 2,
        strategy: 'range',
        shards: { nested: TWO_PARENTS },
        faults: [
          {
            kind: 'partition',
            groups: [
              ['s0v0', 's1v0', 'c0'],
              ['s2v0', 's3v0', 'c1'],
            ],
            at: 5000,
            until: 15_000,
          },
        ],
        stopMs: 30_000,
      }),
      expect: [
        {
          name: 's0 and s1 commit behind the cut',
          ltl: 'F (partitioned & (sent(commit-request, s0v0) | sent(commit-request, s1v0)))',
        },
        { name: 's2 and s3 do', ltl: 'F (partitioned & (sent(commit-request, s2v0) | sent(commit-request, s3v0)))' },
      ],
    },
  }),
  preset({
    id: 'nested-head-crash',
    title: 'Nested shards: who speaks for a parent dies',
    teaches:
      'The head of a parent dies after its promise: its leaves wait in doubt, and its log tells it what it owes to both levels.',
    level: 'faults',
    scenario: shards({
      seed: 3,
      count: 4,
      clients: 2,
      strategy: 'range',
      shards: { nested: TWO_PARENTS },
      config: { transfersMax: 4 },
      faults: [{ kind: 'crash', target: 's2v0', point: { on: 'sent', type: 'vote', nth: 3 }, at: 4000, until: 12_000 }],
      stopMs: 30_000,
    }),
  }),
  preset({
    id: 'mutant-nested-parent-early-yes',
    title: 'A parent that votes too early',
    teaches:
      'If the head of a parent votes YES before its leaves have, one of them may still say NO, when others have committed.',
    level: 'broken on purpose',
    violates: 'atomicity',
    scenario: shards(
      {
        count: 4,
        clients: 2,
        strategy: 'range',
        shards: { nested: TWO_PARENTS },
        config: { transfersMax: 4 },
        workload: { accounts: 12, initialBalance: 100, ratePerSecond: 12 },
        stopMs: 20_000,
      },
      'nested-parent-early-yes',
    ),
  }),
];
