import type { NodeIndex } from '../../core/ids.ts';
import { client } from '../../protocols/client/client.ts';
import type { Machine } from '../../protocols/protocol.ts';
import type { World } from './world.ts';

export type Message = { readonly type: string };
export type AnyMachine = Machine<unknown, Message, unknown, unknown, unknown, unknown>;

/** The machine that a node runs: validators the protocol's, clients the workload's. */
export function machineOf(world: World, node: NodeIndex): AnyMachine {
  if (node < world.plan.validators.length) return world.protocol.validator as AnyMachine;
  return (world.protocol.client ?? client) as unknown as AnyMachine;
}
