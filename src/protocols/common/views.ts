/**
 * Views, each with its leader, as PBFT changes them (Castro & Liskov, OSDI '99): how long one lasts, when to join others in giving it
 * up, and which claim about earlier ones counts. What may be proposed and voted for is each protocol's own, in its `rules.ts`.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { maxFaulty, oneCorrect } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';

/** Doublings of the timeout after which it stays: 2^10 times the configured one. */
export const MAX_DOUBLINGS = 10;

/** A timeout, virtual µs, after so many doublings: some view is long enough for the network as it is. Ref: §4.5.2. */
export function doubled(timeout: Micros, doublings: number): Micros {
  return timeout * (1 << Math.min(doublings, MAX_DOUBLINGS));
}

/** Time of a view that begins anew at each height, µs. The mutant `timer-not-doubled` gives every view the same. */
export function viewMicros(
  view: number,
  { config, mutant }: { readonly config: { readonly viewChangeMicros: Micros }; readonly mutant: string | null },
): Micros {
  return mutant === 'timer-not-doubled' ? config.viewChangeMicros : doubled(config.viewChangeMicros, view);
}

/**
 * How long it takes, virtual µs, until a view lasts `needed` and its leader is correct: views double until one is long enough, then at
 * most f leaders in a row fail; all of those before that point have ended. Each costs `overhead` beyond its time.
 */
export function viewsBound(timeout: Micros, needed: Micros, overhead: Micros, nodeCount: number): Micros {
  let enough = 0;
  while (enough < MAX_DOUBLINGS && doubled(timeout, enough) < needed) enough++;
  let bound = 0;
  for (let view = enough + maxFaulty(nodeCount) + 1; view >= 0; view--) bound += doubled(timeout, view) + overhead;
  return bound;
}

/** The part of a node's state that says which views others ask for. */
interface Changing {
  /** The view in progress. */
  readonly view: number;
  /** The highest VIEW-CHANGE of each node. */
  readonly changes: ReadonlyMap<NodeIndex, { readonly message: { readonly view: number } }>;
}

/** The lowest of the views above ours once f+1 others, hence a correct one, want one; else null. Ref: §4.5.2, second rule. */
export function viewToJoin({ view, changes }: Changing, memberCount: number): number | null {
  let count = 0;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { message } of changes.values()) {
    if (message.view <= view) continue;
    count++;
    lowest = Math.min(lowest, message.view);
  }
  return count >= oneCorrect(memberCount) ? lowest : null;
}

/** How many ask for the view in progress or a later one: a quorum of them starts its time. Ref: §4.5.2, first rule. */
export function followerCount({ view, changes }: Changing): number {
  let count = 0;
  for (const { message } of changes.values()) if (message.view >= view) count++;
  return count;
}

/** "I have prepared this digest in this view." */
export interface Claim {
  readonly view: number;
  readonly digest: string;
}

export function claimOf(claim: Claim | null): Claim | null {
  return claim === null ? null : { view: claim.view, digest: claim.digest };
}

/** The prepared claim of the highest view, the first of equals; null when nobody claims anything. Ref: §4.4. */
export function highestPrepared<P extends Claim>(reports: readonly { readonly prepared: P | null }[]): P | null {
  let highest: P | null = null;
  for (const { prepared } of reports) {
    if (prepared !== null && (highest === null || prepared.view > highest.view)) highest = prepared;
  }
  return highest;
}
