/** What a member of a group knows: plain data. */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { SignedRef } from '../../protocol.ts';
import { createTally, type Tally } from '../tally.ts';
import type { Lead, NewView, OrderMessage, Prepared, SignedChange } from './messages.ts';
import type { Group } from './types.ts';

/** A value proposed in the view that the member works in. */
export interface Proposal<V> {
  readonly view: number;
  readonly value: V;
  readonly digest: string;
  /** The leader's signature under its `order-propose`; null where a new view chose the value. */
  readonly proof: SignedRef | null;
}

/** PREPAREs and COMMITs of one view of the slot. */
export interface Votes {
  readonly prepares: Tally;
  readonly commits: Tally;
}

export interface LogEntry<V> {
  readonly view: number;
  readonly value: V;
  readonly proofs: readonly SignedRef[];
}

export interface OrderState<V> {
  /** The slot that is worked on: all below are decided. */
  slot: number;
  /** The view worked in, or wanted where `isChanging`. */
  view: number;
  /** The last view that this member worked in. */
  entered: number;
  isChanging: boolean;
  proposal: Proposal<V> | null;
  /** The first vote of this slot that was cast last. */
  voted: { readonly view: number; readonly digest: string } | null;
  /** The highest prepared value of this slot. */
  prepared: (Prepared<V> & { readonly digest: string }) | null;
  /** Values of this slot by digest, whoever proposed them. */
  readonly values: Map<string, V>;
  /** By view. */
  readonly votes: Map<number, Votes>;
  /** By wanted view, then by member. */
  readonly changes: Map<number, Map<NodeIndex, SignedChange<V>>>;
  /** What this leader began its view with in this slot; for members that missed it. */
  newView: NewView<V> | Lead<V> | null;
  /** Messages of the next slot, which came early. */
  readonly early: { readonly from: NodeIndex; readonly message: OrderMessage<V>; readonly proof: SignedRef }[];
  /** Until a change of view, µs. */
  patience: Micros;
  isWatching: boolean;
  /** By member: when it was last asked, and when it was last answered, µs; −1 = never. */
  readonly askedAt: Map<NodeIndex, Micros>;
  readonly log: LogEntry<V>[];
}

/** Views above its own of which a member keeps votes. */
export const VIEWS_AHEAD = 8;
/** Early messages kept, by member. */
export const EARLY_MAX = 8;

export function createOrder<V>({ patienceMicros }: Group): OrderState<V> {
  return {
    slot: 1,
    view: 0,
    entered: 0,
    isChanging: false,
    proposal: null,
    voted: null,
    prepared: null,
    values: new Map(),
    votes: new Map(),
    changes: new Map(),
    newView: null,
    early: [],
    patience: patienceMicros,
    isWatching: false,
    askedAt: new Map(),
    log: [],
  };
}

export function leaderOf({ members }: Group, view: number): NodeIndex {
  return members[view % members.length] ?? 0;
}

export function votesIn<V>(state: OrderState<V>, view: number, { members }: Group): Votes {
  let votes = state.votes.get(view);
  if (votes === undefined) {
    votes = { prepares: createTally(members.length), commits: createTally(members.length) };
    state.votes.set(view, votes);
  }
  return votes;
}

/** On to the next slot, in the highest view that this member or the certificate has worked in. */
export function enterSlot<V>(state: OrderState<V>, entry: LogEntry<V>): void {
  state.log.push(entry);
  state.slot++;
  state.entered = Math.max(state.entered, entry.view);
  state.view = state.entered;
  state.isChanging = false;
  state.proposal = null;
  state.voted = null;
  state.prepared = null;
  state.newView = null;
  state.values.clear();
  state.votes.clear();
  state.changes.clear();
}
