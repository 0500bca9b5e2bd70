/**
 * One scenario for each known-broken variant of Raft. Who leads when is a matter of who may ask for pre-votes: `only` keeps
 * all others from it. Copies take 50 ms, a server waits one to two seconds for a leader, blocks are a second apart.
 */
import type { FaultInput } from '../schema.ts';
import { brokenOf } from './broken.ts';
import { lost } from './faults.ts';
import type { Preset } from './preset.ts';

const broken = brokenOf('raft', {
  config: { electionTimeoutMs: 1000, heartbeatMs: 400 },
  network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 } },
});

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `v${i}`);

/** Of so many servers only this one can stand for election. */
function only(candidate: string, count: number, at: number, until: number): FaultInput {
  return lost(
    names(count).filter((name) => name !== candidate),
    null,
    ['pre-vote', 'request-vote'],
    at,
    until,
  );
}

function crash(target: string, at: number, until: number): FaultInput {
  return { kind: 'crash', target, at, until };
}

export const raftMutantPresets: readonly Preset[] = [
  broken({
    id: 'mutant-raft-figure-8',
    mutant: 'raft-figure-8',
    ratePerSecond: 10,
    title: 'Broken: old entries counted',
    teaches:
      'Server v0 commits an entry of an old term because three hold it; v4, whose last term is later, replaces it.',
    violates: 'agreement',
    validators: 5,
    faults: [
      // (a) v0 leads and stores one more block at v1 alone.
      only('v0', 5, 0, 4500),
      lost(['v0'], ['v2', 'v3', 'v4'], ['append'], 4000, 5000),
      crash('v0', 5000, 9000),
      // (b) v4 leads the next term, with a block at that index that nobody else gets.
      only('v4', 5, 4500, 9000),
      lost(['v4'], null, ['append'], 5000, 9100),
      crash('v4', 9000, 13_000),
      // (c) v0 leads again and copies its old block to v2: three of five hold it.
      only('v0', 5, 9000, 12_500),
      lost(['v0'], ['v3'], ['append'], 9000, 13_000),
      // (d) v0 is gone before it can do more; v4 leads and overwrites.
      { kind: 'crash', target: 'v0', when: 'view >= 3 & height >= 3', until: 25_000 },
      only('v4', 5, 12_500, 18_000),
    ],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-raft-forgets-vote',
    mutant: 'raft-forgets-vote',
    ratePerSecond: 10,
    title: 'Broken: a vote forgotten',
    teaches: 'Server v1 votes for v0, restarts, and votes for v2 in the same term: one term has two leaders.',
    violates: 'election-safety',
    validators: 3,
    faults: [
      lost(['v1'], null, ['pre-vote', 'request-vote'], 0, 7000),
      lost(['v0'], ['v2'], null, 0, 7000),
      lost(['v2'], ['v0'], null, 0, 7000),
      lost(['v0'], ['v1'], ['append', 'heartbeat'], 0, 7000),
      lost(['v2'], null, ['pre-vote', 'request-vote'], 0, 2700),
      crash('v1', 2500, 2600),
      lost(['v0'], null, ['pre-vote', 'request-vote'], 2500, 7000),
    ],
    stopMs: 20_000,
  }),
  broken({
    id: 'mutant-raft-no-log-check',
    mutant: 'raft-no-log-check',
    ratePerSecond: 10,
    title: 'Broken: a vote for any log',
    teaches: 'Server v2 missed what v0 and v1 committed; elected all the same, it puts something else in that place.',
    violates: 'agreement',
    validators: 3,
    faults: [
      only('v0', 3, 0, 3500),
      lost(['v0'], ['v2'], ['append'], 3500, 6000),
      { kind: 'crash', target: 'v0', when: 'height >= 4', until: 15_000 },
      only('v2', 3, 3500, 12_000),
    ],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-raft-majority-of-peers',
    mutant: 'raft-majority-of-peers',
    ratePerSecond: 10,
    title: 'Broken: a majority of the others',
    teaches: 'Of three peers two are a majority, but of four servers two and two are not: both halves decide.',
    violates: 'agreement',
    validators: 4,
    faults: [
      {
        kind: 'partition',
        groups: [
          ['v0', 'v1'],
          ['v2', 'v3'],
        ],
        cut: 'lost',
        at: 4500,
        until: 14_000,
      },
    ],
    stopMs: 25_000,
  }),
  broken({
    id: 'mutant-raft-single-step-membership',
    mutant: 'raft-single-step-membership',
    ratePerSecond: 10,
    title: 'Broken: membership in one step',
    teaches:
      'Server v0 adds v4 and v1 removes v0, each in one step: the two configurations have majorities that never meet.',
    violates: 'agreement',
    validators: 5,
    config: {
      members: ['v0', 'v1', 'v2', 'v3'],
      membershipChanges: [
        { atMs: 4500, members: ['v0', 'v1', 'v2', 'v3', 'v4'] },
        { atMs: 5500, members: ['v1', 'v2', 'v3'] },
      ],
    },
    faults: [
      // Term 1: v0 adds v4, and only v4 hears of it.
      only('v0', 5, 0, 4500),
      lost(['v0'], ['v1', 'v2', 'v3'], ['append'], 4000, 5000),
      crash('v0', 5000, 10_000),
      // Term 2: v1 removes v0, and decides so with v2 alone.
      only('v1', 5, 4500, 10_000),
      lost(['v1'], ['v3', 'v4'], ['append'], 5000, 10_000),
      crash('v1', 9500, 20_000),
      // Term 3: v0, with what it had in its log, finds a majority in v3 and v4.
      only('v0', 5, 10_000, 18_000),
    ],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-raft-no-random-timeout',
    mutant: 'raft-no-random-timeout',
    ratePerSecond: 10,
    title: 'Broken: timeouts without chance',
    teaches: 'All wait equally long, all stand at once, all vote for themselves: the vote is split again and again.',
    violates: 'liveness',
    validators: 4,
    config: { electionTimeoutMs: 500, heartbeatMs: 100 },
    faults: [],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-raft-no-prevote',
    mutant: 'raft-no-prevote',
    ratePerSecond: 10,
    title: 'Broken: elections unannounced',
    teaches: 'Server v3 hears nobody and is heard by all: term after term it deposes a leader that nobody else misses.',
    violates: 'undisturbed-leader',
    validators: 4,
    faults: [only('v0', 4, 0, 3500), lost(['v0', 'v1', 'v2'], ['v3'], null, 5000, 20_000)],
    stopMs: 30_000,
  }),
  broken({
    id: 'mutant-raft-stale-read',
    mutant: 'raft-stale-read',
    ratePerSecond: 10,
    title: 'Broken: a read from the past',
    teaches: 'Server v0 is cut off and does not know that it leads nobody: what it answers has long been overtaken.',
    violates: 'linearizable-reads',
    validators: 3,
    config: { checkQuorum: false, readPeriodMs: 500 },
    faults: [
      only('v0', 3, 0, 3500),
      { kind: 'partition', groups: [['v0'], ['v1', 'v2']], cut: 'lost', at: 5000, until: 15_000 },
    ],
    stopMs: 25_000,
  }),
];
