/** Another leader: it shows a quorum's CHANGEs without their values, and in full the highest that they prepared. Ref: Jolteon §3. */
import type { NodeIndex } from '../../../../core/ids.ts';
import type { BareChange, Lead, RankedChange, SignedChange } from '../messages.ts';
import { NOTE } from '../notes.ts';
import { chosen } from '../rules.ts';
import { leaderOf, type OrderState } from '../state.ts';
import type { Group, Port } from '../types.ts';
import { isSafe } from './rules.ts';

/** What the leader of the view begins it with, from CHANGEs that it has checked. */
export function leadFrom<V>(
  changes: readonly SignedChange<V>[],
  slot: number,
  view: number,
  group: Group,
  port: Port<V>,
): Lead<V> {
  const ranks = changes.map(({ change: { prepared }, proof }): RankedChange => {
    const rank = prepared === null ? null : { view: prepared.view, digest: port.digestOf(prepared.value) };
    return { rank, proof };
  });
  const best = group.mutant === 'linear-any-proposal' ? null : chosen(changes);
  return { type: 'order-lead', group: group.id, slot, view, ranks, best };
}

/** Why a member does not follow, or null. */
export function leadProblem<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: Lead<V>,
  group: Group,
  port: Port<V>,
): string | null {
  const { view, slot, ranks, best } = message;
  if (from !== leaderOf(group, view)) return NOTE.notLeader;
  const digest = best === null ? null : port.digestOf(best.value);
  if (!isSafe(message, digest, group)) return NOTE.unsafe;
  for (const { rank, proof } of ranks) {
    const change: BareChange = { type: 'order-change', group: group.id, slot, view, prepared: rank };
    if (!port.verifyAll(change, [proof])) return NOTE.badChanges;
  }
  if (best === null || digest === null || state.prepared?.view === best.view) return null;
  const vote = { type: 'order-prepare', group: group.id, slot, view: best.view, digest } as const;
  return port.verifyAll(vote, best.proofs) ? null : NOTE.badCertificate;
}
