/** The Avalanche family: no leader and no quorum of all, only samples. */
import type { FaultInput, ScenarioInput } from '../schema.ts';
import { type Preset, preset } from './preset.ts';

const CRYPTO = { suite: 'modelled:ml-dsa-65' } as const;
const LATENCY = { kind: 'uniform', minMs: 20, maxMs: 80 } as const;

function scenario(
  validators: number,
  config: Readonly<Record<string, unknown>>,
  faults: FaultInput[],
  stopMs: number,
  mutant: string | null = null,
): ScenarioInput {
  return {
    seed: 7,
    protocol: { name: 'avalanche', config, ...(mutant === null ? {} : { mutant }) },
    validators,
    crypto: CRYPTO,
    network: { latency: LATENCY, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 200 } },
    workload: { ratePerSecond: 20 },
    faults,
    stop: { ms: stopMs },
  };
}

function liars(targets: readonly string[], types: string[], peers: string[] | null): FaultInput[] {
  return targets.map((target) => ({
    kind: 'byzantine',
    target,
    behaviour: 'equivocate',
    types,
    ...(peers === null ? {} : { peers }),
    at: 0,
  }));
}

/** Every instance has an even and an odd proposer, which cannot hear each other. Three of four must agree, eight times. */
function cutInHalves(mutant: string): ScenarioInput {
  const groups = [0, 1].map((parity) => Array.from({ length: 8 }, (_, i) => `v${2 * i + parity}`));
  return scenario(
    16,
    { mode: 'snowflake', sampleSize: 4, alpha: 3, beta1: 8, pollTimeoutMs: 400 },
    [{ kind: 'partition', groups, cut: 'lost', at: 100, until: 25_000 }],
    40_000,
    mutant,
  );
}

export const avalanchePresets: readonly Preset[] = [
  preset({
    id: 'avalanche-happy-path',
    title: 'Avalanche: happy path',
    teaches:
      'Every node asks ten others at random about each new vertex; a yes to it is a yes to all that it builds on.',
    level: 'first steps',
    scenario: {
      ...scenario(16, { sampleSize: 10, alpha: 8 }, [], 15_000),
      expect: [{ name: 'accepts a hundred vertices', ltl: 'F height >= 100' }],
    },
  }),
  preset({
    id: 'avalanche-snowball',
    title: 'Snowball: two colours',
    teaches: 'Two nodes propose for every instance, the network starts out split, and sampling tips it to one side.',
    level: 'first steps',
    scenario: scenario(16, { mode: 'snowball', sampleSize: 8, alpha: 6 }, [], 20_000),
  }),
  preset({
    id: 'avalanche-slush',
    title: 'Slush: colours alone',
    teaches:
      'The simplest member keeps no memory but its colour, and stops after twelve polls whether all agree or not.',
    level: 'first steps',
    scenario: scenario(16, { mode: 'slush', sampleSize: 8, alpha: 6, rounds: 20 }, [], 20_000),
  }),
  preset({
    id: 'avalanche-crash',
    title: 'Avalanche: nodes come and go',
    teaches: 'Nobody leads, so nobody has to be replaced; who returns fetches what it missed and asks about it all.',
    level: 'faults',
    scenario: {
      ...scenario(
        10,
        { sampleSize: 9 },
        [
          { kind: 'crash', target: 'v0', at: 4000, until: 12_000 },
          { kind: 'crash', target: 'v5', at: 6000, until: 9000 },
          { kind: 'crash', target: 'v7', at: 8000 },
        ],
        25_000,
      ),
      expect: [{ name: 'who crashes and returns is no obstacle', ltl: 'G (restart -> F decide)' }],
    },
  }),
  preset({
    id: 'avalanche-rogue',
    title: 'Avalanche: a rogue issuer',
    teaches:
      'One node shows two vertices for one slot to two halves: only one wins, and what builds on the other starts again.',
    level: 'attacks',
    scenario: {
      ...scenario(10, { sampleSize: 9 }, liars(['v3'], ['vertex'], null), 25_000),
      expect: [{ name: 'the liar is convicted', ltl: 'F evidence' }],
    },
  }),
  preset({
    id: 'avalanche-partition',
    title: 'Avalanche: a cut network',
    teaches:
      'No half has enough for a poll to succeed, so that nothing is accepted until the two can hear each other again.',
    level: 'faults',
    scenario: scenario(
      10,
      { sampleSize: 9 },
      [
        {
          kind: 'partition',
          groups: [
            ['v0', 'v1', 'v2', 'v3', 'v4'],
            ['v5', 'v6', 'v7', 'v8', 'v9'],
          ],
          cut: 'lost',
          at: 6000,
          until: 14_000,
        },
      ],
      30_000,
    ),
  }),
  preset({
    id: 'snow-rebalance',
    title: 'Snowball: kept in balance',
    teaches:
      'Six of twenty always name the colour that is behind: nothing false is decided, but every instance takes longer.',
    level: 'attacks',
    scenario: scenario(
      20,
      { mode: 'snowball', sampleSize: 8, alpha: 5, beta1: 15 },
      liars(['v1', 'v4', 'v7', 'v10', 'v13', 'v16'], ['chit'], ['v1']),
      40_000,
    ),
  }),
  preset({
    id: 'snow-conspiracy',
    title: 'Snowball: a conspiracy',
    teaches:
      'Four liars of seven name one colour to some and another one to the rest: each side finds enough of its own and decides.',
    level: 'beyond the model',
    violates: 'agreement',
    scenario: scenario(
      7,
      { mode: 'snowball', sampleSize: 6, alpha: 4, beta1: 8 },
      ['v0', 'v1', 'v2', 'v3'].map((target) => ({
        kind: 'byzantine',
        target,
        behaviour: 'equivocate',
        peers: ['v0', 'v1', 'v2', 'v3', 'v4'],
        types: ['chit'],
        at: 0,
      })),
      30_000,
    ),
  }),
  preset({
    id: 'mutant-snow-alpha-half',
    title: 'Broken: half of the sample is enough',
    teaches: 'Two halves of a cut network each find half a sample of their own colour, again and again, and decide it.',
    level: 'broken on purpose',
    violates: 'agreement',
    scenario: cutInHalves('snow-alpha-half'),
  }),
  preset({
    id: 'mutant-snow-no-reset',
    title: 'Broken: a counter that forgets nothing',
    teaches:
      'Successes are added up instead of counted in a row, so that each half of a cut network decides by patience alone.',
    level: 'broken on purpose',
    violates: 'agreement',
    scenario: cutInHalves('snow-no-reset'),
  }),
  preset({
    id: 'mutant-snow-rebalance',
    title: 'Broken: no room for liars in a sample',
    teaches:
      'Five of twenty answer for the colour behind; where eight of ten must agree hardly a poll succeeds, and the split stays.',
    level: 'broken on purpose',
    violates: 'liveness',
    scenario: scenario(
      20,
      { mode: 'snowball', sampleSize: 10, beta1: 12, patienceMs: 15_000 },
      liars(['v1', 'v4', 'v7', 'v10', 'v13'], ['chit'], ['v1']),
      20_000,
      'snow-rebalance',
    ),
  }),
  preset({
    id: 'mutant-avalanche-no-noops',
    title: 'Broken: nothing to say, nothing said',
    teaches:
      'A transaction is accepted for what is built on it: where nobody issues empty vertices, the last ones wait for ever.',
    level: 'broken on purpose',
    violates: 'liveness',
    scenario: {
      ...scenario(7, { sampleSize: 6 }, [], 60_000, 'avalanche-no-noops'),
      workload: { ratePerSecond: 0.1 },
    },
  }),
];
