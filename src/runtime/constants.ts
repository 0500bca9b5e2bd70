/** The world of a run for whoever has every protocol at hand anyway. */
import type { WorldConstants } from '../kernel/host/world.ts';
import type { RunPlan } from '../kernel/plan.ts';
import { protocolByName } from '../protocols/registry.ts';
import type { ExecutorOptions } from './executor.ts';
import { openWorld } from './world.ts';

/** `openWorld` with the protocol that the plan names. */
export function openConstants(plan: RunPlan, options: ExecutorOptions): Promise<WorldConstants> {
  return openWorld(plan, options, protocolByName(plan.protocol.name));
}
