/** Nothing is broken here but time, links and machines: what every distributed system must live with. */
import { type Preset, preset } from './preset.ts';

export const basicPresets: readonly Preset[] = [
  preset({
    id: 'happy-path',
    title: 'Happy path',
    teaches:
      'Four validators agree on a block every second: proposal, prepare and commit, each sealed by a quorum of three.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000 } },
      validators: 4,
      crypto: { suite: 'ml-dsa-65' },
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      stop: { ms: 120_000 },
    },
    story: [
      {
        at: 0,
        title: 'Four validators, no boss',
        text: 'They must agree on one chain of blocks, though any one of them may fail or lie.',
      },
      {
        at: 110,
        title: 'A proposal',
        text: 'The primary packs transactions into a block, signs it and sends it to everybody. It proposes; it does not decide.',
        look: 'v0',
      },
      {
        at: { mark: 'decision', afterMs: -240 },
        title: 'Two rounds of votes',
        text: 'Prepare: we saw the same block. Commit: we know that enough of us did. Each ring fills as signed votes arrive.',
      },
      {
        at: { mark: 'decision', afterMs: 20 },
        title: 'Three of four: decided',
        text: 'A quorum closes the ring. Any two quorums share a correct validator, so no other block can win this height.',
      },
      {
        at: { mark: 'decision', nth: 3, afterMs: 100 },
        title: 'And again, every second',
        text: 'The next height has another primary. Every message carried a real post-quantum signature.',
      },
    ],
  }),
  preset({
    id: 'primary-crash',
    title: 'Crash of a primary',
    teaches: 'When the primary of a height is down, the others change the view and its successor proposes instead.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      faults: [{ kind: 'crash', target: 'v0', at: 3000, until: 16_000 }],
      expect: [
        { name: 'the crash is got over', ltl: 'G (crash -> F decide)' },
        { name: 'the view changes only after the crash', ltl: '!viewChanged W crash' },
      ],
      stop: { ms: 30_000 },
    },
    story: [
      { at: 0, title: 'What if the primary dies?', text: 'Four validators; one of them will crash at three seconds.' },
      {
        at: { mark: 'decision', nth: 2, afterMs: 50 },
        title: 'All is well',
        text: 'Blocks are decided, one a second.',
      },
      {
        at: { mark: 'fault', afterMs: 60 },
        title: 'v0 crashes',
        text: 'Nobody is told. The others only notice that nothing comes from it any more.',
        look: 'v0',
      },
      {
        at: { mark: 'viewChange', afterMs: 30 },
        title: 'Patience runs out',
        text: 'Timers fire. The others say what they have prepared, and the next in line leads a new view.',
      },
      {
        at: { mark: 'decision', nth: 5, afterMs: 50 },
        title: 'It goes on with three',
        text: 'Three are a quorum of four: one may fail and nothing decided is ever lost.',
      },
      {
        at: { mark: 'heal', afterMs: 900 },
        title: 'v0 is back',
        text: 'It finds its disk, asks for the blocks it missed, and checks every certificate before it believes one.',
        look: 'v0',
      },
    ],
  }),
  preset({
    id: 'restart-with-catch-up',
    title: 'Restart with catch-up',
    teaches:
      'A validator that was away asks for the blocks it missed and checks every certificate before it believes one.',
    level: 'first steps',
    scenario: {
      seed: 11,
      protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 2000, syncBatch: 8 } },
      validators: 4,
      faults: [{ kind: 'crash', target: 'v2', restart: 'durable', at: 4000, until: 20_000 }],
      expect: [
        { name: 'who crashes comes back', ltl: 'G (crash -> F restart)' },
        { name: 'the others go on meanwhile', ltl: 'G (crash -> F[<=5s] decide)' },
      ],
      stop: { ms: 35_000 },
    },
  }),
  preset({
    id: 'partition-and-heal',
    title: 'Partition and heal',
    teaches:
      'Neither half of a split network holds a quorum: it stops rather than fork, and goes on once the cut heals.',
    level: 'faults',
    scenario: {
      seed: 21,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      faults: [
        {
          kind: 'partition',
          groups: [
            ['v0', 'v1'],
            ['v2', 'v3'],
          ],
          at: 5000,
          until: 13_000,
        },
      ],
      expect: [{ name: 'the cut is got over', ltl: 'G (heal -> F[<=20s] decide)' }],
      stop: { ms: 45_000 },
    },
    story: [
      {
        at: 0,
        title: 'A network will split',
        text: 'Two validators on one side, two on the other, for eight seconds.',
      },
      {
        at: { mark: 'fault', afterMs: 400 },
        title: 'The cut',
        text: 'Messages pile up at it. Each half has two votes of three: neither can decide.',
      },
      {
        at: 11_000,
        title: 'Silence is the right answer',
        text: 'Both halves keep changing views and decide nothing. A fork would be worse than a pause.',
      },
      {
        at: { mark: 'heal', afterMs: 200 },
        title: 'The cut heals',
        text: 'What was held back arrives, late but signed.',
      },
      {
        at: { mark: 'decision', nth: 6, afterMs: 50 },
        title: 'One chain',
        text: 'They meet in one view and go on from the same block: safety was never at risk, liveness is back.',
      },
    ],
  }),
  preset({
    id: 'slow-links-before-gst',
    title: 'Slow links before GST',
    teaches: 'Until the network becomes timely, timeouts fire for nothing; they double until one outlasts the delay.',
    level: 'faults',
    scenario: {
      seed: 5,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 1000 } },
      validators: 4,
      network: {
        latency: { kind: 'log-normal', medianMs: 60, sigma: 0.6, minMs: 5 },
        synchrony: { kind: 'partial', gstMs: 15_000, deltaMs: 400 },
      },
      expect: [{ name: 'decides once the network is timely', ltl: 'F height >= 3' }],
      stop: { ms: 45_000 },
    },
  }),
  preset({
    id: 'lossy-links',
    title: 'Lossy links',
    teaches:
      'A tenth of all copies is lost and some arrive twice: repetition repairs the first, distinct votes the second.',
    level: 'faults',
    scenario: {
      seed: 13,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000, statusPeriodMs: 1000 } },
      validators: 4,
      network: { loss: 0.1, duplicate: 0.05, latency: { kind: 'pareto', minMs: 20, alpha: 2.2, maxMs: 400 } },
      stop: { ms: 45_000 },
    },
  }),
];
