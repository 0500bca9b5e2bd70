/**
 * The machine of a protocol that decides one height after the other: messages of the height in progress count, those of the next
 * one wait until it comes, those of the one before still convict.
 */
import type { Micros } from '../../../core/time.ts';
import type { Input } from '../../protocol.ts';
import {
  type Arrival,
  machineStep,
  type MachineParts,
  type MessageHandlers,
  type NoCommand,
  onMessageOf,
} from '../step.ts';
import { type Future, replayFuture } from './future.ts';

/** A step that hears, after what came, the messages that waited for the height which that led to. */
export function heightStep<S extends Future<H>, M, H extends M, T extends { readonly kind: string }, O, C>(
  parts: MachineParts<S, M, T, O, C>,
) {
  const take = machineStep(parts);
  // Apart: what a closure holds on to would be put aside at every step.
  const goOn = (state: S, now: Micros, out: O, ctx: C): void =>
    replayFuture<H>(state, ({ from, message, proof }) =>
      parts.onMessage(state, { now, from, message, proof }, out, ctx),
    );
  return function step(state: S, input: Input<M, T, NoCommand>, out: O, ctx: C): void {
    const { height } = state;
    take(state, input, out, ctx);
    if (state.height !== height) goOn(state, input.now, out, ctx);
  };
}

/** What a machine does with the messages that belong to one height. */
export interface HeightHandlers<S, H extends { readonly type: string }, O, C> {
  /** For the height in progress. */
  readonly current: MessageHandlers<S, H, O, C>;
  /** For the height before: too late to count, not too late to convict. */
  readonly previous: MessageHandlers<S, H, O, C>;
  onFuture(state: S, arrival: Arrival<H>, out: O, ctx: C): void;
  /** For heights before those. */
  onOld(state: S, arrival: Arrival<H>, out: O): void;
}

/** Hands a message to the table of its height. */
export function byHeight<
  S extends { readonly height: number },
  H extends { readonly type: string; readonly height: number },
  O,
  C,
>({ current, previous, onFuture, onOld }: HeightHandlers<S, H, O, C>) {
  return function onHeightMessage(state: S, arrival: Arrival<H>, out: O, ctx: C): void {
    const ahead = arrival.message.height - state.height;
    if (ahead > 0) return onFuture(state, arrival, out, ctx);
    if (ahead === 0) return onMessageOf(current, state, arrival, out, ctx);
    if (ahead === -1) return onMessageOf(previous, state, arrival, out, ctx);
    onOld(state, arrival, out);
  };
}
