/** Certificates: many signatures under one statement. */
import type { NodeIndex } from '../../core/ids.ts';
import type { NodeContext, SignedRef } from '../protocol.ts';

/** Whether every one of the proofs is its signer's signature under `message`; false at the first that is not. */
export function verifyAll<M>(ctx: NodeContext<unknown, M>, message: M, proofs: readonly SignedRef[]): boolean {
  if (ctx.verifyAll !== undefined) return ctx.verifyAll(message, proofs);
  for (const { signer, signature } of proofs) if (!ctx.verify(signer, message, signature)) return false;
  return true;
}

/** By node: the number of the census that met it last, so that nothing has to be wiped between two. */
let metIn = new Uint32Array(64);
let census = 0;

/** Begins to tell first signers from repeated ones; ends the census before. */
export function beginCensus(): void {
  if (census === 0xffffffff) metIn.fill(0);
  census = census === 0xffffffff ? 1 : census + 1;
}

/** Whether this census has met the signer before. */
export function isRepeated(signer: NodeIndex): boolean {
  if (signer >= metIn.length) {
    const larger = new Uint32Array(2 * (signer + 1));
    larger.set(metIn);
    metIn = larger;
  }
  if (metIn[signer] === census) return true;
  metIn[signer] = census;
  return false;
}
