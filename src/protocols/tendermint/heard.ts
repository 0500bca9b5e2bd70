/** What was heard in a round that was left: it is what others need to leave it too. */
import type { SignedMessage } from '../protocol.ts';
import type { Precommit } from './messages.ts';
import { precommitMessage } from './signing.ts';
import type { State } from './state.ts';

/** Every PRECOMMIT heard in a round of the height in progress, nil and liars' second votes included. */
export function precommitsHeard(state: State, round: number): SignedMessage<Precommit>[] {
  const sets = state.rounds.get(round)?.precommits.sets ?? [];
  return sets.flatMap(({ digest, votes }) => {
    const message = precommitMessage(state.height, round, digest);
    return votes.map((proof) => ({ message, proof }));
  });
}
