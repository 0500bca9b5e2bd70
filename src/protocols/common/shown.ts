/** Votes as the inspector shows them: by signer, without signatures. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Tally } from './tally.ts';

export function signersOf(votes: readonly { readonly signer: NodeIndex }[]): NodeIndex[] {
  return votes.map(({ signer }) => signer);
}

export function tallyOf(tally: Tally): unknown {
  return tally.sets.map(({ digest, votes }) => ({ digest, signers: signersOf(votes) }));
}
