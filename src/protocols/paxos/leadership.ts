/** Who is the distinguished proposer, and when to try to become it. Ref: Paxos Made Simple, §2.4. */
import { draw, scale } from '../../core/prng.ts';
import { ownerOf } from './messages.ts';
import type { Ctx } from './rules.ts';
import type { Out, State } from './state.ts';

/** Gives a proposer its time: uniform between the configured timeout and twice that, so that proposers seldom meet. */
export function armTakeover(state: State, out: Out, ctx: Ctx): void {
  const least = ctx.config.takeoverMicros;
  if (ctx.config.proposers?.includes(state.self) === false) return;
  if (ctx.mutant === 'paxos-duel') return out.setTimer({ kind: 'takeover' }, least);
  out.setTimer({ kind: 'takeover' }, least + scale(draw(ctx.random, state.drawn++), least));
}

/** Somebody else's ballot goes on, as high as any heard of: ours, if there is one, is over. */
export function hearProposer(state: State, ballot: number, out: Out, ctx: Ctx): void {
  state.seen = Math.max(state.seen, ballot);
  if (ctx.mutant === 'paxos-duel' && state.proposing !== null) return;
  state.leader = ownerOf(ballot, state.validatorCount);
  state.proposing = null;
  armTakeover(state, out, ctx);
}
