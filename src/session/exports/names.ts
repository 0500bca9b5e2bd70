import { nodeName } from '../../core/ids.ts';
import type { RunPlan } from '../../kernel/plan.ts';

/** Names of all nodes, validators first, then clients. */
export function namesOf({ validators, clientCount }: Pick<RunPlan, 'validators' | 'clientCount'>): readonly string[] {
  return Array.from({ length: validators.length + clientCount }, (_, node) => nodeName(node, validators.length));
}

/** Position of the shard in a node's name (`s2v0`); 0 where there are none. */
export function shardOf(name: string): number {
  return Number(/^s(\d{1,5})/.exec(name)?.[1] ?? 0);
}
