/**
 * Every protocol of the playground, by name. A new one is added here, in `loaders.ts` (for workers) and in `app/protocols.ts` (for the
 * page); tests name the place that was forgotten.
 */
import type { AnyProtocol } from './protocol.ts';
import { avalanche } from './avalanche/index.ts';
import { fastpath } from './fastpath/index.ts';
import { hotstuff } from './hotstuff/index.ts';
import { paxos } from './paxos/index.ts';
import { raft } from './raft/index.ts';
import { pbft } from './pbft/index.ts';
import { sharded } from './sharded/index.ts';
import { svbft } from './svbft/index.ts';
import { tendermint } from './tendermint/index.ts';

export const PROTOCOLS: ReadonlyMap<string, AnyProtocol> = new Map<string, AnyProtocol>([
  [svbft.declaration.name, svbft],
  [pbft.declaration.name, pbft],
  [raft.declaration.name, raft],
  [paxos.declaration.name, paxos],
  [hotstuff.declaration.name, hotstuff],
  [avalanche.declaration.name, avalanche],
  [tendermint.declaration.name, tendermint],
  [fastpath.declaration.name, fastpath],
  [sharded.declaration.name, sharded],
]);

export function protocolByName(name: string): AnyProtocol | null {
  return PROTOCOLS.get(name) ?? null;
}
