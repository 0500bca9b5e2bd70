/**
 * The outer shape of every machine: what kind of input it is, then a table from the types of its messages, or the kinds of its
 * timers, to their handlers. A table names each type once, so that the compiler misses none.
 */
import { assertNever } from '../../core/assert.ts';
import type { Micros } from '../../core/time.ts';
import type { Input } from '../protocol.ts';

/** A machine without commands: transactions come from clients, as messages. */
export type NoCommand = never;

/** A message as it reached the machine; `from` sent it, `proof.signer` signed it. */
export type Arrival<M> = Omit<Extract<Input<M, never, never>, { readonly kind: 'message' }>, 'kind'>;

/** The member of a union whose `type` may be `Type`. */
type MessageOf<M, Type> = M extends { readonly type: infer Own } ? (Type extends Own ? M : never) : never;
type TimerOf<T, Kind> = T extends { readonly kind: infer Own } ? (Kind extends Own ? T : never) : never;

/** What a machine does with each type of message, in the order of its paper. */
export type MessageHandlers<S, M extends { readonly type: string }, O, C> = {
  readonly [Type in M['type']]: (state: S, arrival: Arrival<MessageOf<M, Type>>, out: O, ctx: C) => void;
};

/** What a machine does when a timer of each kind is up. */
export type TimerHandlers<S, T extends { readonly kind: string }, O, C> = {
  readonly [Kind in T['kind']]: (state: S, timer: TimerOf<T, Kind>, now: Micros, out: O, ctx: C) => void;
};

export interface MachineParts<S, M, T extends { readonly kind: string }, O, C> {
  /** Begins, or begins again after a crash. */
  onStart(state: S, now: Micros, out: O, ctx: C): void;
  onMessage(state: S, arrival: Arrival<M>, out: O, ctx: C): void;
  readonly timers: TimerHandlers<S, T, O, C>;
}

/** The step function of a machine that takes no commands. */
export function machineStep<S, M, T extends { readonly kind: string }, O, C>(parts: MachineParts<S, M, T, O, C>) {
  return function step(state: S, input: Input<M, T, NoCommand>, out: O, ctx: C): void {
    switch (input.kind) {
      case 'start':
        return parts.onStart(state, input.now, out, ctx);
      case 'message':
        return parts.onMessage(state, input, out, ctx);
      case 'timeout':
        return onTimer(parts.timers, state, input.timer, input.now, out, ctx);
      case 'command':
        return assertNever(input.command);
      default:
        return assertNever(input);
    }
  };
}

/** Hands a message to the handler of its type. Parsers let no other types through. */
export function onMessageOf<S, M extends { readonly type: string }, O, C>(
  handlers: MessageHandlers<S, M, O, C>,
  state: S,
  arrival: Arrival<M>,
  out: O,
  ctx: C,
): void {
  // The key and the message are of one type, which the type checker does not see through the table.
  const handler = handlers[arrival.message.type as M['type']] as (s: S, a: Arrival<M>, o: O, c: C) => void;
  handler(state, arrival, out, ctx);
}

/** Hands messages to the handlers of their types; from who is no validator only batches are heard, others answered by the note. */
export function fromValidators<
  S extends { readonly validatorCount: number },
  M extends { readonly type: string },
  O extends { note(rule: string): void },
  C,
>(handlers: MessageHandlers<S, M, O, C>, refusal: string) {
  return function onMessage(state: S, arrival: Arrival<M>, out: O, ctx: C): void {
    if (arrival.message.type !== 'submit' && arrival.from >= state.validatorCount) return out.note(refusal);
    onMessageOf(handlers, state, arrival, out, ctx);
  };
}

function onTimer<S, T extends { readonly kind: string }, O, C>(
  timers: TimerHandlers<S, T, O, C>,
  state: S,
  timer: T,
  now: Micros,
  out: O,
  ctx: C,
): void {
  const handler = timers[timer.kind as T['kind']] as (s: S, t: T, n: Micros, o: O, c: C) => void;
  handler(state, timer, now, out, ctx);
}
