/** HotStuff at work: a chain of certificates, a dead collector, the four phases, a storm, and one traitor too many. */
import { type Preset, preset } from './preset.ts';

const MODELLED = { suite: 'modelled:ml-dsa-65' } as const;

export const hotstuffPresets: readonly Preset[] = [
  preset({
    id: 'hotstuff-happy-path',
    title: 'HotStuff: a chain of certificates',
    teaches:
      'Votes go to the next leader alone, who puts their certificate into its block: three certified blocks in a row decide one.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'hotstuff', config: { blockTimeMs: 200 } },
      validators: 4,
      crypto: { suite: 'ml-dsa-65' },
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      expect: [{ name: 'reaches height 10', ltl: 'F height >= 10' }],
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'hotstuff-basic',
    title: 'HotStuff: four phases',
    teaches:
      'Prepare, pre-commit, commit, decide: the leader gathers votes and shows their certificate, four times a block.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'hotstuff', config: { mode: 'basic', blockTimeMs: 200 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'hotstuff-two-chain',
    title: 'HotStuff: two in a row decide',
    teaches:
      'Two certified blocks in a row decide the first; after a timeout the next leader proves that it knows the highest certificate.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'hotstuff', config: { mode: 'two-chain', blockTimeMs: 200, viewChangeTimeoutMs: 1000 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      faults: [{ kind: 'crash', target: 'v3', at: 5000, until: 15_000 }],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'hotstuff-leader-crash',
    title: 'HotStuff: one leader of four is dead',
    teaches:
      'Votes for the block before go to the dead leader: only since they are told to all after a timeout, three in a row are certified.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'hotstuff', config: { blockTimeMs: 200, viewChangeTimeoutMs: 1000 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      faults: [{ kind: 'crash', target: 'v3', at: 5000, until: 30_000 }],
      expect: [{ name: 'the chain goes on', ltl: 'F height >= 5' }],
      stop: { ms: 45_000 },
    },
  }),
  preset({
    id: 'hotstuff-missing-blocks',
    title: 'HotStuff: certificates for blocks never seen',
    teaches: 'A replica that was away hears of blocks by their certificates, and asks those who signed them.',
    level: 'faults',
    scenario: {
      seed: 7,
      protocol: { name: 'hotstuff', config: { blockTimeMs: 200, viewChangeTimeoutMs: 1000 } },
      validators: 4,
      crypto: MODELLED,
      network: { latency: { kind: 'uniform', minMs: 40, maxMs: 120 } },
      faults: [
        { kind: 'partition', groups: [['v3'], ['v0', 'v1', 'v2']], cut: 'lost', at: 4000, until: 12_000 },
        { kind: 'link', to: ['v2'], types: ['proposal'], symmetric: false, loss: 0.5, at: 15_000, until: 25_000 },
      ],
      stop: { ms: 40_000 },
    },
  }),
  preset({
    id: 'hotstuff-storm',
    title: 'HotStuff: fault storm',
    teaches: 'Crashes, cuts and traitors within the fault model: branches die, the decided chain never splits.',
    level: 'attacks',
    scenario: {
      seed: 1,
      protocol: { name: 'hotstuff', config: { viewChangeTimeoutMs: 1000, statusPeriodMs: 500 } },
      validators: 4,
      crypto: MODELLED,
      network: { synchrony: { kind: 'partial', gstMs: 12_000, deltaMs: 300 } },
      workload: { ratePerSecond: 20 },
      storm: { intensity: 0.5, beyond: false, startMs: 500 },
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'hotstuff-two-traitors',
    title: 'HotStuff: one traitor too many',
    teaches:
      'Two liars among four tell two stories to the two others: a view has two certificates, and no rule for locks can help.',
    level: 'beyond the model',
    violates: 'one-certificate',
    scenario: {
      seed: 2,
      protocol: { name: 'hotstuff', config: { viewChangeTimeoutMs: 1000 } },
      validators: 4,
      crypto: MODELLED,
      workload: { ratePerSecond: 20 },
      faults: [
        { kind: 'partition', groups: [['v0'], ['v3']], cut: 'lost', at: 0, until: 10_000 },
        { kind: 'byzantine', target: 'v1', behaviour: 'equivocate', peers: ['v0', 'v1', 'v2'], at: 0 },
        { kind: 'byzantine', target: 'v2', behaviour: 'equivocate', peers: ['v0', 'v1', 'v2'], at: 0 },
        { kind: 'link', from: ['v0'], to: ['v2'], types: ['vote'], symmetric: false, loss: 1, at: 0, until: 10_000 },
      ],
      stop: { ms: 20_000 },
    },
  }),
];
