/** Traitors: what each kind of lie looks like, why it gets nowhere, and what one traitor too many does. */
import { type Preset, preset } from './preset.ts';

export const attackPresets: readonly Preset[] = [
  preset({
    id: 'equivocating-primary',
    title: 'Equivocating primary',
    teaches: 'A primary shows two blocks: at most one of them can win a quorum, and its two signatures convict it.',
    level: 'attacks',
    scenario: {
      seed: 3,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'equivocate', when: 'height >= 3' }],
      expect: [
        { name: 'the liar is convicted', ltl: 'F evidence' },
        { name: 'the chain goes on', ltl: 'F height >= 5' },
      ],
      stop: { ms: 45_000 },
    },
    story: [
      {
        at: 0,
        title: 'A traitor among four',
        text: 'From height three on, v1 tells different stories to different peers.',
      },
      {
        at: { mark: 'fault', afterMs: 20 },
        title: 'v1 turns',
        text: 'It signs with its own key, and only with that.',
        look: 'v1',
      },
      {
        at: { mark: 'evidence', afterMs: 10 },
        title: 'Two signatures convict it',
        text: 'Both blocks are for one height and view, and both are signed. That pair is proof to anyone.',
        look: 'v1',
      },
      {
        at: { mark: 'decision', nth: 6, afterMs: 60 },
        title: 'And nothing was lost',
        text: 'At most one of the two blocks can find three votes. The correct ones agree, as ever.',
      },
    ],
  }),
  preset({
    id: 'twins',
    title: 'Twins',
    teaches:
      'Two machines share one key, each honest on its own: together they vote twice, and quorums still intersect.',
    level: 'attacks',
    scenario: {
      seed: 17,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      faults: [
        { kind: 'byzantine', target: 'v0', behaviour: 'twins', peers: ['v1', 'v2'], at: 0 },
        { kind: 'partition', groups: [['v1'], ['v2', 'v3']], cut: 'held', at: 6000, until: 12_000 },
      ],
      stop: { ms: 45_000 },
    },
  }),
  preset({
    id: 'double-vote',
    title: 'Double vote',
    teaches: 'A validator votes for two blocks of one view: the second vote counts for nothing and stays as evidence.',
    level: 'attacks',
    scenario: {
      seed: 29,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      faults: [{ kind: 'byzantine', target: 'v3', behaviour: 'double-vote', at: 2000 }],
      expect: [{ name: 'the liar is convicted', ltl: 'F evidence' }],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'forged-sender',
    title: 'Forged senders',
    teaches: 'Votes in the names of others are refused at the door, because no signature of theirs can be forged.',
    level: 'attacks',
    scenario: {
      seed: 31,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      faults: [{ kind: 'byzantine', target: 'v2', behaviour: 'forged-sender', at: 2000 }],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'replay',
    title: 'Replay',
    teaches: 'Old messages are sent again with valid signatures: height and view inside them make them harmless.',
    level: 'attacks',
    scenario: {
      seed: 37,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      faults: [{ kind: 'byzantine', target: 'v2', behaviour: 'replay', at: 2000 }],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'withheld-votes',
    title: 'Withheld votes',
    teaches:
      'A quorum need not wait for the traitor who keeps its vote back, but then it waits for its slowest honest member.',
    level: 'attacks',
    scenario: {
      seed: 41,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 3000 } },
      validators: 4,
      faults: [
        { kind: 'byzantine', target: 'v3', behaviour: 'withhold', at: 4000 },
        { kind: 'slow', target: 'v2', factor: 200, at: 12_000, until: 24_000 },
      ],
      expect: [{ name: 'the chain goes on', ltl: 'F height >= 5' }],
      stop: { ms: 36_000 },
    },
  }),
  preset({
    id: 'seven-validators-two-traitors',
    title: 'Seven validators, two traitors',
    teaches: 'Seven tolerate two: an equivocator and a double voter act at once, and the five others keep agreeing.',
    level: 'attacks',
    scenario: {
      seed: 43,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 7,
      crypto: { suite: 'ml-dsa-44' },
      faults: [
        { kind: 'byzantine', target: 'v1', behaviour: 'equivocate', at: 3000 },
        { kind: 'byzantine', target: 'v4', behaviour: 'double-vote', at: 3000 },
      ],
      stop: { ms: 45_000 },
    },
  }),
  preset({
    id: 'two-traitors-of-four',
    title: 'One traitor too many',
    teaches:
      'Four tolerate one liar: two who tell v2 another story than the others split the ledger, and the check names the height.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: {
      seed: 1,
      protocol: { name: 'svbft', config: { blockTimeMs: 1000, viewChangeTimeoutMs: 2000 } },
      validators: 4,
      workload: { ratePerSecond: 20 },
      faults: [
        { kind: 'byzantine', target: 'v1', behaviour: 'equivocate', peers: ['v0', 'v1', 'v3'], at: 0 },
        { kind: 'byzantine', target: 'v3', behaviour: 'equivocate', peers: ['v0', 'v1', 'v3'], at: 0 },
      ],
      stop: { ms: 12_000 },
    },
  }),
  preset({
    id: 'storm',
    title: 'Fault storm',
    teaches:
      'Crashes, cuts, slow links and traitors drawn from the seed, within the fault model: safety always, progress after.',
    level: 'attacks',
    scenario: {
      seed: 1,
      protocol: { name: 'svbft', config: { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 1000 } },
      validators: 4,
      crypto: { suite: 'modelled:ml-dsa-65' },
      network: { synchrony: { kind: 'partial', gstMs: 12_000, deltaMs: 300 } },
      workload: { ratePerSecond: 20 },
      storm: { intensity: 0.5, beyond: false, startMs: 500 },
      stop: { ms: 60_000 },
    },
  }),
];
