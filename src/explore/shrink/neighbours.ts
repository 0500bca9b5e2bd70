/** Simpler versions of a scenario, the boldest first. Not all are valid: whoever tries them checks. */
import type { Fault, Scenario } from '../../scenario/index.ts';
import { faultVariants } from './faults.ts';
import { leaps } from './leaps.ts';
import { withoutValidator } from './nodes.ts';

export function* neighbours(scenario: Scenario): Generator<Scenario> {
  yield* fewerFaults(scenario);
  yield* fewerNodes(scenario);
  yield* simplerSurroundings(scenario);
  for (const [i, fault] of scenario.faults.entries()) {
    for (const variant of faultVariants(fault)) yield { ...scenario, faults: replaced(scenario.faults, i, variant) };
  }
  yield* earlierEnds(scenario);
  for (const seed of [1, 2, 3, 5, 7]) if (seed < scenario.seed) yield { ...scenario, seed };
  yield* leaps(scenario);
}

function* fewerFaults(scenario: Scenario): Generator<Scenario> {
  for (const i of scenario.faults.keys()) yield { ...scenario, faults: scenario.faults.filter((_, at) => at !== i) };
}

function* fewerNodes(scenario: Scenario): Generator<Scenario> {
  const count = typeof scenario.validators === 'number' ? scenario.validators : scenario.validators.length;
  for (let node = count - 1; node >= 0 && count > 1; node--) {
    const smaller = withoutValidator(scenario, node);
    if (smaller !== null) yield smaller;
  }
}

const NETWORK = {
  latency: { kind: 'uniform', minMs: 20, maxMs: 80 },
  synchrony: { kind: 'partial', gstMs: 0, deltaMs: 500 },
} as const;

function* simplerSurroundings(scenario: Scenario): Generator<Scenario> {
  const { network, protocol, workload, transactions } = scenario;
  if (transactions.length > 0) yield { ...scenario, transactions: [] };
  if (workload.kind !== 'none') yield { ...scenario, workload: { ...workload, kind: 'none' } };
  if (scenario.clients > 1) yield { ...scenario, clients: 1 };
  yield { ...scenario, network: { ...network, ...NETWORK, loss: 0, duplicate: 0, bandwidthMbps: 100 } };
  yield { ...scenario, network: { ...network, loss: 0, duplicate: 0 } };
  if (network.synchrony.kind === 'partial') {
    yield { ...scenario, network: { ...network, synchrony: { ...network.synchrony, gstMs: 0 } } };
  }
  if (network.latency.kind === 'uniform') {
    const ms = Math.round((network.latency.minMs + network.latency.maxMs) / 2);
    yield { ...scenario, network: { ...network, latency: { kind: 'constant', ms } } };
  }
  for (const key of Object.keys(protocol.config)) {
    const { [key]: _left, ...config } = protocol.config;
    yield { ...scenario, protocol: { ...protocol, config } };
  }
}

function* earlierEnds(scenario: Scenario): Generator<Scenario> {
  const { ms } = scenario.stop;
  if (ms === null) return;
  for (const unit of [10_000, 1000, 100]) {
    const rounded = Math.floor((ms - 1) / unit) * unit;
    if (rounded > 0) yield { ...scenario, stop: { ...scenario.stop, ms: rounded } };
  }
}

const replaced = (faults: readonly Fault[], index: number, fault: Fault): Fault[] =>
  faults.map((other, i) => (i === index ? fault : other));
