/** Saying where we stand, and asking for what we lack: the small half of catching up, which every rule may use. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { askForBlocks } from '../common/chain/sync.ts';
import type { Heartbeat } from './messages.ts';
import { NO_ROUND } from './messages.ts';
import type { Ctx } from './rules.ts';
import type { Out, State } from './state.ts';

/** Where we stand now. */
export function ownHeartbeat(state: State): Heartbeat {
  const { height, round, step, valid, beats } = state;
  return { type: 'heartbeat', height, round, step, validRound: valid?.round ?? NO_ROUND, beat: beats };
}

/** Asks `peer` for what follows our last block, unless an answer is due. */
export function requestSync(state: State, peer: NodeIndex, now: Micros, out: Out, ctx: Ctx): void {
  askForBlocks(state, peer, now, ctx.config.heartbeatMicros, out);
}
