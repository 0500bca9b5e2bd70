/** How much there is to read in a scenario: what shrinking makes smaller, compared from left to right. */
import { type Fault, type Scenario, validatorCount } from '../../scenario/index.ts';

/** [faults, validators, what faults say, times, network, settings, load, time until the stop, seed]. */
export function sizeOf(scenario: Scenario): readonly number[] {
  const { faults, storm, network, protocol, workload, clients, transactions, stop, seed } = scenario;
  return [
    faults.length + (storm === null ? 0 : 1000),
    validatorCount(scenario),
    sum(faults.map(wordsOf)),
    sum(faults.map((fault) => digitsOf(fault.at) + digitsOf(fault.until) + (fault.until === null ? 0 : 1))),
    networkSize(network),
    Object.keys(protocol.config).length,
    transactions.length + clients + (workload.kind === 'none' ? 0 : 1),
    stop.ms ?? Number.MAX_SAFE_INTEGER,
    seed,
  ];
}

/** Names and settings in a fault that differ from the plainest of its kind. */
function wordsOf(fault: Fault): number {
  const conditions = (fault.when === null ? 0 : 3) + (fault.untilWhen === null ? 0 : 3);
  const list = (names: readonly string[] | null): number => names?.length ?? 0;
  switch (fault.kind) {
    case 'crash':
      return conditions + { durable: 0, torn: 1, amnesia: 1 }[fault.restart];
    case 'partition':
      return conditions + sum(fault.groups.map(list)) + fault.groups.length + (fault.oneWay ? 1 : 0);
    case 'slow':
      return conditions + 1;
    case 'byzantine':
      return conditions + list(fault.peers) + list(fault.types);
    case 'link': {
      const effects = [fault.delayMs, fault.loss, fault.duplicate].filter((effect) => effect > 0).length;
      const partial = fault.loss > 0 && fault.loss < 1 ? 1 : 0;
      return conditions + list(fault.from) + list(fault.to) + list(fault.types) + effects + partial;
    }
    default:
      return conditions + 1;
  }
}

/** A round number says less: 0 for none and zero, 1 for whole seconds, more for finer times. */
function digitsOf(ms: number | null): number {
  if (ms === null || ms === 0) return 0;
  const grain = [1000, 500, 100, 10, 1].findIndex((unit) => ms % unit === 0);
  return grain < 0 ? 6 : grain + 1;
}

function networkSize({ latency, loss, duplicate, synchrony, bandwidthMbps }: Scenario['network']): number {
  const isUsual = latency.kind === 'uniform' && latency.minMs === 20 && latency.maxMs === 80;
  const usualTiming = synchrony.kind === 'partial' && synchrony.gstMs === 0 && synchrony.deltaMs === 500;
  const shape = isUsual ? 0 : latency.kind === 'constant' ? 1 : 2;
  const timing = usualTiming ? 0 : synchrony.kind === 'partial' && synchrony.gstMs > 0 ? 2 : 1;
  return shape + timing + (loss > 0 ? 1 : 0) + (duplicate > 0 ? 1 : 0) + (bandwidthMbps === 100 ? 0 : 1);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
