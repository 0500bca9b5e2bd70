/** Saying where we stand, and asking for what we lack: the small half of catching up, which every rule may use. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { Heartbeat } from './messages.ts';
import { NO_ROUND } from './messages.ts';
import type { Ctx } from './rules.ts';
import type { Out, State } from './state.ts';

/** Where we stand now. */
export function ownHeartbeat(state: State): Heartbeat {
  const { height, round, step, valid, beats } = state;
  return { type: 'heartbeat', height, round, step, validRound: valid?.round ?? NO_ROUND, beat: beats };
}

/** Remembers that a peer has decided a height. */
export function learn(state: State, peer: NodeIndex, decided: number): void {
  if (decided > (state.known[peer] as number)) state.known[peer] = decided;
}

/** The next validator after the one asked last that has decided more than we have; null when none is known. */
export function nextAhead(state: State): NodeIndex | null {
  const last = state.asked?.peer ?? state.self;
  for (let step = 1; step <= state.validatorCount; step++) {
    const peer = (last + step) % state.validatorCount;
    if ((state.known[peer] as number) > state.chain.length) return peer;
  }
  return null;
}

/**
 * Asks `peer` for what follows our last block, unless an answer is due. When the last one asked kept silent, another that
 * is ahead comes first, so that a liar about its height cannot keep us from those who have the blocks.
 */
export function requestSync(state: State, peer: NodeIndex, now: Micros, out: Out, ctx: Ctx): void {
  const { asked } = state;
  if (asked !== null && now < asked.retryAt) return;
  const target = asked !== null && !asked.hasAnswered ? (nextAhead(state) ?? peer) : peer;
  if (target === state.self) return;
  state.asked = { peer: target, retryAt: now + ctx.config.heartbeatMicros, hasAnswered: false };
  out.send(target, { type: 'sync-request', height: state.height });
}
