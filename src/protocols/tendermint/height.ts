/** From one height to the next: pacing, and what a decision does. */
import type { Micros } from '../../core/time.ts';
import { putOnTop } from '../common/chain/decided.ts';
import { forgetOld } from '../common/chain/forget.ts';
import { type Snapshot, standOn } from '../common/chain/snapshot.ts';
import type { DecidedEntry } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { moveToNextHeight, type Out, type State } from './state.ts';

/** Arms the timer for round 0 of the height in progress, unless there is nothing to propose. */
export function startHeight(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.isIdle = !ctx.config.emptyBlocks && state.waiting === 0;
  if (state.isIdle) return;
  // At least 1 µs, so that a network of one with no block time cannot decide without end at one moment.
  out.setTimer({ kind: 'height', height: state.height }, Math.max(1, state.scheduledAt - now));
}

/** There is something to propose again. */
export function wake(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (!state.isIdle) return;
  state.scheduledAt = Math.max(state.scheduledAt, now);
  startHeight(state, now, out, ctx);
}

/** The block of the height in progress is decided. Makes it durable, executes it, and goes on. Ref: lines 50–54. */
export function finalise(state: State, entry: DecidedEntry, now: Micros, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'decided', entry });
  append(state, entry);
  forgetOld(state, ctx.config.blocksKept, out);
  const { block, round, votes } = entry;
  out.decide({ slot: block.height, epoch: round, digest: state.tip, value: block, certificate: { round, votes } });
  goOn(state, now, out, ctx);
}

/** Takes over a proved state further on: the heights between are decided by it, not one by one. Ref: TOCS 20(4), 2002, state transfer. */
export function jump(state: State, snapshot: Snapshot<DecidedEntry>, now: Micros, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'snapshot', snapshot });
  install(state, snapshot, ctx);
  const { block, round, votes } = snapshot.entry;
  const certificate = { round, votes };
  out.decide({ slot: block.height, epoch: round, digest: state.tip, value: block, certificate, isSnapshot: true });
  out.note(NOTE.jumped);
  goOn(state, now, out, ctx);
}

/** Something was decided: on to the next height. */
function goOn(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.isStalled) out.note(NOTE.recovered);
  state.isStalled = false;
  state.silentCount = 0;
  state.progressAt = now;
  // The schedule is kept, not the delay: with every decision in time, one block a block time. Late, it starts from now.
  state.scheduledAt = Math.max(state.scheduledAt + ctx.config.blockMicros, now);
  startHeight(state, now, out, ctx);
}

/** Puts a decided block on top of chain and ledger and moves to the next height. */
export function append(state: State, entry: DecidedEntry): void {
  putOnTop(state, entry);
  moveToNextHeight(state);
}

/** Stands where the snapshot stands. */
export function install(state: State, snapshot: Snapshot<DecidedEntry>, ctx: Ctx): void {
  standOn(state, snapshot, snapshot.entry.block, ctx.validatorCount);
  state.known[state.self] = state.decided;
  moveToNextHeight(state);
  // The rounds before are of another height than the one below ours.
  state.previous = null;
}
