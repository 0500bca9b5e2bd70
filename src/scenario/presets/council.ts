/** Shards that decide together: a council of coordinators above them, and shards that are divided themselves. */
import { type Preset, preset } from './preset.ts';
import { shards } from './sharded-setting.ts';

type Setting = Parameters<typeof shards>[0];

/** A testnet of single shards that decide together; `asked` is what the scenario wants of them. */
const council = (setting: Setting, asked: readonly Record<string, unknown>[] = [], mutant: string | null = null) =>
  shards(
    {
      ...setting,
      config: { council: true, ...(asked.length === 0 ? {} : { proposals: asked }), ...setting.config },
    },
    mutant,
  );

const lockWait = (atMs: number, value: number) => ({ atMs, parameter: 'lockWaitMs', value });

export const councilPresets: readonly Preset[] = [
  preset({
    id: 'council-dead-shard',
    title: 'Council: a dead shard is marked down',
    teaches:
      'Four of five shards agree that s2 is out: nothing new begins with it; once its disk is back, its accounts move away.',
    level: 'faults',
    scenario: {
      ...council({
        count: 4,
        shards: { spare: 1 },
        faults: [{ kind: 'crash', target: 's2v0', at: 5000, until: 15_000 }],
        stopMs: 30_000,
      }),
      expect: [
        {
          name: 'the first epoch marks s2 out while it is down',
          ltl: '(lastOut(s0v0) != s2v0) U (councilEpoch(s0v0) = 2 & lastOut(s0v0) == s2v0 & crashed(s2v0))',
        },
        {
          name: 'all who are up know, and only of s2',
          ltl: 'F (lastOut(s0v0) == s2v0 & lastOut(s1v0) == s2v0 & lastOut(s3v0) == s2v0) & G !isOut(s0v0) & G shardsOut <= 1',
        },
        { name: 's2 hears of it when it is back', ltl: 'G (restart(s2v0) -> F isOut(s2v0))' },
        { name: 'and gives its accounts away', ltl: 'F (sent(account-parcel, s2v0) & accounts(s2v0) = 0)' },
      ],
    },
  }),
  preset({
    id: 'council-no-two-thirds',
    title: 'Council: no 67 % behind a cut',
    teaches:
      'Behind a cut a change gets two votes of the three it needs among four shards: after 60 seconds it has failed.',
    level: 'faults',
    scenario: {
      ...council(
        {
          count: 4,
          workload: { ratePerSecond: 2 },
          faults: [
            {
              kind: 'partition',
              groups: [
                ['s0v0', 's1v0', 'c0'],
                ['s2v0', 's3v0'],
              ],
              at: 2000,
              until: 70_000,
            },
          ],
          stopMs: 80_000,
        },
        [lockWait(3000, 400)],
      ),
      expect: [
        { name: 'it is put to the vote', ltl: 'F sent(council-vote)' },
        { name: 'it is never decided', ltl: 'G (!sent(council-decided) & councilEpoch = 1)' },
        {
          name: 'each side says that it has failed',
          ltl: 'F sent(council-lapsed, s0v0) & F sent(council-lapsed, s3v0)',
        },
      ],
    },
  }),
  preset({
    id: 'council-agrees-on-splits',
    title: 'Council: a split and a new leader',
    teaches:
      'Changes of the map and of reputation are decisions like others: each ends an epoch, and the next leader leads.',
    level: 'scale',
    scenario: {
      ...council(
        {
          count: 3,
          shards: { spare: 1, changes: [{ at: 4000, kind: 'split', shard: 's0', into: 's3' }] },
          stopMs: 20_000,
        },
        [{ atMs: 10_000, reputation: [1, 9, 1, 1] }],
      ),
      expect: [
        { name: 's0 leads first', ltl: '!sent(council-proposal, s1v0) U sent(council-proposal, s0v0)' },
        {
          name: 'each decision ends an epoch, and s3 gets accounts after the first',
          ltl: '(accounts(s3v0) = 0) U (councilEpoch >= 2) & F accounts(s3v0) > 0 & F councilEpoch(s2v0) >= 3',
        },
      ],
    },
  }),
  preset({
    id: 'council-of-groups',
    title: 'Council: coordinators of groups',
    teaches:
      'Shards of four validators vote by their own quorum: when the best reputed of s0, its coordinator, dies, the next speaks for it.',
    level: 'faults',
    scenario: {
      ...council(
        {
          count: 4,
          shards: { validatorsPerShard: 4 },
          workload: { ratePerSecond: 2 },
          faults: [{ kind: 'crash', target: 's0v2', at: 3000 }],
          stopMs: 20_000,
        },
        [lockWait(4000, 400)],
      ),
      // s0v2 is the best reputed of its shard.
      validators: Array.from({ length: 16 }, (_, node) => ({ stake: node === 2 ? 9 : 1 })),
      expect: [
        { name: 's0v2 coordinates at first', ltl: 'F (leads(s0v2) = true)' },
        { name: 'then s0v0', ltl: 'G (crash(s0v2) -> F (leads(s0v0) = true))' },
        { name: 'the council decides', ltl: 'F sent(council-decided, s0v0)' },
      ],
    },
  }),
  preset({
    id: 'mutant-council-half',
    title: 'A council of half',
    teaches:
      'If more than half decide instead of 67 %, one shard that tells two halves different things makes them decide different things.',
    level: 'broken on purpose',
    violates: 'council-agreement',
    scenario: council(
      {
        count: 5,
        faults: [
          {
            kind: 'byzantine',
            target: 's0v0',
            behaviour: 'equivocate',
            peers: ['s1v0', 's2v0'],
            types: ['council-proposal', 'council-vote', 'council-confirm'],
            at: 1000,
          },
        ],
        stopMs: 20_000,
      },
      [lockWait(3000, 400), lockWait(3000, 900)],
      'council-half',
    ),
  }),
];
