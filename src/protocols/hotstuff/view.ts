/** The view in progress: how long it lasts, how it begins, who wants which one. */
import type { Micros } from '../../core/time.ts';
import type { NewView } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { moveToView, type Out, type State } from './state.ts';

/** Lengthenings of a view after which it stays: 517 times the configured time. */
export const MAX_LENGTHENINGS = 28;

/** Time of a view, µs: a quarter longer for every view since the last decision that failed. Ref: §4.4 (exponential back-off). */
export function viewMicros(timeouts: number, config: Ctx['config']): Micros {
  let micros = config.viewChangeMicros;
  for (let i = Math.min(timeouts, MAX_LENGTHENINGS); i > 0; i--) micros += Math.ceil(micros / 4);
  return micros + config.blockMicros;
}

/** Begins a view: by the certificate of the one before, or because a quorum wants it. */
export function enterView(state: State, view: number, isByTimeout: boolean, out: Out, ctx: Ctx): void {
  if (isByTimeout) {
    state.timeouts++;
    state.lengthenedAt = view;
    out.note(NOTE.newView);
  }
  moveToView(state, view);
  if (state.wish < view) state.wish = view;
  state.wishes[state.self] = state.wish;
  out.setTimer({ kind: 'view', view }, viewMicros(state.timeouts, ctx.config));
}

/** The highest view that at least `count` replicas asked for, or one above it. */
export function wishedBy(state: State, count: number): number {
  return state.wishes.toSorted((a, b) => b - a)[count - 1] ?? 0;
}

/** Whether a quorum asked for this view or a later one. */
export function isWanted(state: State, view: number): boolean {
  let count = 0;
  for (const wish of state.wishes) if (wish >= view) count++;
  return count >= state.quorum;
}

export function newViewOf(state: State): NewView {
  return { type: 'new-view', view: state.wish, highQc: state.highQc };
}

/** A decision of the basic form ends its view: everyone tells the next leader alone. Ref: Algorithm 2, line 36. */
export function tellLeader(state: State, out: Out): void {
  if (state.wish === state.view && state.leader !== state.self) out.send(state.leader, newViewOf(state));
}
