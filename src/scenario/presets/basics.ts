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
      stop: { ms: 30_000 },
    },
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
      stop: { ms: 45_000 },
    },
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
