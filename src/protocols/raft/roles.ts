/** From one role to another, and the time a leader has to be heard. Ref: §5.1, §5.2. */
import { draw, scale } from '../../core/prng.ts';
import type { Micros } from '../../core/time.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { isMember, type Out, persistTerm, type State } from './state.ts';

/** Uniform between the configured timeout and twice that, so that one server is usually first. Ref: §5.2. */
function electionMicros(state: State, ctx: Ctx): Micros {
  const least = ctx.config.electionMicros;
  if (ctx.mutant === 'raft-no-random-timeout') return least;
  return least + scale(draw(ctx.random, state.drawn++), least);
}

/** Gives a leader its time to be heard. Whoever does not vote does not stand either. */
export function armElection(state: State, out: Out, ctx: Ctx): void {
  if (isMember(state)) out.setTimer({ kind: 'election' }, electionMicros(state, ctx));
  else out.cancelTimer({ kind: 'election' });
}

/** A later term has begun: whatever we were, we follow. Ref: §5.1. */
export function enterTerm(state: State, term: number, out: Out, ctx: Ctx): void {
  out.note(NOTE.newTerm);
  state.term = term;
  state.votedFor = null;
  persistTerm(state, out);
  state.leader = null;
  stopLeading(state, out, ctx);
  state.role = 'follower';
}

/** Back to following nobody in particular. A leader's timers are inert from now on; its reads are for the clients to repeat. */
export function stopLeading(state: State, out: Out, ctx: Ctx): void {
  if (state.role !== 'leader') return;
  state.role = 'follower';
  state.leader = null;
  state.leading = null;
  armElection(state, out, ctx);
}
