/**
 * From a scenario that violates a check to a small one that violates the same check: first fewer faults (ddmin), then
 * fewer nodes, simpler faults, rounder times, a simpler network, until no single step makes it smaller.
 */
import { required } from '../../core/assert.ts';
import { ddmin } from '../../checks/shrink/ddmin.ts';
import { descend } from '../../checks/shrink/descend.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { nodeIndexOf } from '../../core/ids.ts';
import {
  compileScenario,
  namingOfScenario,
  nodeNames,
  type Scenario,
  validateScenario,
  validatorCount,
} from '../../scenario/index.ts';
import { stormFaultCount } from '../../scenario/compile.ts';
import { faultDomain } from '../../core/quorum.ts';
import { faultBudget } from '../../scenario/storm.ts';
import { writeFault } from '../field.ts';
import { checked } from '../plain.ts';
import { probe } from '../probe.ts';
import { neighbours } from './neighbours.ts';
import { sizeOf } from './size.ts';

export interface ShrinkOptions {
  /** The check that must stay violated. */
  readonly check: string;
  /** Runs at most. */
  readonly budget: number;
  /** Called after every run: so many were made, and the best so far. */
  onProgress?(runs: number, best: Scenario): void;
}

export interface Shrunk {
  readonly scenario: Scenario;
  readonly runs: number;
  /** False where the budget ended it. */
  readonly isMinimal: boolean;
  /** What the judge says of it. */
  readonly detail: string;
  readonly atMs: number;
}

/** Resolves to null when the scenario does not violate the check in the first place. */
export async function shrinkScenario(start: Scenario, options: ShrinkOptions): Promise<Shrunk | null> {
  const { check, budget } = options;
  let runs = 0;
  let best = withoutStorm(start);
  const isWithin = isWithinModel(best);
  const stillFails = async (candidate: Scenario): Promise<boolean> => {
    if (runs >= budget || 'problems' in validateScenario(candidate, PROTOCOLS)) return false;
    if (isWithin && !isWithinModel(candidate)) return false;
    runs += 1;
    const fails = (await findingOf(candidate, check)) !== null;
    const isShown = fails && (await isHeldByMended(candidate));
    if (isShown) best = candidate;
    options.onProgress?.(runs, best);
    return isShown;
  };
  if (!(await stillFails(best))) return null;
  best = await endSoon(best, check, stillFails);
  const faults = await ddmin(best.faults, (subset) => stillFails({ ...best, faults: [...subset] }));
  const { value, isMinimal } = await descend<Scenario>(
    { ...best, faults: [...faults] },
    { neighbours, size: sizeOf, key: (scenario) => JSON.stringify(scenario), stillFails, budget: budget - runs },
  );
  const finding = required(await findingOf(value, check), 'the violation of what shrinking kept');
  return { scenario: named(value, check), runs, isMinimal, detail: finding.detail, atMs: finding.atMs };
}

async function findingOf(scenario: Scenario, check: string) {
  const { findings } = await probe(scenario, check);
  return findings.find((finding) => finding.check === check) ?? null;
}

/** A broken variant is shown by what the correct protocol survives: else the scenario would show something else. */
async function isHeldByMended(scenario: Scenario): Promise<boolean> {
  if (scenario.protocol.mutant === null) return true;
  const mended = { ...scenario, protocol: { ...scenario.protocol, mutant: null } };
  return (await probe(mended)).findings.length === 0;
}

/** The faults that a storm drew, written out. */
export function withoutStorm(scenario: Scenario): Scenario {
  const count = stormFaultCount(scenario, PROTOCOLS);
  if (scenario.storm === null) return scenario;
  const field = { names: nodeNames(scenario), validatorCount: validatorCount(scenario) };
  const drawn = compileScenario(scenario, PROTOCOLS)
    .faults.slice(0, count)
    .map((fault) => writeFault(field, { ...fault, at: fault.at ?? 0 }));
  return checked({ ...scenario, storm: null, faults: [...drawn, ...scenario.faults] });
}

/** Stops right after the violation, where that changes nothing. */
async function endSoon(
  scenario: Scenario,
  check: string,
  stillFails: (candidate: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  const finding = await findingOf(scenario, check);
  if (finding === null) return scenario;
  const sooner = { ...scenario, stop: { height: null, ms: Math.ceil(finding.atMs / 100) * 100 + 100 } };
  return (await stillFails(sooner)) ? sooner : scenario;
}

/** Whether no more nodes lie than the protocol tolerates. */
export function isWithinModel(scenario: Scenario): boolean {
  const protocol = PROTOCOLS.get(scenario.protocol.name);
  if (protocol === undefined) return false;
  const naming = namingOfScenario(scenario);
  const { size, faultModel } = faultDomain(naming, protocol.declaration.faultModel);
  const { byzantine } = faultBudget({ validatorCount: size, faultModel });
  const liars = new Set(
    scenario.faults.flatMap((fault) => {
      if (fault.kind === 'byzantine') return [fault.target];
      return fault.kind === 'crash' && fault.restart !== 'durable' ? [fault.target] : [];
    }),
  );
  const domains = new Map<number, number>();
  for (const liar of liars) {
    const domain = Math.floor((nodeIndexOf(liar, naming) ?? 0) / size);
    domains.set(domain, (domains.get(domain) ?? 0) + 1);
  }
  const isBearable = [...domains.values()].every((count) => count <= byzantine);
  return isBearable && (scenario.storm === null || !scenario.storm.beyond);
}

function named(scenario: Scenario, check: string): Scenario {
  const { name, mutant } = scenario.protocol;
  const what = mutant === null ? name : `${name} (${mutant})`;
  return { ...scenario, name: `Found: ${check} of ${what}`, description: 'Found by a search and shrunk.' };
}
