/** From a validated scenario to the plan that a run depends on: integer µs, node indices, the storm drawn. */
import { faultDomain } from '../core/quorum.ts';
import { required } from '../core/assert.ts';
import type { NodeIndex } from '../core/ids.ts';
import { type Micros, microsFromMs, SECOND } from '../core/time.ts';
import { REGION_NAMES } from '../kernel/network/regions.ts';
import type {
  ConditionPlan,
  FaultBody,
  FaultPlan,
  NetworkPlan,
  RunPlan,
  SubmissionPlan,
  ValidatorPlan,
} from '../kernel/plan.ts';
import { ownerOf } from '../ledger/ledger.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import { behavioursOf } from './behaviours.ts';
import { parseCondition } from './condition.ts';
import { latencyPlan } from './latency.ts';
import { indexOfAccount, indexOfNode, messageName, validatorCount, namingOfScenario } from './nodes.ts';
import type { Fault, Scenario, Storm } from './schema.ts';
import { compileShards } from './shards.ts';
import { drawStorm, type StormFault } from './storm.ts';

export type ProtocolMap = ReadonlyMap<string, AnyProtocol>;

/** How long a storm lasts where the network has no GST of its own. */
const STORM_END_DEFAULT: Micros = 20 * SECOND;

/**
 * The plan of a scenario that `validateScenario` accepted; anything else is a bug of ours (InvariantError).
 * Faults drawn by the storm come first, then those of the document: what is appended later shifts no id.
 */
export function compileScenario(scenario: Scenario, protocols: ProtocolMap): RunPlan {
  const protocol = required(protocols.get(scenario.protocol.name), `protocol ${scenario.protocol.name}`);
  const storm = stormFaults(scenario, protocol).map(
    (fault, i): FaultPlan => ({ ...fault, id: faultId(i), when: null, untilWhen: null }),
  );
  const written = scenario.faults.map((fault, i) => compileFault(scenario, fault, faultId(storm.length + i)));
  return {
    seed: scenario.seed,
    protocol: { name: scenario.protocol.name, config: scenario.protocol.config, mutant: scenario.protocol.mutant },
    validators: compileValidators(scenario),
    clientCount: scenario.clients,
    network: compileNetwork(scenario.network),
    workload: compileWorkload(scenario.workload),
    ...(scenario.shards === null ? {} : { shards: compileShards(scenario.shards, scenario.workload) }),
    faults: [...storm, ...written],
    submissions: scenario.transactions.map((transaction) => compileTransaction(scenario, transaction)),
    stop: { height: scenario.stop.height, at: scenario.stop.ms === null ? null : microsFromMs(scenario.stop.ms) },
    ...(scenario.expect.length === 0 ? {} : { expectations: scenario.expect }),
  };
}

export const faultId = (index: number): string => `f${index}`;

/** How many of the plan's faults were drawn by the storm; they come first. */
export function stormFaultCount(scenario: Scenario, protocols: ProtocolMap): number {
  if (scenario.storm === null) return 0;
  return stormFaults(scenario, required(protocols.get(scenario.protocol.name), 'the protocol')).length;
}

/** When the storm ends, µs: as written, or at GST, or after 20 s. */
export function stormEnd(storm: Storm, network: Scenario['network']): Micros {
  if (storm.endMs !== null) return microsFromMs(storm.endMs);
  const gst = network.synchrony.kind === 'partial' ? microsFromMs(network.synchrony.gstMs) : 0;
  return gst > 0 ? gst : STORM_END_DEFAULT;
}

function stormFaults(scenario: Scenario, protocol: AnyProtocol): StormFault[] {
  const { storm } = scenario;
  if (storm === null) return [];
  const { declaration } = protocol;
  const naming = namingOfScenario(scenario);
  const { size, faultModel } = faultDomain(naming, declaration.faultModel);
  const field = {
    validatorCount: naming.validatorCount,
    domainSize: size,
    faultModel,
    messageTypes: declaration.messages.map((message) => message.type),
    behaviours: behavioursOf(declaration),
  };
  const { intensity, beyond } = storm;
  const drawn = drawStorm(scenario.seed, field, {
    intensity,
    beyond,
    start: microsFromMs(storm.startMs),
    end: stormEnd(storm, scenario.network),
  });
  return drawn.map((fault, i) => {
    const healedMs = storm.healed[faultId(i)];
    if (healedMs === undefined) return fault;
    const healed = Math.max(microsFromMs(healedMs), fault.at + 1);
    return { ...fault, until: fault.until === null ? healed : Math.min(fault.until, healed) };
  });
}

function compileValidators(scenario: Scenario): ValidatorPlan[] {
  const { validators, network, crypto } = scenario;
  const entries =
    typeof validators === 'number' ? Array.from({ length: validatorCount(scenario) }, () => null) : validators;
  const spread =
    network.latency.kind === 'regions' ? REGION_NAMES.filter((name) => name !== 'local') : (['local'] as const);
  return entries.map((entry, i) => ({
    stake: entry?.stake ?? 1,
    region: entry?.region ?? spread[i % spread.length] ?? 'local',
    suite: entry?.suite ?? crypto.suite,
  }));
}

