/** From one height to the next: pacing, and what a decision does. */
import type { Micros } from '../../core/time.ts';
import { applyBlock, blockHash } from '../../ledger/block.ts';
import { sizeOf } from '../../ledger/mempool.ts';
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
  append(state, entry, ctx);
  const { block, round, votes } = entry;
  out.decide({ slot: block.height, epoch: round, digest: state.tip, value: block, certificate: { round, votes } });
  if (state.isStalled) out.note(NOTE.recovered);
  state.isStalled = false;
  state.silentCount = 0;
  state.progressAt = now;
  // The schedule is kept, not the delay: with every decision in time, one block a block time. Late, it starts from now.
  state.scheduledAt = Math.max(state.scheduledAt + ctx.config.blockMicros, now);
  startHeight(state, now, out, ctx);
}

/** Puts a decided block on top of chain and ledger and moves to the next height. */
export function append(state: State, entry: DecidedEntry, ctx: Ctx): void {
  applyBlock(state.ledger, state.pool, entry.block, ctx.validatorCount);
  state.chain.push(entry);
  state.tip = blockHash(entry.block);
  state.waiting = sizeOf(state.pool).batches;
  state.known[state.self] = state.chain.length;
  moveToNextHeight(state);
}
