/** Short runs in which everything happens that can happen: what both executors must agree on. */
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { RunPlan } from '../../kernel/plan.ts';
import { behavioursOf } from '../../scenario/behaviours.ts';
import {
  compileScenario,
  type FaultInput,
  presetById,
  type ScenarioInput,
  validateScenario,
} from '../../scenario/index.ts';

export interface ShortRun {
  readonly name: string;
  readonly plan: RunPlan;
}

/** @throws Error naming the first problem */
export function planOf(input: ScenarioInput): RunPlan {
  const validated = validateScenario(input, PROTOCOLS);
  if ('problems' in validated) throw new Error(JSON.stringify(validated.problems[0]));
  return compileScenario(validated.scenario, PROTOCOLS);
}

type Changes = Partial<ScenarioInput>;
let seeds = 0;

/** Four validators and a block every 300 ms, for four seconds, unless `changes` say otherwise. */
export function short(name: string, changes: Changes): ShortRun {
  seeds++;
  const base: ScenarioInput = {
    seed: 1000 + seeds,
    protocol: { name: 'svbft', config: { blockTimeMs: 300, viewChangeTimeoutMs: 500, statusPeriodMs: 400 } },
    validators: 4,
    crypto: { suite: 'modelled:ml-dsa-65' },
    network: { latency: { kind: 'uniform', minMs: 20, maxMs: 60 }, synchrony: { kind: 'partial', deltaMs: 200 } },
    workload: { ratePerSecond: 20, batchMs: 100 },
    stop: { ms: 4000 },
  };
  return { name, plan: planOf({ ...base, ...changes }) };
}

function faulty(name: string, validators: number, faults: FaultInput[], changes: Changes = {}): ShortRun {
  return short(`${name}, n = ${validators}`, { validators, faults, ...changes });
}

const TIMES = { at: 900, until: 2500 };
const HALVES = [
  ['v0', 'v1'],
  ['v2', 'v3'],
];

const CRASHES = (['durable', 'amnesia', 'torn'] as const).flatMap((restart) => [
  faulty(`crash, ${restart}`, 4, [{ kind: 'crash', target: 'v1', restart, ...TIMES }]),
  faulty(`two crashes, ${restart}`, 7, [
    { kind: 'crash', target: 'v2', restart, ...TIMES },
    { kind: 'crash', target: 'v3', at: 1200.001, until: 1900.5 },
  ]),
]);

const NETWORK_FAULTS = [
  faulty('partition, held', 4, [{ kind: 'partition', groups: HALVES, cut: 'held', ...TIMES }]),
  faulty('partition, lost', 5, [{ kind: 'partition', groups: HALVES, cut: 'lost', ...TIMES }]),
  faulty('partition, one way', 4, [{ kind: 'partition', groups: HALVES, oneWay: true, cut: 'held', ...TIMES }]),
  faulty('partition, one way, lost', 6, [
    { kind: 'partition', groups: [['v0', 'c0'], ['v3']], oneWay: true, cut: 'lost', ...TIMES },
  ]),
  faulty('partition in three', 8, [
    { kind: 'partition', groups: [['v0', 'v1', 'v2'], ['v3', 'v4'], ['v5']], ...TIMES },
  ]),
  faulty('link delay', 4, [{ kind: 'link', from: ['v0'], to: ['v1', 'v2'], delayMs: 333.333, ...TIMES }]),
  faulty('link loss', 5, [{ kind: 'link', loss: 0.4, ...TIMES }]),
  faulty('link duplication', 4, [{ kind: 'link', from: ['v2'], symmetric: false, duplicate: 0.7, ...TIMES }]),
  faulty('link for one type', 4, [{ kind: 'link', types: ['commit'], delayMs: 150, loss: 0.5, ...TIMES }]),
  faulty('slow', 4, [{ kind: 'slow', target: 'v1', factor: 80, ...TIMES }]),
  faulty('slow client', 9, [{ kind: 'slow', target: 'c0', factor: 500, ...TIMES }]),
];

const svbft = PROTOCOLS.get('svbft');
const BEHAVIOURS = svbft === undefined ? [] : behavioursOf(svbft.declaration);
const LIES = BEHAVIOURS.map((behaviour, i) =>
  faulty(behaviour, 4 + (i % 7), [
    { kind: 'byzantine', target: 'v1', behaviour, at: 600, ...(i % 2 === 0 ? {} : { until: 2600 }) },
    { kind: 'crash', target: 'v0', at: 1500, until: 2200 },
  ]),
);

