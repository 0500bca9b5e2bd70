/** Messages for the next height, kept until we get there: the votes that let us follow are usually on their way. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { SignedRef } from '../../protocol.ts';
import { type CatchingUp, learn } from './catch-up.ts';

/** A message as it waits. Plain data: part of a node's state. */
export interface Waiting<M> {
  readonly from: NodeIndex;
  readonly message: M;
  readonly proof: SignedRef;
}

/** The part of a node's state that holds them, in order of arrival and bounded per signer. */
export interface Future<M> {
  /** The height in progress. */
  readonly height: number;
  future: Waiting<M>[];
}

/** Messages kept from one signer: more than a correct one sends in a height without changes of leader. */
const FUTURE_MAX = 8;
export const OVERFLOW = 'dropped: too many messages for the next height from one sender';

/**
 * A message for a later height. For the next one it waits. True when it is reason to ask its signer for blocks: it is one further
 * ahead, or the first of its signer while enough others are ahead.
 */
export function keepForLater<M>(
  state: Future<M> & CatchingUp,
  { from, message, proof }: Waiting<M>,
  height: number,
  areEnoughAhead: () => boolean,
  out: { note(rule: string): void },
): boolean {
  const { signer } = proof;
  learn(state, signer, height - 1);
  if (height > state.height + 1) return true;
  let kept = 0;
  for (const waiting of state.future) if (waiting.proof.signer === signer) kept++;
  if (kept >= FUTURE_MAX) {
    out.note(OVERFLOW);
    return false;
  }
  state.future.push({ from, message, proof });
  return kept === 0 && areEnoughAhead();
}

/** What waited for this height is heard now, as often as that leads to another; what is for the one after waits on. */
export function replayFuture<M>(state: Future<M>, hear: (waiting: Waiting<M>) => void): void {
  for (let height = -1; height !== state.height; ) {
    height = state.height;
    const waiting = state.future;
    state.future = [];
    for (const item of waiting) hear(item);
  }
}
