/** Another leader: CHANGEs of a quorum, and what they oblige the new one to. Ref: PBFT §4.4. */
import type { NodeIndex } from '../../../core/ids.ts';
import { oneCorrect, quorumSize } from '../../../core/quorum.ts';
import type { SignedRef } from '../../protocol.ts';
import type { Change, Lead, NewView, Prepared, SignedChange } from './messages.ts';
import { leadFrom, leadProblem } from './linear/lead.ts';
import { NOTE } from './notes.ts';
import { chosen, distinctMembers, isQuorum } from './rules.ts';
import { leaderOf, type OrderState } from './state.ts';
import type { Group, Port } from './types.ts';
import { accept, propose, recount } from './vote.ts';

/** A patience is at most so many times the first one. */
export const PATIENCE_GROWTH_MAX = 4;

/** Votes no more below `view` in this slot, and says so. */
export function startChange<V>(state: OrderState<V>, view: number, why: string, group: Group, port: Port<V>): void {
  port.note(why);
  state.view = view;
  state.isChanging = true;
  state.proposal = null;
  state.newView = null;
  state.patience = Math.min(2 * state.patience, PATIENCE_GROWTH_MAX * group.patienceMicros);
  port.persist({ kind: 'order-view', slot: state.slot, view, entered: false });
  watch(state, port);
  sayChange(state, group, port);
}

/**
 * Whether it waits for others before it wants a later view still: no quorum wants its view, or a later one. Who ran on alone would
 * stay ahead of the others for good, and where its vote is needed nothing would be decided any more. Ref: §4.5.2.
 */
export function isAhead<V>({ isChanging, view, changes }: OrderState<V>, { members }: Group): boolean {
  if (!isChanging) return false;
  let count = 0;
  for (const [wanted, by] of changes) if (wanted >= view) count += by.size;
  return count < quorumSize(members.length);
}

/** Says again what it prepared; also to whoever missed it the first time. */
export function sayChange<V>(state: OrderState<V>, group: Group, port: Port<V>): void {
  const { slot, view, prepared: best } = state;
  const prepared = best === null ? null : { view: best.view, value: best.value, proofs: best.proofs };
  const change: Change<V> = { type: 'order-change', group: group.id, slot, view, prepared };
  const proof = port.cast(change);
  keep(state, { change, proof }, group, port);
}

/** Patience begins anew. */
export function watch<V>(state: OrderState<V>, port: Port<V>): void {
  state.isWatching = true;
  port.setTimer({ kind: 'order-nudge' }, Math.floor(state.patience / 2));
  port.setTimer({ kind: 'order-change' }, state.patience);
}

export function onChange<V>(
  state: OrderState<V>,
  from: NodeIndex,
  change: Change<V>,
  proof: SignedRef,
  group: Group,
  port: Port<V>,
): void {
  if (change.view < state.view || (change.view === state.view && !state.isChanging)) {
    if (state.newView !== null && change.view <= state.newView.view) port.send(from, state.newView);
    return;
  }
  if (proof.signer !== from) return;
  keep(state, { change, proof }, group, port);
}

function keep<V>(state: OrderState<V>, signed: SignedChange<V>, group: Group, port: Port<V>): void {
  const { view } = signed.change;
  for (const [other, members] of state.changes) {
    // A member wants one view at a time: what it wanted before is over.
    if (other !== view) members.delete(signed.proof.signer);
    if (members.size === 0) state.changes.delete(other);
  }
  const wanted = state.changes.get(view) ?? new Map<NodeIndex, SignedChange<V>>();
  state.changes.set(view, wanted);
  wanted.set(signed.proof.signer, signed);
  if (join(state, group, port)) return;
  begin(state, group, port);
}

