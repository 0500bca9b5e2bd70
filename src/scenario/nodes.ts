/** Who takes part in a scenario, under their public names. */
import { type Naming, type NodeIndex, nodeIndexOf, nodeName } from '../core/ids.ts';
import type { Scenario } from './schema.ts';

/** The protocol whose validators are shards. */
export const SHARDED = 'sharded';

export function validatorCount(scenario: Pick<Scenario, 'validators' | 'shards'>): number {
  const { shards } = scenario;
  if (shards !== null) return (shards.count + shards.spare) * shards.validatorsPerShard;
  return typeof scenario.validators === 'number' ? scenario.validators : scenario.validators.length;
}

/** How the nodes of a scenario are called. */
export function namingOfScenario(
  scenario: Pick<Scenario, 'validators' | 'shards' | 'clients'>,
): Naming & { readonly clientCount: number } {
  return {
    validatorCount: validatorCount(scenario),
    clientCount: scenario.clients,
    validatorsPerShard: scenario.shards?.validatorsPerShard ?? null,
  };
}

/** `v0` … (`s0v0` … between shards) and `c0` … in index order. */
export function nodeNames(scenario: Pick<Scenario, 'validators' | 'shards' | 'clients'>): string[] {
  const naming = namingOfScenario(scenario);
  return Array.from({ length: naming.validatorCount + naming.clientCount }, (_, i) => nodeName(i, naming));
}

/** The index of a node, or null when no such node exists. */
export function indexOfNode(
  scenario: Pick<Scenario, 'validators' | 'shards' | 'clients'>,
  name: string,
): NodeIndex | null {
  return nodeIndexOf(name, namingOfScenario(scenario));
}

/** Sender and number of a message by its name in the trace, `v0#17`. */
export function messageName(id: string): { readonly origin: string; readonly sequence: number } {
  const [origin = '', sequence = ''] = id.split('#');
  return { origin, sequence: Number(sequence) };
}

/** The index behind `a0`, `a1`, …, or null when no such account exists. */
export function indexOfAccount(name: string, accountCount: number): number | null {
  const match = /^a(0|[1-9]\d{0,5})$/.exec(name);
  if (match === null) return null;
  const index = Number(match[1]);
  return index < accountCount ? index : null;
}
