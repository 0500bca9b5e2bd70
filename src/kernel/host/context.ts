import type { NodeIndex } from '../../core/ids.ts';
import { PURPOSE, streamKey } from '../../core/prng.ts';
import type { NodeContext, SignedRef } from '../../protocols/protocol.ts';
import type { Message } from './machines.ts';
import { validProofs } from './proofs.ts';
import { verifyStatement } from './signing.ts';
import type { World } from './world.ts';

/** What the machine of `self` may know of the world. `onVerify` charges the node for a signature inside a message. */
export function nodeContext(
  world: World,
  self: NodeIndex,
  onVerify: (signer: NodeIndex) => void,
): NodeContext<unknown, Message> {
  const { plan } = world;
  return {
    self,
    validatorCount: plan.validators.length,
    clientCount: plan.clientCount,
    stakes: plan.validators.map((validator) => validator.stake),
    config: world.config,
    mutant: plan.protocol.mutant,
    random: streamKey(plan.seed, PURPOSE.workload, self),
    workload: plan.workload,
    ...(plan.shards === undefined ? {} : { shards: plan.shards }),
    verify(signer, message, signature) {
      onVerify(signer);
      return verifyStatement(world, signer, message, signature);
    },
    verifyAll(message, proofs) {
      const valid = validProofs(world, message, proofs);
      // The one that failed was looked at too.
      const seen = Math.min(valid + 1, proofs.length);
      for (let i = 0; i < seen; i++) onVerify((proofs[i] as SignedRef).signer);
      return valid === proofs.length;
    },
  };
}