const partsPerMillion = (share: number): number => Math.round(share * 1_000_000);
const thousandths = (value: number): number => Math.round(value * 1000);

function compileNetwork(network: Scenario['network']): NetworkPlan {
  return {
    latency: latencyPlan(network.latency),
    bandwidthMbps: network.bandwidthMbps,
    lossPpm: partsPerMillion(network.loss),
    duplicatePpm: partsPerMillion(network.duplicate),
    synchrony: compileSynchrony(network.synchrony),
  };
}

function compileSynchrony(synchrony: Scenario['network']['synchrony']): NetworkPlan['synchrony'] {
  const { kind } = synchrony;
  if (kind === 'asynchronous') return { kind };
  const deltaMicros = microsFromMs(synchrony.deltaMs);
  return kind === 'partial' ? { kind, gst: microsFromMs(synchrony.gstMs), deltaMicros } : { kind, deltaMicros };
}

function compileWorkload(workload: Scenario['workload']): RunPlan['workload'] {
  const { hotspot } = workload;
  return {
    ratePerSecond: workload.kind === 'none' ? 0 : workload.ratePerSecond,
    batchMicros: microsFromMs(workload.batchMs),
    accountCount: workload.accounts,
    initialBalance: workload.initialBalance,
    ...(workload.crossShard === 0 ? {} : { crossShardPpm: partsPerMillion(workload.crossShard) }),
    ...(hotspot === null ? {} : { hotspot: { accountCount: hotspot.accounts, ppm: partsPerMillion(hotspot.share) } }),
  };
}

function compileTransaction(scenario: Scenario, transaction: Scenario['transactions'][number]): SubmissionPlan {
  const from = accountIndex(scenario, transaction.from);
  const owner = validatorCount(scenario) + ownerOf(from, scenario.clients);
  const client = transaction.client === null ? owner : nodeIndex(scenario, transaction.client);
  return {
    at: microsFromMs(transaction.at),
    client,
    from,
    to: accountIndex(scenario, transaction.to),
    amount: transaction.amount,
  };
}

/** One fault of the document as the kernel wants it. */
export function compileFault(scenario: Scenario, fault: Fault, id: string): FaultPlan {
  const when = compileCondition(fault.when);
  const timing = {
    id,
    at: fault.at === null ? (when === null ? 0 : null) : microsFromMs(fault.at),
    when,
    until: fault.until === null ? null : microsFromMs(fault.until),
    untilWhen: compileCondition(fault.untilWhen),
  };
  return { ...timing, ...compileBody(scenario, fault) };
}

function compileBody(scenario: Scenario, fault: Fault): FaultBody {
  const { kind } = fault;
  const indices = (names: readonly string[]): NodeIndex[] =>
    names.map((name) => nodeIndex(scenario, name)).sort((a, b) => a - b);
  switch (kind) {
    case 'crash':
      return {
        kind,
        target: nodeIndex(scenario, fault.target),
        disk: fault.restart,
        ...(fault.point === null ? {} : { point: fault.point }),
      };
    case 'partition':
      return { kind, groups: fault.groups.map(indices), oneWay: fault.oneWay, cut: fault.cut };
    case 'link': {
      const everyone = Array.from({ length: validatorCount(scenario) + scenario.clients }, (_, i) => i);
      const from = fault.from === null ? everyone : indices(fault.from);
      const to = fault.to === null ? everyone : indices(fault.to);
      const { symmetric, types } = fault;
      const [lossPpm, duplicatePpm] = [partsPerMillion(fault.loss), partsPerMillion(fault.duplicate)];
      return { kind, from, to, symmetric, types, delayMicros: microsFromMs(fault.delayMs), lossPpm, duplicatePpm };
    }
    case 'message': {
      const { origin, sequence } = messageName(fault.message);
      const to = fault.to === null ? null : indices(fault.to);
      const delayMicros = microsFromMs(fault.delayMs);
      return { kind, origin: nodeIndex(scenario, origin), sequence, to, action: fault.action, delayMicros };
    }
    case 'slow':
      return { kind, target: nodeIndex(scenario, fault.target), factorMilli: thousandths(fault.factor) };
    case 'byzantine': {
      const { behaviour, types } = fault;
      const peers = fault.peers === null ? null : indices(fault.peers);
      return { kind, target: nodeIndex(scenario, fault.target), behaviour, peers, types };
    }
  }
}

function compileCondition(text: string | null): ConditionPlan | null {
  if (text === null) return null;
  const parsed = parseCondition(text);
  return required('condition' in parsed ? parsed.condition : null, `the condition ${text}`);
}

const nodeIndex = (scenario: Scenario, name: string): NodeIndex =>
  required(indexOfNode(scenario, name), `node ${name}`);
const accountIndex = (scenario: Scenario, name: string): number =>
  required(indexOfAccount(name, scenario.workload.accounts), `account ${name}`);
