/** Who missed something asks for it. */
import type { NodeIndex } from '../../../core/ids.ts';
import { MILLISECOND, type Micros } from '../../../core/time.ts';
import type { Decided, Fetch } from './messages.ts';
import { NOTE } from './notes.ts';
import { isQuorum } from './rules.ts';
import { leaderOf, type OrderState } from './state.ts';
import type { Group, Port } from './types.ts';
import { decide } from './vote.ts';

/** Decided values in one answer. */
const ANSWER_MAX = 16;
/** Between two questions to one member. */
const GAP: Micros = 50 * MILLISECOND;

/** Somebody is ahead. */
export function ask<V>(state: OrderState<V>, member: NodeIndex, group: Group, port: Port<V>): void {
  const before = state.askedAt.get(member);
  if (before !== undefined && port.now - before < GAP) return;
  state.askedAt.set(member, port.now);
  port.note(NOTE.behind);
  port.send(member, { type: 'order-fetch', group: group.id, slot: state.slot });
}

/** What was decided from there on; or, in the slot that is worked on, the own votes again. */
export function onFetch<V>(state: OrderState<V>, from: NodeIndex, message: Fetch, group: Group, port: Port<V>): void {
  const { slot } = message;
  if (slot > state.slot) return ask(state, from, group, port);
  if (slot === state.slot) return sayAgain(state, from, group, port);
  for (let at = slot; at < Math.min(state.slot, slot + ANSWER_MAX); at++) tellDecided(state, at, from, group, port);
}

export function tellDecided<V>(state: OrderState<V>, slot: number, to: NodeIndex, group: Group, port: Port<V>): void {
  const entry = state.log[slot - 1];
  if (entry !== undefined) port.send(to, { type: 'order-decided', group: group.id, slot, ...entry });
}

function sayAgain<V>(state: OrderState<V>, to: NodeIndex, group: Group, port: Port<V>): void {
  const { slot, view, proposal, newView, prepared, isChanging } = state;
  const leads = leaderOf(group, view) === group.self;
  if (isChanging || proposal === null) return;
  const about = { group: group.id, slot, view, digest: proposal.digest };
  if (newView !== null) port.send(to, newView);
  else if (leads) port.send(to, { type: 'order-propose', group: group.id, slot, view, value: proposal.value });
  if (port.way() === 'linear') {
    // A leader's votes are in its certificates; nobody but a leader counts votes.
    const isPrepared = prepared?.view === view;
    if (leads && isPrepared) port.send(to, { type: 'order-prepared', ...about, proofs: prepared.proofs });
    if (leads || leaderOf(group, view) !== to) return;
  }
  port.send(to, { type: 'order-prepare', ...about });
  if (prepared?.view === view) port.send(to, { type: 'order-commit', ...about });
}

export function onDecided<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: Decided<V>,
  group: Group,
  port: Port<V>,
): void {
  const { slot, view, value, proofs } = message;
  if (slot < state.slot) return;
  if (slot > state.slot) return ask(state, from, group, port);
  const commit = { type: 'order-commit', group: group.id, slot, view, digest: port.digestOf(value) } as const;
  if (!isQuorum(proofs, group) || !port.verifyAll(commit, proofs)) return port.note(NOTE.badDecision);
  decide(state, { view, value, proofs }, true, group, port);
}
