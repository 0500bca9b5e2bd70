/**
 * Whom to ask for what was decided elsewhere: a node remembers how far others are, asks one of them at a time, and asks another one
 * when that one keeps silent.
 */
import type { NodeIndex } from '../../../core/ids.ts';
import type { Micros } from '../../../core/time.ts';

/** The part of a node's state that catching up needs. */
export interface CatchingUp {
  readonly self: NodeIndex;
  readonly validatorCount: number;
  /** The last height decided; 0 before the first. */
  decided: number;
  /** By validator: the last height it is known to have decided. */
  readonly known: number[];
  /** Whom we asked last, and when we may ask again; null before the first time. */
  asked: Asked | null;
}

export interface Asked {
  readonly peer: NodeIndex;
  readonly retryAt: Micros;
  readonly hasAnswered: boolean;
}

/** Remembers that a peer has decided a height. */
export function learn(state: CatchingUp, peer: NodeIndex, decided: number): void {
  if (decided > (state.known[peer] ?? 0)) state.known[peer] = decided;
}

/** Validators that are known to have decided more than we have. */
export function countAhead({ known, decided }: CatchingUp): number {
  let ahead = 0;
  for (const height of known) if (height > decided) ahead++;
  return ahead;
}

/** The next validator after the one asked last that has decided more than we have; null when none is known. */
export function nextAhead(state: CatchingUp): NodeIndex | null {
  const last = state.asked?.peer ?? state.self;
  for (let step = 1; step <= state.validatorCount; step++) {
    const peer = (last + step) % state.validatorCount;
    if (hasMore(state, peer)) return peer;
  }
  return null;
}

/** Whether a peer is known to have decided more than we have. */
export function hasMore(state: CatchingUp, peer: NodeIndex): boolean {
  return (state.known[peer] ?? 0) > state.decided;
}

/** A peer says how far it is. One that was asked and is no further than we has answered with that. */
export function compare(
  state: CatchingUp,
  peer: NodeIndex,
  decided: number,
  now: Micros,
): 'ahead' | 'behind' | 'level' {
  if (state.asked?.peer === peer && decided <= state.decided) noteAnswer(state, peer, now);
  if (decided <= state.decided) return decided < state.decided ? 'behind' : 'level';
  learn(state, peer, decided);
  return 'ahead';
}

/**
 * Whom to ask now, with `peer` in mind; null while an answer is due. When the last one asked kept silent, another that is ahead
 * comes first, so that a liar about its height cannot keep us from those who have the blocks.
 */
export function whomToAsk(state: CatchingUp, peer: NodeIndex, now: Micros, patience: Micros): NodeIndex | null {
  const { asked } = state;
  if (asked !== null && now < asked.retryAt) return null;
  const target = asked !== null && !asked.hasAnswered ? (nextAhead(state) ?? peer) : peer;
  if (target === state.self) return null;
  state.asked = { peer: target, retryAt: now + patience, hasAnswered: false };
  return target;
}

/** Whether an answer from this peer is due; it is not any more. */
export function isAwaited(state: CatchingUp, peer: NodeIndex, now: Micros): boolean {
  if (state.asked?.peer !== peer || state.asked.hasAnswered) return false;
  noteAnswer(state, peer, now);
  return true;
}

/** The peer asked last has answered: others may be asked at once. */
export function noteAnswer(state: CatchingUp, peer: NodeIndex, now: Micros): void {
  state.asked = { peer, retryAt: now, hasAnswered: true };
}
