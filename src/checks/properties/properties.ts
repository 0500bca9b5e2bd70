/**
 * Properties as named values. Each becomes a temporal formula about a testnet (`checks/ltl`) and says what it can miss, so
 * that nobody takes "holds" for more than was looked at.
 */
import type { Micros } from '../../core/time.ts';
import type { Expectation } from '../ltl/watch.ts';

export interface NamedProperty extends Expectation {
  readonly kind: 'always' | 'sometimes' | 'eventually-within' | 'leads-to';
  /** What a run in which it holds may still hide. */
  readonly misses: string;
}

/** `what` holds in every state. Broken for good by one state. */
export function always(name: string, what: string): NamedProperty {
  const misses =
    'what is wrong only between two moments, and what this run did not come to: it holds for this run alone';
  return { name, kind: 'always', ltl: `G (${what})`, misses };
}

/** `what` holds in at least one state. Shows that a run was not vacuous. */
export function sometimes(name: string, what: string): NamedProperty {
  const misses = 'whether it ever holds again; and in a run that ends too soon it fails although it would have come';
  return { name, kind: 'sometimes', ltl: `F (${what})`, misses };
}

/** `what` holds within `within` µs of the first state. */
export function eventuallyWithin(name: string, what: string, within: Micros): NamedProperty {
  const misses = 'whether it lasts; and a run that ends before the time is up fails it although time was left';
  return { name, kind: 'eventually-within', ltl: `F[<=${within}us] (${what})`, misses };
}

/** Whenever `cause` holds, `effect` holds then or later; with `within`, that many µs later at most. */
export function leadsTo(name: string, cause: string, effect: string, within: Micros | null = null): NamedProperty {
  const bound = within === null ? '' : `[<=${within}us]`;
  const misses =
    'whether the effect came from the cause, one effect answers many causes; it holds in a run in which the cause never came';
  return { name, kind: 'leads-to', ltl: `G ((${cause}) -> F${bound} (${effect}))`, misses };
}
