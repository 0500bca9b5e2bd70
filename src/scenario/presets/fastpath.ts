/** The optimistic fast path at work: everybody votes, somebody is silent, somebody lies, and what a quorum that is too small costs. */
import type { FaultInput } from '../schema.ts';
import { type Preset, preset } from './preset.ts';

const MODELLED = { suite: 'modelled:ml-dsa-65' } as const;
const QUICK = { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 300 } as const;

/**
 * Height 5 (v1 proposes at 2 s) and a traitor, v1: v0 and v2 get one block, v3 another; v0 alone hears the votes for the first, and
 * is not heard. Then v1 forgets everything, so that two reports are left: one for each block.
 */
export const SPLIT_AT_HEIGHT_5: FaultInput[] = [
  {
    kind: 'byzantine',
    target: 'v1',
    behaviour: 'equivocate',
    peers: ['v0', 'v2'],
    types: ['proposal', 'vote'],
    at: 1900,
    until: 2300,
  },
  { kind: 'partition', groups: [['v0'], ['v1', 'v2', 'v3']], oneWay: true, cut: 'lost', at: 1900, until: 8000 },
  { kind: 'crash', target: 'v1', restart: 'amnesia', at: 2400, until: 2500 },
];

export const fastpathPresets: readonly Preset[] = [
  preset({
    id: 'fastpath-happy-path',
    title: 'Fast path: one round, if everybody votes',
    teaches:
      'The primary proposes, all four vote, and the vote of the last one decides: two message delays, no second round.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'fastpath' },
      validators: 4,
      crypto: { suite: 'ml-dsa-65' },
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 200 } },
      stop: { ms: 60_000 },
    },
    story: [
      {
        at: 300,
        title: 'Everybody votes',
        text: 'The ring around each replica has four ticks: a fast certificate needs the votes of all four.',
        look: 'v2',
      },
      {
        at: { mark: 'decision', nth: 1, afterMs: 50 },
        title: 'The fourth vote decides',
        text: 'No second round: whoever holds four matching votes knows that no view change can miss this block.',
      },
      {
        at: { mark: 'decision', nth: 3, afterMs: 100 },
        title: 'As long as nobody is missing',
        text: 'One silent replica is enough to lose the shortcut, but not the block: that is the next scenario.',
      },
    ],
  }),
  preset({
    id: 'fastpath-fall-back',
    title: 'Fast path: one replica is silent',
    teaches:
      'Three of four votes never become a fast certificate: after half a second everybody falls back to a second round, until v3 is back.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'fastpath' },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      faults: [{ kind: 'crash', target: 'v3', at: 3500, until: 12_500 }],
      expect: [
        { name: 'falls back', ltl: 'G (crash -> F[<=3s] path(v0) = normal)' },
        { name: 'is fast again', ltl: 'G (heal -> F[<=5s] path(v0) = fast)' },
      ],
      stop: { ms: 25_000 },
    },
    story: [
      {
        at: { mark: 'fault', nth: 1, afterMs: 900 },
        title: 'Three of four',
        text: 'v3 is down. The ring stays open at three: these votes prepare the block, they do not decide it.',
        look: 'v0',
      },
      {
        at: { mark: 'fault', nth: 1, afterMs: 1200 },
        title: 'The fall-back',
        text: 'The time for the fast certificate is over, and everybody says COMMIT: three of those do decide, as in PBFT.',
        look: 'v0',
      },
      {
        at: { mark: 'heal', nth: 1, afterMs: 2500 },
        title: 'Fast again',
        text: 'v3 has caught up and votes: the second round is gone.',
        look: 'v3',
      },
    ],
  }),
  preset({
    id: 'fastpath-one-to-spare',
    title: 'Fast path: six replicas, five votes',
    teaches:
      'Two more replicas than 3f+1 buy patience: with six the fast quorum is five, so that one silent replica costs nothing.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'fastpath' },
      validators: 6,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      faults: [{ kind: 'byzantine', target: 'v5', behaviour: 'silent', at: 2500, until: 4400 }],
      stop: { ms: 15_000 },
    },
  }),
  preset({
    id: 'fastpath-equivocation',
    title: 'Fast path: two proposals',
    teaches:
      'A vote for another block is answered with the proposal one holds: both then have proof, and stop waiting at once.',
    level: 'attacks',
    scenario: {
      seed: 7,
      protocol: { name: 'fastpath' },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      workload: { ratePerSecond: 20 },
      faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'equivocate', at: 3500, until: 9500 }],
      stop: { ms: 25_000 },
    },
  }),
  preset({
    id: 'fastpath-found-again',
    title: 'Fast path: decided by one, found by all',
    teaches:
      'One replica alone sees a fast certificate and is cut off; the others report their votes, and the new primary has no choice.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'fastpath', config: { ...QUICK, statusPeriodMs: 700 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'constant', ms: 10 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 } },
      workload: { ratePerSecond: 20 },
      faults: [
        { kind: 'partition', groups: [['v0'], ['v1', 'v2', 'v3']], oneWay: true, cut: 'lost', at: 1900, until: 8000 },
        {
          kind: 'link',
          from: ['v0', 'v1', 'v2', 'v3'],
          to: ['v1', 'v2', 'v3'],
          types: ['vote'],
          symmetric: false,
          loss: 1,
          at: 1900,
          until: 2990,
        },
      ],
      stop: { ms: 20_000 },
    },
  }),
  preset({
    id: 'fastpath-storm',
    title: 'Fast path: fault storm',
    teaches: 'Crashes, cuts and traitors within the fault model: blocks decided in one round stay decided.',
    level: 'attacks',
    scenario: {
      seed: 1,
      protocol: { name: 'fastpath', config: { ...QUICK, fastTimeoutMs: 300 } },
      validators: 4,
      crypto: MODELLED,
      network: { synchrony: { kind: 'partial', gstMs: 12_000, deltaMs: 300 } },
      workload: { ratePerSecond: 20 },
      storm: { intensity: 0.5, beyond: false, startMs: 500 },
      stop: { ms: 80_000 },
    },
  }),
  preset({
    id: 'fastpath-unsafe-quorum',
    title: 'Fast path: a quorum too small',
    teaches:
      'Three of four votes look like plenty: after one lie, two reports are left that disagree, and what v0 decided is lost.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: {
      seed: 1,
      protocol: { name: 'fastpath', config: { ...QUICK, fastQuorum: 3, allowUnsafeFastQuorum: true } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'constant', ms: 10 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 } },
      workload: { ratePerSecond: 20 },
      faults: SPLIT_AT_HEIGHT_5,
      stop: { ms: 20_000 },
    },
  }),
  preset({
    id: 'fastpath-two-traitors',
    title: 'Fast path: one traitor too many',
    teaches:
      'Two of four lie: the fast path stops as it should, but the normal path has two quorums that share only liars.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: {
      seed: 1,
      protocol: { name: 'fastpath' },
      validators: 4,
      crypto: MODELLED,
      workload: { ratePerSecond: 20 },
      faults: [
        { kind: 'byzantine', target: 'v1', behaviour: 'equivocate', peers: ['v0', 'v1', 'v2'], at: 0 },
        { kind: 'byzantine', target: 'v2', behaviour: 'equivocate', peers: ['v0', 'v1', 'v2'], at: 0 },
      ],
      stop: { ms: 12_000 },
    },
  }),
];
