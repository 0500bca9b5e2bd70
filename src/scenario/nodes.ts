/** Who takes part in a scenario, under their public names. */
import { type NodeIndex, nodeIndexOf } from '../core/ids.ts';
import type { Scenario } from './schema.ts';

export function validatorCount(scenario: Pick<Scenario, 'validators' | 'shards'>): number {
  if (scenario.shards !== null) return scenario.shards.count * scenario.shards.validatorsPerShard;
  return typeof scenario.validators === 'number' ? scenario.validators : scenario.validators.length;
}

/** `v0` … and `c0` … in index order. */
export function nodeNames(scenario: Pick<Scenario, 'validators' | 'shards' | 'clients'>): string[] {
  const validators = Array.from({ length: validatorCount(scenario) }, (_, i) => `v${i}`);
  return [...validators, ...Array.from({ length: scenario.clients }, (_, i) => `c${i}`)];
}

/** The index of a node, or null when no such node exists. */
export function indexOfNode(
  scenario: Pick<Scenario, 'validators' | 'shards' | 'clients'>,
  name: string,
): NodeIndex | null {
  return nodeIndexOf(name, validatorCount(scenario), scenario.clients, scenario.shards?.validatorsPerShard ?? null);
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
