/**
 * The rules of the linear way on a page. Votes go to the leader, who shows the certificate that they make: HotStuff (Yin and
 * others, PODC '19, §4) with two phases instead of three, which is safe where a leader proves what a quorum knows, as in Jolteon
 * (Gelashvili and others, FC '22, §3: two-chain commits, quadratic change of view):
 *
 * - a member casts one first vote a view, never in a lower view than before (`mayVote` in `../rules.ts`);
 * - it casts its second vote for, and holds on to, what a quorum has cast first votes for in its view (`isCertificate`);
 * - a value is decided with the second votes of a quorum;
 * - in a later view of a slot it takes only the value that is certified in the highest view that a quorum of signed CHANGEs
 *   names, and any value where they name none (`isSafe`).
 *
 * Two quorums share a correct member. Where a value was decided in a view, whoever cast a second vote for it names that view or
 * a later one in its CHANGE, so that each quorum of them does. By induction over views what is certified in a later one is the same
 * value. HotStuff's third phase spares the leader the proof: without it a member may be locked on what no leader hears of (§4.4).
 */
import { quorumSize } from '../../../../core/quorum.ts';
import type { SignedRef } from '../../../protocol.ts';
import type { Lead, Rank, RankedChange } from '../messages.ts';
import { distinctMembers } from '../rules.ts';
import type { Group } from '../types.ts';

/** Votes of distinct members, at least a quorum. The signatures are checked by the caller. */
export function isCertificate(proofs: readonly SignedRef[], { members }: Group): boolean {
  return distinctMembers(proofs, members) >= quorumSize(members.length);
}

/** What is certified in the highest view among them; null where none names any. */
export function highest(ranks: readonly RankedChange[]): Rank | null {
  let best: Rank | null = null;
  for (const { rank } of ranks) if (rank !== null && (best === null || rank.view > best.view)) best = rank;
  return best;
}

/**
 * Whether a leader may begin its view so: a quorum of distinct members wants it, and it takes up the highest that they name.
 * `digest`: of `best.value`. The signatures are checked by the caller. Mutant `linear-any-proposal`: whatever it likes.
 */
export function isSafe<V>({ view, ranks, best }: Lead<V>, digest: string | null, group: Group): boolean {
  const signers = ranks.map(({ proof }) => proof);
  if (!isCertificate(signers, group)) return false;
  if (group.mutant === 'linear-any-proposal') return true;
  const named = highest(ranks);
  if (named === null || best === null) return named === null && best === null;
  return named.view < view && best.view === named.view && digest === named.digest && isCertificate(best.proofs, group);
}
