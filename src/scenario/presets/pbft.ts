/** PBFT at work: many numbers in flight, a primary that fails, gaps, checkpoints, storms, and one traitor too many. */
import { type Preset, preset } from './preset.ts';

const MODELLED = { suite: 'modelled:ml-dsa-65' } as const;

export const pbftPresets: readonly Preset[] = [
  preset({
    id: 'pbft-happy-path',
    title: 'PBFT: a pipeline of requests',
    teaches:
      'The primary assigns the next number before the last is decided; all are executed in order and clients take f+1 replies.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'pbft', config: { blockTimeMs: 200 } },
      validators: 4,
      crypto: { suite: 'ml-dsa-65' },
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      expect: [
        { name: 'reaches height 10', ltl: 'F height >= 10' },
        { name: 'stays in its view', ltl: 'G !viewChanged' },
      ],
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'pbft-primary-crash',
    title: 'PBFT: the primary crashes',
    teaches: 'Numbers in flight when the primary dies are assigned again by its successor, to the same requests.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'pbft', config: { blockTimeMs: 250, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      faults: [{ kind: 'crash', target: 'v0', at: 5000, until: 20_000 }],
      expect: [
        { name: 'a dead primary is replaced', ltl: 'G (crash -> F viewChanged)' },
        { name: 'the crash is got over', ltl: 'G (crash -> F decide)' },
      ],
      stop: { ms: 40_000 },
    },
  }),
  preset({
    id: 'pbft-null-requests',
    title: 'PBFT: a gap is filled with nothing',
    teaches:
      'Later numbers were prepared, one before them never arrived: the new view gives that one a null request and goes on.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'pbft', config: { blockTimeMs: 250, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 60, maxMs: 120 } },
      faults: [
        { kind: 'link', from: ['v0'], types: ['pre-prepare'], loss: 1, symmetric: false, at: 3900, until: 4100 },
        { kind: 'crash', target: 'v0', at: 5600, until: 20_000 },
      ],
      stop: { ms: 40_000 },
    },
  }),
  preset({
    id: 'pbft-left-behind',
    title: 'PBFT: left behind a checkpoint',
    teaches:
      'While one replica is away the others forget their messages below a stable checkpoint; it fetches what they executed.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: {
        name: 'pbft',
        config: { blockTimeMs: 250, viewChangeTimeoutMs: 2000, checkpointInterval: 8, windowSize: 16 },
      },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 60, maxMs: 120 } },
      faults: [{ kind: 'partition', groups: [['v3'], ['v0', 'v1', 'v2']], cut: 'lost', at: 3000, until: 15_000 }],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'pbft-storm',
    title: 'PBFT: fault storm',
    teaches:
      'Crashes, cuts and traitors within the fault model, while many numbers are in flight: safety always, progress after.',
    level: 'attacks',
    scenario: {
      seed: 1,
      protocol: {
        name: 'pbft',
        config: { blockTimeMs: 300, viewChangeTimeoutMs: 1000, statusPeriodMs: 1000, clientRetryMs: 1500 },
      },
      validators: 4,
      crypto: MODELLED,
      network: { synchrony: { kind: 'partial', gstMs: 12_000, deltaMs: 300 } },
      workload: { ratePerSecond: 20 },
      storm: { intensity: 0.5, beyond: false, startMs: 500 },
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'pbft-two-traitors',
    title: 'PBFT: one traitor too many',
    teaches:
      'Two liars among four are more than f: with the same two stories to the same two halves they split the ledger.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: {
      seed: 1,
      protocol: { name: 'pbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      crypto: MODELLED,
      workload: { ratePerSecond: 20 },
      faults: [
        { kind: 'byzantine', target: 'v0', behaviour: 'equivocate', peers: ['v0', 'v1', 'v3'], at: 0 },
        { kind: 'byzantine', target: 'v3', behaviour: 'equivocate', peers: ['v0', 'v1', 'v3'], at: 0 },
      ],
      stop: { ms: 12_000 },
    },
  }),
];
