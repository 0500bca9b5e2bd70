/**
 * Who proposes: weighted round-robin by priorities, as CometBFT does it (its specification, "Proposer selection procedure").
 * Every turn each validator gains its power in priority; the highest proposes and pays the total. Integers only.
 */
import type { NodeIndex } from '../../core/ids.ts';

/** Priorities may lie this many total powers apart; more is scaled down. */
const WINDOW_TOTALS = 2;

/** Priorities before the first turn: all equal. */
export function initialPriorities(powers: readonly number[]): number[] {
  return powers.map(() => 0);
}

export function totalOf(powers: readonly number[]): number {
  let total = 0;
  for (const power of powers) total += power;
  return total;
}

/**
 * One turn, in place: scales and centres the priorities, then names the proposer. Equal priorities go to the lower index, where
 * CometBFT takes the lower address.
 */
export function takeTurn(priorities: number[], powers: readonly number[]): NodeIndex {
  const total = totalOf(powers);
  rescale(priorities, WINDOW_TOTALS * total);
  centre(priorities);
  let proposer = 0;
  for (let node = 0; node < priorities.length; node++) {
    priorities[node] = (priorities[node] as number) + (powers[node] as number);
    if ((priorities[node] as number) > (priorities[proposer] as number)) proposer = node;
  }
  priorities[proposer] = (priorities[proposer] as number) - total;
  return proposer;
}

/** Divides all priorities, towards zero, so that they lie at most `window` apart. */
export function rescale(priorities: number[], window: number): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const priority of priorities) {
    least = Math.min(least, priority);
    most = Math.max(most, priority);
  }
  if (most - least <= window) return;
  const ratio = Math.ceil((most - least) / window);
  // `+ 0` turns −0, which has no canonical bytes, into 0.
  for (let i = 0; i < priorities.length; i++) priorities[i] = Math.trunc((priorities[i] as number) / ratio) + 0;
}

/** Moves all priorities so that their mean is 0, up to rounding down. */
export function centre(priorities: number[]): void {
  const mean = Math.floor(totalOf(priorities) / priorities.length);
  if (mean === 0) return;
  for (let i = 0; i < priorities.length; i++) priorities[i] = (priorities[i] as number) - mean;
}

/** The proposers of one height, round by round, found as they are asked for. Plain data. */
export interface Turns {
  /** Proposer of round r at index r. */
  readonly proposers: NodeIndex[];
  /** Priorities after the last of them. */
  readonly priorities: number[];
}

/** The turns of a height whose round 0 is the turn after `priorities`, which advance by it. */
export function turnsOfHeight(priorities: number[], powers: readonly number[]): Turns {
  const first = takeTurn(priorities, powers);
  return { proposers: [first], priorities: priorities.slice() };
}

/** proposer(h, r). Ref: §2.2 (weighted round-robin). */
export function proposerOf(turns: Turns, round: number, powers: readonly number[]): NodeIndex {
  while (turns.proposers.length <= round) turns.proposers.push(takeTurn(turns.priorities, powers));
  return turns.proposers[round] as NodeIndex;
}
