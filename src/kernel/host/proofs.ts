/** Certificates that travel inside messages: every node of a thread checks the same ones, this thread checks each once. */
import type { SignedRef } from '../../protocols/protocol.ts';
import { isSameMessage, verifyStatement } from './signing.ts';
import type { TypedMessage } from './verdicts.ts';
import type { WorldConstants } from './world.ts';

interface Found {
  readonly world: WorldConstants['publicKeys'];
  readonly message: TypedMessage;
  readonly validCount: number;
}

/** What was last found of a certificate, by the identity of its proofs: neither they nor what they prove ever change. */
const checked = new WeakMap<readonly SignedRef[], Found>();

/** How many of the proofs, from the first on, are their signers' signatures under the message; all of them: it is proved. */
export function validProofs(world: WorldConstants, message: TypedMessage, proofs: readonly SignedRef[]): number {
  const last = checked.get(proofs);
  if (last !== undefined && last.world === world.publicKeys && isSameMessage(last.message, message))
    return last.validCount;
  let validCount = 0;
  for (const { signer, signature } of proofs) {
    if (!verifyStatement(world, signer, message, signature)) break;
    validCount++;
  }
  checked.set(proofs, { world: world.publicKeys, message, validCount });
  return validCount;
}
