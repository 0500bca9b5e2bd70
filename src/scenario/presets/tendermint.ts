/** Tendermint at work: a failed proposer, a lock and what opens it, votes by power, a stall, storms, and too many traitors. */
import { type Preset, preset } from './preset.ts';

const MODELLED = { suite: 'modelled:ml-dsa-65' } as const;

export const tendermintPresets: readonly Preset[] = [
  preset({
    id: 'tendermint-happy-path',
    title: 'Tendermint: propose, prevote, precommit',
    teaches:
      'The proposer changes with every height; a polka of prevotes locks a block, two thirds of precommits decide it.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'tendermint' },
      validators: 4,
      crypto: { suite: 'ml-dsa-65' },
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      expect: [
        { name: 'reaches height 10', ltl: 'F height >= 10' },
        { name: 'one round is enough', ltl: 'G !roundChanged' },
      ],
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'tendermint-proposer-crash',
    title: 'Tendermint: the proposer crashes',
    teaches:
      'Nobody replaces a proposer: all prevote nil after their timeout, and the next round belongs to the next in turn.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'tendermint' },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      faults: [{ kind: 'crash', target: 'v1', at: 4500, until: 20_000 }],
      expect: [
        { name: 'a dead proposer costs a round', ltl: 'G (crash -> F roundChanged)' },
        { name: 'the crash is got over', ltl: 'G (crash -> F decide)' },
      ],
      stop: { ms: 40_000 },
    },
  }),
  preset({
    id: 'tendermint-locked',
    title: 'Tendermint: locked on a block',
    teaches:
      'Two validators locked a block that a third never saw; its own proposal fails, and the block comes back with its polka.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'tendermint', config: { heartbeatMs: 8000 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 80 } },
      // Height 4 is v3's: v0 hears nothing of it, v3 dies once it has prevoted.
      faults: [
        { kind: 'link', from: ['v3'], to: ['v0'], types: null, symmetric: false, loss: 1, at: 2900, until: 4500 },
        { kind: 'crash', target: 'v3', at: 3085, until: 20_000 },
      ],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'tendermint-voting-power',
    title: 'Tendermint: voting power',
    teaches:
      'Proposers and quorums go by power: the heaviest proposes most often, and two thirds of the power may be two validators.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'tendermint' },
      validators: [{ stake: 1 }, { stake: 1 }, { stake: 1 }, { stake: 4 }, { stake: 4 }],
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      faults: [{ kind: 'crash', target: 'v0', at: 10_000, until: 20_000 }],
      stop: { ms: 40_000 },
    },
  }),
  preset({
    id: 'tendermint-stall',
    title: 'Tendermint: stalled and recovered',
    teaches:
      'Without two thirds of the power nothing is decided and rounds do not pass; heartbeats tell everyone, and where to go on.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'tendermint', config: { stallMs: 5000 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      faults: [
        {
          kind: 'partition',
          groups: [
            ['v0', 'v1'],
            ['v2', 'v3'],
          ],
          cut: 'lost',
          at: 5500,
          until: 20_000,
        },
      ],
      stop: { ms: 40_000 },
    },
  }),
  preset({
    id: 'tendermint-storm',
    title: 'Tendermint: fault storm',
    teaches:
      'Crashes, cuts and traitors within the fault model: locks keep every decision, and rounds get long enough.',
    level: 'attacks',
    scenario: {
      seed: 1,
      protocol: {
        name: 'tendermint',
        config: {
          timeoutProposeMs: 800,
          timeoutProposeIncrementMs: 200,
          timeoutPrevoteMs: 500,
          timeoutPrevoteIncrementMs: 200,
          timeoutPrecommitMs: 500,
          timeoutPrecommitIncrementMs: 200,
          heartbeatMs: 1000,
        },
      },
      validators: 4,
      crypto: MODELLED,
      network: { synchrony: { kind: 'partial', gstMs: 12_000, deltaMs: 300 } },
      workload: { ratePerSecond: 20 },
      storm: { intensity: 0.5, beyond: false, startMs: 500 },
      stop: { ms: 80_000 },
    },
  }),
  preset({
    id: 'tendermint-two-traitors',
    title: 'Tendermint: one traitor too many',
    teaches:
      'Half of the power lies: with the same two stories to the same two halves it makes two polkas and two decisions.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: {
      seed: 1,
      protocol: { name: 'tendermint' },
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
