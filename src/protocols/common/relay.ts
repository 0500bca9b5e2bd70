/** Who passes a large message on to a peer that may have missed it. */
import type { NodeIndex } from '../../core/ids.ts';
import { oneCorrect } from '../../core/quorum.ts';

/**
 * Whether it is on us to pass a large message on to this peer: of the f+1 validators after it one is correct, and so not
 * everyone sends it.
 */
export function isHelperOf(
  { self, validatorCount }: { readonly self: NodeIndex; readonly validatorCount: number },
  peer: NodeIndex,
): boolean {
  return (self - peer + validatorCount) % validatorCount <= oneCorrect(validatorCount);
}
