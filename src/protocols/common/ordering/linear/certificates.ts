/** What a leader shows to those who voted. Ref: HotStuff §4.3 (pre-commit and decide); Jolteon §3. */
import type { NodeIndex } from '../../../../core/ids.ts';
import type { Final, PreparedCertificate } from '../messages.ts';
import { NOTE } from '../notes.ts';
import { leaderOf, type OrderState } from '../state.ts';
import { ask } from '../sync.ts';
import type { Group, Port } from '../types.ts';
import { decide, prepare } from '../vote.ts';
import { isCertificate } from './rules.ts';

/** A quorum has cast first votes: hold on to the value, and cast the second. */
export function onPrepared<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: PreparedCertificate,
  group: Group,
  port: Port<V>,
): void {
  const { view, digest, proofs, slot } = message;
  if (view !== state.view || state.isChanging || state.prepared?.view === view) return;
  if (from !== leaderOf(group, view)) return port.note(NOTE.notLeader);
  const vote = { type: 'order-prepare', group: group.id, slot, view, digest } as const;
  if (!isCertificate(proofs, group) || !port.verifyAll(vote, proofs)) return port.note(NOTE.badCertificate);
  const value = state.values.get(digest);
  // The proposal was lost, or is behind its certificate.
  if (value === undefined) return ask(state, from, group, port);
  prepare(state, { view, value, proofs }, group, port);
}

/** A quorum has cast second votes, in whatever view: decided. */
export function onFinal<V>(state: OrderState<V>, from: NodeIndex, message: Final, group: Group, port: Port<V>): void {
  const { view, digest, proofs, slot } = message;
  const vote = { type: 'order-commit', group: group.id, slot, view, digest } as const;
  if (!isCertificate(proofs, group) || !port.verifyAll(vote, proofs)) return port.note(NOTE.badCertificate);
  const value = state.values.get(digest);
  if (value === undefined) return ask(state, from, group, port);
  decide(state, { view, value, proofs }, false, group, port);
}
