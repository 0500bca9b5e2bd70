/** The two clocks of a replica: how long it waits for a request, and when the primary assigns the next number. */
import type { Micros } from '../../core/time.ts';
import { isExecuted } from '../../ledger/ledger.ts';
import { doubled, MAX_DOUBLINGS } from '../common/views.ts';
import { type Ctx, isInWindow } from './rules.ts';
import { executedOf, isPrimary, type Out, type State } from './state.ts';

/** Time that a view has for the next execution, µs. Doubles, so that some view is long enough. Ref: §4.5.2. */
export function viewMicros(doublings: number, ctx: Ctx): Micros {
  if (ctx.mutant === 'timer-not-doubled') return ctx.config.viewChangeMicros;
  return doubled(ctx.config.viewChangeMicros, doublings);
}

/** Doublings of a later view: none after progress, else one more for each view given up. Ref: §4.5.2, first rule. */
export function doublingsFor(state: State, view: number): number {
  return state.hasProgress ? 0 : Math.min(state.doublings + view - state.view, MAX_DOUBLINGS);
}

/** Gives the view in progress so much time from now. */
export function armView(state: State, after: Micros, out: Out): void {
  state.isTimed = true;
  out.setTimer({ kind: 'view', view: state.view }, after);
}

/**
 * (Re)starts the timer for the request that has waited longest in its client's queue; with `emptyBlocks` the next execution
 * of anything is awaited when no request is. Stops it where nothing is to be waited for. Ref: §4.4, first paragraph.
 */
export function awaitNext(state: State, out: Out, ctx: Ctx): void {
  if (state.isChanging) return;
  state.awaited = oldestRequest(state);
  const isInFlight = state.nextSequence - 1 > executedOf(state);
  if (ctx.config.emptyBlocks || isInFlight || state.awaited !== null) {
    armView(state, ctx.config.blockMicros + viewMicros(state.doublings, ctx), out);
  } else if (state.isTimed) {
    state.isTimed = false;
    out.cancelTimer({ kind: 'view', view: state.view });
  }
}

/** After an execution: the timer restarts if what it was started for is done, and runs on if not. */
export function onExecuted(state: State, out: Out, ctx: Ctx): void {
  const { awaited } = state;
  const isDone = awaited === null || isExecuted(state.ledger, awaited.client - state.validatorCount, awaited.batch);
  if (isDone || !state.isTimed) awaitNext(state, out, ctx);
}

/** There is something to wait for again. */
export function wake(state: State, out: Out, ctx: Ctx): void {
  if (!state.isTimed) awaitNext(state, out, ctx);
}

/** First in the queue of the client whose turn it is; clients take turns with every execution. */
function oldestRequest(state: State): State['awaited'] {
  const { queues } = state.pool;
  for (let i = 0; i < queues.length; i++) {
    const first = queues[(executedOf(state) + i) % queues.length]?.batches.values().next();
    if (first?.done === false) return { client: first.value.batch.client, batch: first.value.batch.sequence };
  }
  return null;
}

/** Arms the primary's timer for the next number, if it has one to assign and something to assign to it. */
export function schedule(state: State, now: Micros, out: Out, ctx: Ctx): void {
  if (state.isScheduled || !mayAssign(state, ctx)) return;
  state.isScheduled = true;
  // At least 1 µs, so that a network of one with no block time cannot decide without end at one moment.
  out.setTimer({ kind: 'propose' }, Math.max(1, state.scheduledAt - now));
}

/** Whether the primary has a number between the watermarks and something to order. Ref: §4.2, §4.3. */
export function mayAssign(state: State, ctx: Ctx): boolean {
  if (!isPrimary(state) || state.isChanging) return false;
  if (!isInWindow(state.nextSequence, state.stable.sequence, state.window)) return false;
  if (state.waiting > 0) return true;
  const isPaced = ctx.config.blockMicros > 0 || state.nextSequence === executedOf(state) + 1;
  return ctx.config.emptyBlocks && isPaced;
}
