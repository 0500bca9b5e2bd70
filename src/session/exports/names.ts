import { nodeName } from '../../core/ids.ts';
import { namingOf, type RunPlan } from '../../kernel/plan.ts';

/** Names of all nodes, validators first, then clients. */
export function namesOf(plan: Pick<RunPlan, 'validators' | 'clientCount' | 'shards'>): readonly string[] {
  const naming = namingOf(plan);
  return Array.from({ length: naming.validatorCount + naming.clientCount }, (_, node) => nodeName(node, naming));
}

/** Position of the shard in a node's name (`s2v0`); 0 where there are none. */
export function shardOf(name: string): number {
  return Number(/^s(\d{1,5})/.exec(name)?.[1] ?? 0);
}
