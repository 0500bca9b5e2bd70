/** What the presets of shards have in common. */
import type { FaultInput, ScenarioInput } from '../schema.ts';

const CRYPTO = { suite: 'modelled:ml-dsa-65' } as const;
const NETWORK: ScenarioInput['network'] = {
  latency: { kind: 'constant', ms: 50 },
  synchrony: { kind: 'partial', gstMs: 0, deltaMs: 100 },
};

/** v1 restarts and has to be offered a channel anew; offers that leave v0 meanwhile lose their post-quantum suites on the way. */
export const DOWNGRADE: FaultInput[] = [
  { kind: 'crash', target: 'v1', at: 2000, until: 3000 },
  {
    kind: 'byzantine',
    target: 'v0',
    behaviour: 'equivocate',
    peers: ['v0'],
    types: ['channel-hello'],
    at: 1000,
    until: 6000,
  },
];

interface Setting {
  readonly seed?: number;
  readonly count: number;
  readonly commit?: '2pc' | '3pc';
  readonly strategy?: 'hash' | 'range';
  readonly clients?: number;
  readonly shards?: Partial<NonNullable<ScenarioInput['shards']>>;
  readonly config?: Record<string, unknown>;
  readonly faults?: FaultInput[];
  readonly workload?: ScenarioInput['workload'];
  readonly transactions?: ScenarioInput['transactions'];
  readonly stopMs: number;
}

/** Copies take 50 ms, half of the load crosses shards. */
export function shards(setting: Setting, mutant: string | null = null): ScenarioInput {
  const { seed = 1, count, commit = '2pc', strategy = 'hash', clients = 1, config = {} } = setting;
  const { faults = [], transactions = [], stopMs } = setting;
  return {
    seed,
    protocol: { name: 'sharded', mutant, config },
    shards: { count, commit, strategy, ...setting.shards },
    clients,
    crypto: CRYPTO,
    network: NETWORK,
    workload: { ratePerSecond: 8, crossShard: 0.6, ...setting.workload },
    transactions,
    faults,
    stop: { ms: stopMs },
  };
}

/** Copies of these types from one node to another come so much later. */
export function late(
  from: string[],
  to: string[],
  types: string[],
  delayMs: number,
  at: number,
  until: number,
): FaultInput {
  return { kind: 'link', from, to, types, symmetric: false, delayMs, at, until };
}
