/**
 * The rules on a page, after Castro and Liskov, *Practical Byzantine Fault Tolerance*, OSDI 1999, for one slot at a time:
 *
 * - a member casts one first vote a view, never in a lower view than before, and only for its leader's value (`mayVote`);
 * - a value is prepared with the first votes of a quorum, decided with its second votes: two quorums share a correct member;
 * - a new view begins with the CHANGEs of a quorum, whose highest prepared value it must propose (`chosen`), and any value
 *   where none prepared: what was decided in a lower view, somebody in the quorum has prepared.
 *
 * Promises are about one slot. A member enters a slot in whatever view it or the last certificate worked in, without proof: to
 * have voted in two views of one slot it must have risen from the lower to the higher inside the slot, and that takes a new
 * view. So a value decided in the lower view is known to the quorum of changes of the higher one.
 */
import type { NodeIndex } from '../../../core/ids.ts';
import { quorumSize } from '../../../core/quorum.ts';
import type { SignedRef } from '../../protocol.ts';
import type { Prepared, SignedChange } from './messages.ts';
import type { OrderState } from './state.ts';
import type { Group } from './types.ts';

export function mayVote<V>({ voted, isChanging, view }: OrderState<V>, proposedIn: number): boolean {
  return !isChanging && proposedIn === view && (voted === null || voted.view < proposedIn);
}

/** Distinct members, at least a quorum. The signatures are checked by the caller. */
export function isQuorum(proofs: readonly SignedRef[], { members }: Group): boolean {
  return distinctMembers(proofs, members) >= quorumSize(members.length);
}

/** The number of distinct members among the signers; −1 when some signer is none, or comes twice. */
export function distinctMembers(proofs: readonly SignedRef[], members: readonly NodeIndex[]): number {
  const seen = new Set<NodeIndex>();
  for (const { signer } of proofs) {
    if (seen.has(signer) || !members.includes(signer)) return -1;
    seen.add(signer);
  }
  return seen.size;
}

/** What a new view must propose: the value prepared in the highest view; null: whatever the leader likes. Ref: §4.4. */
export function chosen<V>(changes: readonly SignedChange<V>[]): Prepared<V> | null {
  let best: Prepared<V> | null = null;
  for (const { change } of changes) {
    const { prepared } = change;
    if (prepared !== null && (best === null || prepared.view > best.view)) best = prepared;
  }
  return best;
}