const CONDITIONS = [
  faulty('on height', 4, [{ kind: 'crash', target: 'v2', when: 'height >= 3', untilWhen: 'height >= 6' }]),
  faulty('on view', 4, [
    { kind: 'crash', target: 'v1', at: 0, untilWhen: 'view > 0' },
    { kind: 'byzantine', target: 'v3', behaviour: 'withhold', when: 'height > 1 & view >= 1' },
  ]),
  faulty('on time', 5, [
    { kind: 'slow', target: 'v2', factor: 30, when: 'timeMs >= 1234', untilWhen: 'timeMs > 2345.678' },
  ]),
];

const STORMS = [4, 5, 6, 7, 8, 9, 10].map((validators, i) =>
  short(`storm${i % 3 === 2 ? ' beyond the model' : ''}, n = ${validators}`, {
    validators,
    storm: { intensity: 0.3 + 0.1 * i, beyond: i % 3 === 2, startMs: 300, endMs: 2800 },
  }),
);

const LATENCIES = (
  [
    { kind: 'constant', ms: 30 },
    { kind: 'normal', meanMs: 40, deviationMs: 15, minMs: 8 },
    { kind: 'log-normal', medianMs: 40, sigma: 0.7, minMs: 10 },
    { kind: 'pareto', minMs: 15, alpha: 1.8, maxMs: 400 },
    { kind: 'regions', jitterMs: 4 },
  ] as const
).map((latency, i) => short(`latency ${latency.kind}`, { validators: 4 + i, network: { latency } }));

const uniform = { kind: 'uniform', minMs: 20, maxMs: 60 } as const;
const NETWORKS = (
  [
    ['1 Mbit/s', { latency: uniform, bandwidthMbps: 1 }],
    ['no limit of bandwidth', { latency: uniform, bandwidthMbps: 0 }],
    ['loss and duplication', { latency: uniform, loss: 0.1, duplicate: 0.1 }],
    ['before GST', { latency: uniform, synchrony: { kind: 'partial', gstMs: 2500, deltaMs: 150 } }],
    ['synchronous', { latency: uniform, synchrony: { kind: 'synchronous', deltaMs: 100 } }],
    ['asynchronous', { latency: uniform, synchrony: { kind: 'asynchronous' } }],
  ] as const
).map(([name, network]) => short(name, { network }));

const SUITES = [
  short('ed25519', { crypto: { suite: 'ed25519' } }),
  short('ml-dsa-65', { crypto: { suite: 'ml-dsa-65' }, stop: { ms: 2000 } }),
  short('ml-dsa-44 and a crash', {
    crypto: { suite: 'ml-dsa-44' },
    stop: { ms: 2500 },
    faults: [{ kind: 'crash', target: 'v2', at: 700, until: 1500 }],
  }),
  short('a suite each', {
    validators: [
      { suite: 'ed25519' },
      { suite: 'ml-dsa-44' },
      { suite: 'modelled:slh-dsa-sha2-128f' },
      {},
      { stake: 3 },
    ],
    stop: { ms: 2500 },
  }),
];

const LOADS = [
  short('no load, three clients', { workload: { kind: 'none' }, clients: 3 }),
  short('heavy load, two clients', { workload: { ratePerSecond: 2000, batchMs: 50 }, clients: 2 }),
  short('by hand', {
    workload: { kind: 'none' },
    transactions: [
      { at: 100, from: 'a0', to: 'a1', amount: 7 },
      { at: 100, from: 'a1', to: 'a0', amount: 1_000_000 },
      { at: 1700.5, from: 'a3', to: 'a4', amount: 1, client: 'c0' },
    ],
  }),
  short('until height 5', { stop: { height: 5 } }),
  short('messages caught on their way', {
    faults: (['drop', 'delay', 'duplicate', 'alter'] as const).map((action, i) => ({
      kind: 'message',
      message: `v${i}#${3 + i}`,
      to: i % 2 === 0 ? null : ['v2'],
      action,
      delayMs: 120,
      at: 0,
    })),
  }),
];

function shortened(id: string): ShortRun {
  const preset = presetById(id);
  if (preset === null) throw new Error(`no preset ${id}`);
  return short(`preset ${id}`, { ...preset.scenario, crypto: { suite: 'modelled:ml-dsa-65' }, stop: { ms: 6000 } });
}

const PRESETS = [
  'primary-crash',
  'slow-links-before-gst',
  'lossy-links',
  'twins',
  'mutant-votes-not-distinct',
  'mutant-no-domain-separation',
].map(shortened);

export const SHORT_RUNS: readonly ShortRun[] = [
  ...CRASHES,
  ...NETWORK_FAULTS,
  ...LIES,
  ...CONDITIONS,
  ...STORMS,
  ...LATENCIES,
  ...NETWORKS,
  ...SUITES,
  ...LOADS,
  ...PRESETS,
];
