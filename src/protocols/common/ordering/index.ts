/** One slot after the other under a stable leader, in whatever way the holder names for the slot. */
import { assertNever } from '../../../core/assert.ts';
import type { NodeIndex } from '../../../core/ids.ts';
import type { SignedRef } from '../../protocol.ts';
import { isAhead, onChange, onLead, onNewView, sayChange, startChange, watch } from './change.ts';
import { onFinal, onPrepared } from './linear/certificates.ts';
import type { OrderMessage } from './messages.ts';
import { NOTE } from './notes.ts';
import { createOrder, EARLY_MAX, enterSlot, leaderOf, type OrderState } from './state.ts';
import { ask, onDecided, onFetch, tellDecided } from './sync.ts';
import type { Group, Ordering, OrderRecord, OrderTimer, Port, Way } from './types.ts';
import { onCommit, onPrepare, onPropose, propose, recount } from './vote.ts';

/** PBFT for one slot at a time; where the way is linear, votes go to the leader. */
export function stableLeader<V>(): Ordering<OrderState<V>, V> {
  return { create: createOrder, replay, start, poke, onMessage, onTimer };
}

function replay<V>(state: OrderState<V>, record: OrderRecord<V>, digestOf: (value: V) => string): void {
  switch (record.kind) {
    case 'order-view':
      state.view = record.view;
      state.isChanging = !record.entered;
      if (record.entered) state.entered = record.view;
      state.proposal = null;
      return;
    case 'order-voted': {
      const { view, value } = record;
      const digest = digestOf(value);
      state.voted = { view, digest };
      state.values.set(digest, value);
      state.proposal = { view, value, digest, proof: null };
      return;
    }
    case 'order-prepared':
      state.prepared = { ...record.prepared, digest: digestOf(record.prepared.value) };
      return;
    case 'order-decided':
      enterSlot(state, { view: record.view, value: record.value, proofs: record.proofs });
      return;
    default:
      return assertNever(record);
  }
}

function start<V>(state: OrderState<V>, group: Group, port: Port<V>): void {
  if (state.slot > 1 || state.voted !== null || state.view > 0) {
    // Back from a crash: what others decided meanwhile, and their votes.
    port.cast({ type: 'order-fetch', group: group.id, slot: state.slot });
    watch(state, port);
  }
  poke(state, group, port);
}

function poke<V>(state: OrderState<V>, group: Group, port: Port<V>): void {
  propose(state, group, port);
  if (!state.isWatching && (state.proposal !== null || port.hasWork())) watch(state, port);
}

function onMessage<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: OrderMessage<V>,
  proof: SignedRef,
  group: Group,
  port: Port<V>,
): void {
  if (message.group !== group.id || !group.members.includes(from) || from === group.self)
    return port.note(NOTE.notMember);
  const before = state.slot;
  handle(state, from, message, proof, group, port);
  while (state.slot > before && state.early.length > 0) {
    const { slot } = state;
    const waiting = state.early.splice(0);
    for (const item of waiting) handle(state, item.from, item.message, item.proof, group, port);
    if (state.slot === slot) break;
  }
  poke(state, group, port);
}

function handle<V>(
  state: OrderState<V>,
  from: NodeIndex,
  message: OrderMessage<V>,
  proof: SignedRef,
  group: Group,
  port: Port<V>,
): void {
  if (message.type === 'order-fetch') return onFetch(state, from, message, group, port);
  if (message.type === 'order-decided') return onDecided(state, from, message, group, port);
  if (message.type === 'order-pass') return port.take(message.value);
  if (message.slot < state.slot) {
    if (message.type === 'order-change') tellDecided(state, message.slot, from, group, port);
    return;
  }
  if (message.slot > state.slot) {
    const kept = state.early.reduce((sum, item) => sum + (item.from === from ? 1 : 0), 0);
    if (message.slot === state.slot + 1 && kept < EARLY_MAX) state.early.push({ from, message, proof });
    else ask(state, from, group, port);
    return;
  }
  switch (message.type) {
    case 'order-propose':
      onPropose(state, from, message, proof, group, port);
      return state.slot === message.slot ? recount(state, group, port) : undefined;
    case 'order-prepare':
      return onPrepare(state, from, message, proof, group, port);
    case 'order-commit':
      return onCommit(state, from, message, proof, group, port);
    case 'order-change':
      return onChange(state, from, message, proof, group, port);
    case 'order-new':
      return isWay('all-to-all', port) ? onNewView(state, from, message, group, port) : undefined;
    case 'order-lead':
      return isWay('linear', port) ? onLead(state, from, message, group, port) : undefined;
    case 'order-prepared':
      return isWay('linear', port) ? onPrepared(state, from, message, group, port) : undefined;
    case 'order-final':
      return isWay('linear', port) ? onFinal(state, from, message, group, port) : undefined;
    default:
      return assertNever(message);
  }
}

/** What the other way says means nothing in this slot: no correct member says it. */
function isWay<V>(way: Way, port: Port<V>): boolean {
  if (port.way() === way) return true;
  port.note(NOTE.otherWay);
  return false;
}

function onTimer<V>(state: OrderState<V>, timer: OrderTimer, group: Group, port: Port<V>): void {
  if (timer.kind === 'order-change') {
    state.isWatching = false;
    const isIdle = state.proposal === null && state.prepared === null && !port.hasWork();
    if (isIdle && !state.isChanging) return;
    if (isIdle || isAhead(state, group)) return watch(state, port);
    return startChange(state, state.view + 1, NOTE.changes, group, port);
  }
  if (state.isChanging) sayChange(state, group, port);
  port.cast({ type: 'order-fetch', group: group.id, slot: state.slot });
  const leader = leaderOf(group, state.view);
  const value = leader === group.self || state.proposal !== null ? null : port.candidate();
  if (value !== null) port.send(leader, { type: 'order-pass', group: group.id, slot: state.slot, value });
}
