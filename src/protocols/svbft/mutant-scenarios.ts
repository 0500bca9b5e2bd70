/**
 * One scenario a mutant: the same document without its mutant must stay green. Plain documents (`testnet-scenario/1`), because
 * what a scenario is belongs to a layer above. In all of them v1 is the primary of height 1, v2 that of its view 1.
 */
export interface MutantScenario {
  readonly id: string;
  readonly mutant: string;
  readonly title: string;
  readonly teaches: string;
  readonly scenario: Readonly<Record<string, unknown>>;
}

const CONFIG = { blockTimeMs: 500, viewChangeTimeoutMs: 1000, statusPeriodMs: 300 };
const EVERYONE = ['v0', 'v1', 'v2', 'v3'];
/** v0 hears everything and is not heard: what it decides, only it knows. */
const V0_IS_MUTE = {
  kind: 'partition',
  groups: [['v0'], ['v1', 'v2', 'v3']],
  oneWay: true,
  cut: 'lost',
  at: 0,
  until: 8000,
};

export const mutantScenarios: readonly MutantScenario[] = [
  {
    id: 'mutant-svbft-vc-forgets',
    mutant: 'svbft-vc-forgets',
    title: 'A view change that forgets',
    teaches:
      'v0 decides alone; only the certificates inside the view change keep the others from deciding something else.',
    scenario: scenario('svbft-vc-forgets', {
      faults: [
        V0_IS_MUTE,
        {
          kind: 'link',
          from: EVERYONE,
          to: ['v1', 'v2', 'v3'],
          types: ['commit'],
          loss: 1,
          symmetric: false,
          at: 0,
          until: 900,
        },
      ],
      config: { ...CONFIG, statusPeriodMs: 2000 },
    }),
  },
  {
    id: 'mutant-quorum-2f+1-any-n',
    mutant: 'quorum-2f+1-any-n',
    title: 'Quorums that do not meet',
    teaches: 'With six validators 2f+1 is three, so each half of a partition decides its own block.',
    scenario: scenario('quorum-2f+1-any-n', {
      validators: 6,
      faults: [
        {
          kind: 'partition',
          groups: [
            ['v0', 'v1', 'v2'],
            ['v3', 'v4', 'v5'],
          ],
          cut: 'lost',
          at: 0,
          until: 6000,
        },
      ],
    }),
  },
  {
    id: 'mutant-votes-not-distinct',
    mutant: 'votes-not-distinct',
    title: 'One voter, many votes',
    teaches: 'A validator that repeats its vote must not become a quorum.',
    scenario: scenario('votes-not-distinct', {
      network: {
        latency: { kind: 'uniform', minMs: 5, maxMs: 80 },
        synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 },
      },
      faults: [{ kind: 'byzantine', target: 'v3', behaviour: 'duplicate-votes', at: 0 }],
    }),
  },
  {
    id: 'mutant-timer-not-doubled',
    mutant: 'timer-not-doubled',
    title: 'A timeout that never grows',
    teaches: 'On a network slower than the timeout every view ends too early, unless the next one lasts longer.',
    scenario: scenario('timer-not-doubled', {
      network: { latency: { kind: 'constant', ms: 600 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 650 } },
      config: { ...CONFIG, viewChangeTimeoutMs: 500, statusPeriodMs: 2000 },
      stop: { ms: 90_000 },
    }),
  },
  {
    id: 'mutant-unverified',
    mutant: 'unverified',
    title: 'Anyone speaks for anyone',
    teaches: 'A primary shows two blocks and casts all the votes for both itself: without signatures nobody notices.',
    scenario: scenario('unverified', {
      faults: [{ kind: 'byzantine', target: 'v1', behaviour: 'forged-sender', when: 'height >= 4' }],
    }),
  },
  {
    id: 'mutant-no-domain-separation',
    mutant: 'no-domain-separation',
    title: 'A vote that says too little',
    teaches: 'v3 passes PREPAREs off as COMMITs; a signature that covers phase and view cannot be used twice.',
    scenario: scenario('no-domain-separation', {
      faults: [
        V0_IS_MUTE,
        { kind: 'byzantine', target: 'v3', behaviour: 'transplant', at: 0 },
        {
          kind: 'link',
          from: EVERYONE,
          to: ['v1', 'v2'],
          types: ['prepare'],
          loss: 1,
          symmetric: false,
          at: 0,
          until: 990,
        },
        { kind: 'link', from: EVERYONE, to: ['v3'], types: ['proposal'], loss: 1, symmetric: false, at: 0, until: 990 },
      ],
      config: { ...CONFIG, statusPeriodMs: 700 },
    }),
  },
  {
    id: 'mutant-qc-repeated-signers',
    mutant: 'qc-repeated-signers',
    title: 'A certificate with one signer',
    teaches: 'v3 was away and catches up from a liar, whose certificates name the same validator again and again.',
    scenario: scenario('qc-repeated-signers', {
      faults: [
        { kind: 'byzantine', target: 'v2', behaviour: 'inflate-certificate', at: 0 },
        { kind: 'partition', groups: [['v3'], ['v0', 'v1', 'v2']], cut: 'lost', at: 700, until: 4000 },
        {
          kind: 'link',
          from: ['v0', 'v1'],
          to: ['v3'],
          types: ['sync-response'],
          loss: 1,
          symmetric: false,
          at: 0,
          until: 9000,
        },
      ],
    }),
  },
];

function scenario(
  mutant: string,
  { config = CONFIG, ...rest }: { readonly config?: object; readonly [key: string]: unknown },
): Readonly<Record<string, unknown>> {
  return {
    seed: 1,
    protocol: { name: 'svbft', config, mutant },
    validators: 4,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'constant', ms: 10 }, synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 } },
    workload: { kind: 'transfers', ratePerSecond: 20 },
    stop: { ms: 30_000 },
    ...rest,
  };
}
