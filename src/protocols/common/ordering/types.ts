/**
 * Ordering: a group of nodes agrees on one value after another. Whoever holds a group (a shard) gives it a port to the world and
 * is told what was decided. The interface is all it may rely on, so that one group can use another way of ordering than the next.
 */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';
import type { SignedMessage, SignedRef } from '../../protocol.ts';
import type { BareChange, OrderMessage, Prepared } from './messages.ts';

/**
 * Who hears a vote: every member, or the leader alone, who spreads certificates (`linear/`). One way holds for a slot; which one
 * follows from the slots before it.
 */
export const WAYS = ['all-to-all', 'linear'] as const;
export type Way = (typeof WAYS)[number];

/** Who orders together. Constant during a run. */
export interface Group {
  readonly id: number;
  readonly members: readonly NodeIndex[];
  readonly self: NodeIndex;
  /** First patience with a leader, µs; doubles with every change of view, up to four times as much. */
  readonly patienceMicros: Micros;
  /** A known-broken variant that is on; absent: none. */
  readonly mutant?: string | null;
}

export type OrderTimer =
  /** Half of the patience is over: ask around. */
  | { readonly kind: 'order-nudge' }
  /** All of it is: change the view. */
  | { readonly kind: 'order-change' };

/** On disk before anything that depends on it is sent. */
export type OrderRecord<V> =
  | { readonly kind: 'order-view'; readonly slot: number; readonly view: number; readonly entered: boolean }
  | { readonly kind: 'order-voted'; readonly slot: number; readonly view: number; readonly value: V }
  | { readonly kind: 'order-prepared'; readonly slot: number; readonly prepared: Prepared<V> }
  | {
      readonly kind: 'order-decided';
      readonly slot: number;
      readonly view: number;
      readonly value: V;
      readonly proofs: readonly SignedRef[];
    };

/** What a group needs of whoever holds it. */
export interface Port<V> {
  readonly now: Micros;
  /** How the slot that is worked on is ordered: alike for all members that work on it. */
  way(): Way;
  digestOf(value: V): string;
  /** Why a value may not be ordered next, or null. Depends on what was decided so far and on the clock. */
  refusal(value: V): string | null;
  /** What this node would propose now; null: nothing. */
  candidate(): V | null;
  /** Whether something waits to be ordered. */
  hasWork(): boolean;
  /** A peer handed something over that waits to be ordered. */
  take(value: V): void;
  /** A value is decided: called once a slot, in order. `isFetched`: not by votes but with a certificate. */
  decided(slot: number, view: number, value: V, isFetched: boolean): void;
  send(to: NodeIndex, message: OrderMessage<V>): SignedRef;
  /** To every other member; signed once. */
  cast(message: OrderMessage<V>): SignedRef;
  /** A statement of our own that is not sent by itself. */
  sign(message: OrderMessage<V>): SignedRef;
  verifyAll(message: OrderMessage<V> | BareChange, proofs: readonly SignedRef[]): boolean;
  setTimer(timer: OrderTimer, after: Micros): void;
  cancelTimer(timer: OrderTimer): void;
  persist(record: OrderRecord<V>): void;
  note(rule: string): void;
  evidence(
    against: NodeIndex,
    what: string,
    first: SignedMessage<OrderMessage<V>>,
    second: SignedMessage<OrderMessage<V>>,
  ): void;
}

/** A way of ordering. `S` is its state: plain data. */
export interface Ordering<S, V> {
  create(group: Group): S;
  /** Takes in a record of the disk, oldest first. A decided value is told to nobody: the holder has the record too. */
  replay(state: S, record: OrderRecord<V>, digestOf: (value: V) => string): void;
  /** After creation or replay. */
  start(state: S, group: Group, port: Port<V>): void;
  /** There may be something to propose, or to wait for. */
  poke(state: S, group: Group, port: Port<V>): void;
  onMessage(state: S, from: NodeIndex, message: OrderMessage<V>, proof: SignedRef, group: Group, port: Port<V>): void;
  onTimer(state: S, timer: OrderTimer, group: Group, port: Port<V>): void;
}
