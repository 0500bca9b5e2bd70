/** What the head of a parent says to the upper level. Ref: Mohan, Lindsay, Obermarck 1986, hierarchical 2P. */
import type { Reason } from '../messages.ts';
import { type Coordination, type Out, type State, tell } from '../state.ts';
import { NOTE } from './notes.ts';

/** All leaves have voted YES. */
export function promiseAbove(state: State, entry: Coordination, out: Out): void {
  const { slot } = entry.transaction;
  out.persist({ kind: 'gathered', slot });
  entry.phase = 'gathered';
  out.cancelTimer({ kind: 'retry', slot });
  out.note(NOTE.gathered);
  out.mark?.('commit2pc', slot, 'promises for its parent');
  voteAbove(state, entry, null, out);
}

/** The parent cannot promise: its leaves are told to abort, and the upper level that it is a NO. */
export function refuseAbove(state: State, entry: Coordination, reason: Reason | null, out: Out): void {
  out.note(NOTE.refuses);
  voteAbove(state, entry, reason ?? 'aborted', out);
}

/** An older transaction waits for one that this head has promised: only the upper level may give it up. */
export function passWound(state: State, { superior, transaction }: Coordination, out: Out): void {
  if (superior === null) return;
  out.note(NOTE.passesWound);
  const { slot, digest } = transaction;
  tell(state, superior, { type: 'wound', slot, digest }, out);
}

/** The vote of the parent; `reason`: why not, null is a YES. */
export function voteAbove(
  state: State,
  { superior, transaction }: Coordination,
  reason: Reason | null,
  out: Out,
): void {
  if (superior === null) return;
  const { slot, digest } = transaction;
  tell(state, superior, { type: 'vote', slot, digest, yes: reason === null, reason }, out);
}
