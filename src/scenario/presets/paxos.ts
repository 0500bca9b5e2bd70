/** Paxos: two phases, and one of them done once. Its servers bear crashes; one liar is one too many. */
import type { FaultInput, ScenarioInput } from '../schema.ts';
import { lost } from './faults.ts';
import { type Preset, preset } from './preset.ts';

const CRYPTO = { suite: 'modelled:ml-dsa-65' } as const;
const CONFIG = { takeoverTimeoutMs: 1000, heartbeatMs: 400 };

/** Copies take 50 ms, a server waits one to two seconds for a proposer, blocks are a second apart. */
function mutantScenario(
  mutant: string,
  validators: number,
  config: object,
  faults: FaultInput[],
  stopMs: number,
): ScenarioInput {
  return {
    seed: 1,
    protocol: { name: 'paxos', mutant, config: { ...CONFIG, ...config } },
    validators,
    crypto: CRYPTO,
    network: { latency: { kind: 'constant', ms: 50 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 } },
    workload: { ratePerSecond: 10 },
    faults,
    stop: { ms: stopMs },
  };
}

export const paxosPresets: readonly Preset[] = [
  preset({
    id: 'paxos-happy-path',
    title: 'Paxos: happy path',
    teaches:
      'Phase 1 is done once; from then on one round of ACCEPT and ACCEPTANCE chooses a block, instance after instance.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'paxos' },
      validators: 5,
      network: { latency: { kind: 'uniform', minMs: 80, maxMs: 240 } },
      expect: [{ name: 'reaches instance 10', ltl: 'F height >= 10' }],
      stop: { ms: 60_000 },
    },
  }),
  preset({
    id: 'paxos-proposer-crash',
    title: 'Paxos: crash of the proposer',
    teaches:
      'Its successor asks a majority what it has accepted, and must finish what may be chosen before it proposes its own.',
    level: 'first steps',
    scenario: {
      seed: 7,
      protocol: { name: 'paxos' },
      validators: 5,
      faults: [{ kind: 'crash', target: 'v2', at: 6000, until: 16_000 }],
      expect: [{ name: 'the crash is got over', ltl: 'G (crash -> F decide)' }],
      stop: { ms: 30_000 },
    },
  }),
  preset({
    id: 'paxos-rivals',
    title: 'Paxos: rivals',
    teaches:
      'After a cut each side has a proposer of its own: the higher ballot prevails, and the other gives way and learns.',
    level: 'faults',
    scenario: {
      seed: 11,
      protocol: { name: 'paxos' },
      validators: 5,
      faults: [
        {
          kind: 'partition',
          groups: [
            ['v0', 'v1'],
            ['v2', 'v3', 'v4'],
          ],
          cut: 'lost',
          at: 5000,
          until: 12_000,
        },
        {
          kind: 'partition',
          groups: [
            ['v3', 'v4'],
            ['v0', 'v1', 'v2'],
          ],
          cut: 'held',
          at: 15_000,
          until: 20_000,
        },
      ],
      stop: { ms: 35_000 },
    },
  }),
  preset({
    id: 'paxos-liar',
    title: 'Paxos: one liar',
    teaches:
      'A proposer that sends two values in one ballot splits its acceptors: they count what it says, not what others heard.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: {
      seed: 3,
      protocol: { name: 'paxos', config: { proposers: ['v0'] } },
      validators: 5,
      crypto: CRYPTO,
      faults: [{ kind: 'byzantine', target: 'v0', behaviour: 'equivocate', when: 'height >= 4' }],
      stop: { ms: 20_000 },
    },
  }),
  preset({
    id: 'mutant-paxos-own-value',
    title: 'Broken: a value of its own',
    teaches: 'Server v2 hears from v1 of a value that v0 knows to be chosen, and proposes another one all the same.',
    level: 'broken on purpose',
    violates: 'agreement',
    scenario: mutantScenario(
      'paxos-own-value',
      3,
      { proposers: ['v0', 'v2'] },
      [
        { kind: 'crash', target: 'v2', at: 0, until: 1500 },
        lost(['v0'], ['v2'], ['accept'], 3300, 6000),
        { kind: 'crash', target: 'v0', when: 'height >= 3 & timeMs >= 3300', until: 15_000 },
      ],
      25_000,
    ),
  }),
  preset({
    id: 'mutant-paxos-amnesia',
    title: 'Broken: a promise forgotten',
    teaches:
      'Server v1 promises a higher ballot to v2, restarts, and helps v0 to choose in the lower one it had renounced.',
    level: 'broken on purpose',
    violates: 'agreement',
    scenario: mutantScenario(
      'paxos-amnesia',
      3,
      { proposers: ['v0', 'v2'], blockTimeMs: 5000 },
      [
        { kind: 'crash', target: 'v2', at: 0, until: 1500 },
        // v0 is alone with its next value; v1 promises v2 a higher ballot, and hears no more of it.
        { kind: 'partition', groups: [['v0'], ['v2']], cut: 'lost', at: 3900, until: 20_000 },
        lost(['v0'], ['v1'], null, 3900, 7050),
        lost(['v2'], ['v1'], ['accept', 'heartbeat'], 3900, 9000),
        { kind: 'crash', target: 'v1', at: 7000, until: 7100 },
        { kind: 'crash', target: 'v0', when: 'height >= 2 & timeMs >= 7000', until: 20_000 },
      ],
      30_000,
    ),
  }),
  preset({
    id: 'mutant-paxos-duel',
    title: 'Broken: a duel',
    teaches:
      'Who is refused tries again at once with a higher ballot, and so does the other: neither ever gets to phase 2.',
    level: 'broken on purpose',
    violates: 'liveness',
    scenario: mutantScenario(
      'paxos-duel',
      3,
      { takeoverTimeoutMs: 500, heartbeatMs: 200, proposers: ['v0', 'v1'] },
      [],
      30_000,
    ),
  }),
];
