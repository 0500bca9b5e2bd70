/** From one height to the next: pacing, and what a decision does. */
import type { Micros } from '../../core/time.ts';
import { putOnTop } from '../common/chain/decided.ts';
import { forgetOld } from '../common/chain/forget.ts';
import { viewMicros } from '../common/views.ts';
import type { DecidedEntry, Snapshot } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { install } from './snapshot.ts';
import { isVoter, moveToNextHeight, type Out, type State } from './state.ts';

/** Arms propose and view timers for view 0 of the height in progress. */
export function startHeight(state: State, now: Micros, out: Out, ctx: Ctx): void {
  state.isIdle = !ctx.config.emptyBlocks && state.waiting === 0;
  if (!isVoter(state) || state.isIdle) {
    out.cancelTimer({ kind: 'view', height: state.height, view: 0 });
    return;
  }
  const wait = Math.max(0, state.scheduledAt - now);
  // At least 1 µs, so that a network of one with no block time cannot decide without end at one moment.
  if (state.leader === state.self) out.setTimer({ kind: 'propose', height: state.height }, Math.max(1, wait));
  armView(state, wait + viewMicros(0, ctx), out);
}

/** Gives the view in progress so much time from now. */
export function armView(state: State, after: Micros, out: Out): void {
  state.isTimed = true;
  out.setTimer({ kind: 'view', height: state.height, view: state.view }, after);
}

/** There is something to propose again. */
export function wake(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (!state.isIdle) return;
  state.scheduledAt = Math.max(state.scheduledAt, now);
  startHeight(state, now, out, ctx);
}

/** *Committed-local*: the block of the height in progress is final. Makes it durable, executes it, and goes on. Ref: PBFT §4.2. */
export function finalise(state: State, entry: DecidedEntry, now: Micros, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'decided', entry });
  append(state, entry, ctx);
  forgetOld(state, ctx.config.blocksKept, out);
  state.progressAt = now;
  const { block, view, votes } = entry;
  out.decide({ slot: block.height, epoch: view, digest: state.tip, value: block, certificate: { view, votes } });
  // The schedule is kept, not the delay: with every decision in time, one block a block time. Late, it starts from now.
  state.scheduledAt = Math.max(state.scheduledAt + ctx.config.blockMicros, now);
  startHeight(state, now, out, ctx);
}

/** Takes over a proved state further on: the heights between are decided by it, not one by one. Ref: TOCS 20(4), 2002, state transfer. */
export function jump(state: State, snapshot: Snapshot, now: Micros, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'snapshot', snapshot });
  install(state, snapshot, ctx);
  state.progressAt = now;
  const { block, view, votes } = snapshot.entry;
  const certificate = { view, votes };
  out.decide({ slot: block.height, epoch: view, digest: state.tip, value: block, certificate, isSnapshot: true });
  out.note(NOTE.jumped);
  state.scheduledAt = Math.max(state.scheduledAt + ctx.config.blockMicros, now);
  startHeight(state, now, out, ctx);
}

/** Puts a decided block on top of chain and ledger and moves to the next height. */
export function append(state: State, entry: DecidedEntry, ctx: Ctx): void {
  putOnTop(state, entry);
  moveToNextHeight(state, ctx);
}