/** More members than can lie want a later view: to the lowest of those. Ref: §4.5.2. */
function join<V>(state: OrderState<V>, group: Group, port: Port<V>): boolean {
  const views: number[] = [];
  for (const [view, members] of state.changes) {
    if (view > state.view) for (const member of members.keys()) if (member !== group.self) views.push(view);
  }
  if (views.length < oneCorrect(group.members.length)) return false;
  startChange(state, Math.min(...views), NOTE.joins, group, port);
  return true;
}

/** The leader of the wanted view has heard a quorum. */
function begin<V>(state: OrderState<V>, group: Group, port: Port<V>): void {
  const { slot, view } = state;
  if (!state.isChanging || leaderOf(group, view) !== group.self) return;
  const quorum = quorumSize(group.members.length);
  const wanted = [...(state.changes.get(view)?.values() ?? [])];
  if (wanted.length < quorum) return;
  const changes = wanted.filter((signed) => isSound(signed, slot, view, group, port));
  if (changes.length < quorum) return;
  const message =
    port.way() === 'linear'
      ? leadFrom(changes.slice(0, quorum), slot, view, group, port)
      : ({ type: 'order-new', group: group.id, slot, view, changes } as const);
  state.newView = message;
  port.note(NOTE.begins);
  port.cast(message);
  enter(state, view, 'best' in message ? message.best : chosen(changes), group, port);
}

export function onNewView<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: NewView<V>,
  group: Group,
  port: Port<V>,
): void {
  const { slot, view, changes } = message;
  if (view < state.view || (view === state.view && !state.isChanging)) return;
  if (from !== leaderOf(group, view)) return port.note(NOTE.notLeader);
  const signers = changes.map(({ proof }) => proof);
  const isShown = isQuorum(signers, group) && changes.every((signed) => isSound(signed, slot, view, group, port, true));
  if (!isShown) return port.note(NOTE.badChanges);
  port.note(NOTE.follows);
  enter(state, view, chosen(changes), group, port);
}

/** The same where a leader shows certificates. */
export function onLead<V>(state: OrderState<V>, from: NodeIndex, message: Lead<V>, group: Group, port: Port<V>): void {
  const { view, best } = message;
  if (view < state.view || (view === state.view && !state.isChanging)) return;
  const problem = leadProblem(state, from, message, group, port);
  if (problem !== null) return port.note(problem);
  port.note(NOTE.follows);
  enter(state, view, best, group, port);
}

/** `obliged`: what must be proposed; null: whatever the leader likes. */
function enter<V>(state: OrderState<V>, view: number, obliged: Prepared<V> | null, group: Group, port: Port<V>): void {
  const { slot } = state;
  state.view = view;
  state.entered = view;
  state.isChanging = false;
  state.proposal = null;
  port.persist({ kind: 'order-view', slot, view, entered: true });
  watch(state, port);
  if (obliged === null) return propose(state, group, port);
  const { value } = obliged;
  port.persist({ kind: 'order-voted', slot, view, value });
  accept(state, { view, value, digest: port.digestOf(value), proof: null }, group, port);
  if (state.slot === slot) recount(state, group, port);
}

/** A CHANGE for this slot and view whose prepared value was prepared. `isForeign`: its signature came inside a message. */
function isSound<V>(
  { change, proof }: SignedChange<V>,
  slot: number,
  view: number,
  group: Group,
  port: Port<V>,
  isForeign = false,
): boolean {
  if (change.slot !== slot || change.view !== view || change.group !== group.id) return false;
  if (isForeign && !port.verifyAll(change, [proof])) return false;
  return change.prepared === null || isPrepared(change.prepared, slot, view, group, port);
}

function isPrepared<V>(
  { view, value, proofs }: Prepared<V>,
  slot: number,
  wanted: number,
  group: Group,
  port: Port<V>,
): boolean {
  if (view >= wanted || distinctMembers(proofs, group.members) < quorumSize(group.members.length)) return false;
  const vote = { type: 'order-prepare', group: group.id, slot, view, digest: port.digestOf(value) } as const;
  return port.verifyAll(vote, proofs);
}
