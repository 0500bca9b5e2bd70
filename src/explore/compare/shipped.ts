/** The comparisons that come with the playground. Protocols that are not registered are passed over. */
import { PROTOCOLS } from '../../protocols/registry.ts';
import type { ScenarioInput } from '../../scenario/index.ts';
import { checked } from '../plain.ts';
import { CASES_DEFAULT } from './cases.ts';
import { type ComparisonRequest, PROTOCOLS_MAX, type Variation } from './types.ts';

export interface Shipped {
  readonly id: string;
  readonly title: string;
  /** The one thing it teaches, in one sentence. */
  readonly teaches: string;
  /** In the order of preference. */
  readonly protocols: readonly string[];
  readonly vary: Variation;
  /** The measure to look at first, by id. */
  readonly measure: string;
  /** Of the first protocol. */
  readonly scenario: Omit<ScenarioInput, 'protocol'>;
}

const CRYPTO = { suite: 'modelled:ml-dsa-65' } as const;
const QUIET: ScenarioInput['workload'] = { ratePerSecond: 5 };

export const SHIPPED: readonly Shipped[] = [
  {
    id: 'n-squared',
    title: 'n² against n',
    teaches:
      'Where everybody votes to everybody, a decision costs messages as the square of n; where a leader collects, as n.',
    protocols: ['svbft', 'hotstuff', 'pbft', 'raft', 'paxos'],
    vary: { kind: 'validators', counts: [4, 7, 10, 16, 31] },
    measure: 'messages-per-decision',
    scenario: { seed: 7, crypto: CRYPTO, workload: QUIET, stop: { ms: 12_000 } },
  },
  {
    id: 'one-liar',
    title: 'Raft falls to a liar, PBFT does not',
    teaches:
      'A leader that tells two stories splits those who believe it; quorums that share a correct node let only one story win.',
    protocols: ['raft', 'pbft', 'svbft', 'paxos'],
    vary: { kind: 'faults', cases: ['none', 'one-crash', 'one-liar'] },
    measure: 'verdict',
    scenario: { seed: 3, validators: 5, crypto: CRYPTO, workload: QUIET, stop: { ms: 30_000 } },
  },
  {
    id: 'one-slow-node',
    title: 'One slow node',
    teaches: 'A quorum need not wait for a slow follower; everybody waits for a slow leader until it is replaced.',
    protocols: ['svbft', 'pbft', 'raft', 'paxos'],
    vary: { kind: 'faults', cases: ['none', 'slow-other', 'slow-leader'] },
    measure: 'block-latency-p95',
    scenario: { seed: 11, validators: 4, crypto: CRYPTO, workload: QUIET, stop: { ms: 30_000 } },
  },
  {
    id: 'fast-path',
    title: 'One round, if all is well',
    teaches:
      'Where everybody votes in time one round decides sooner than two; one slow or missing replica costs the time spent hoping.',
    protocols: ['fastpath', 'svbft', 'hotstuff', 'tendermint'],
    vary: { kind: 'faults', cases: ['none', 'slow-other', 'one-crash'] },
    measure: 'block-latency-p95',
    scenario: { seed: 7, validators: 4, crypto: CRYPTO, workload: QUIET, stop: { ms: 30_000 } },
  },
  {
    id: 'f-and-f-plus-one',
    title: 'f and f+1',
    teaches: 'Each protocol keeps its promise up to f; one more stops it, or splits it where the one more lies.',
    protocols: ['svbft', 'pbft', 'raft', 'paxos'],
    vary: { kind: 'faults', cases: CASES_DEFAULT },
    measure: 'verdict',
    scenario: { seed: 5, validators: 7, crypto: CRYPTO, workload: QUIET, stop: { ms: 45_000 } },
  },
];

export function shippedById(id: string): Shipped | null {
  return SHIPPED.find((shipped) => shipped.id === id) ?? null;
}

/** The request behind a shipped comparison: for these protocols, or for those it prefers among all there are. */
export function requestOf(shipped: Shipped, chosen: readonly string[] | null = null): ComparisonRequest {
  const preferred = shipped.protocols.filter((name) => PROTOCOLS.has(name)).slice(0, PROTOCOLS_MAX);
  const protocols = chosen ?? preferred;
  const base = checked({
    name: shipped.title,
    description: shipped.teaches,
    ...shipped.scenario,
    protocol: { name: protocols[0] ?? '' },
  });
  return { name: shipped.title, base, protocols, vary: shipped.vary, realSignatures: false };
}
