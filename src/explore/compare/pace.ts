/** How a run gets on: when correct nodes first decided each height, when faults changed, whether its model was kept. */
import { Facts } from '../../checks/facts.ts';
import type { Micros } from '../../core/time.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import type { Highlight } from '../../kernel/trace/highlights.ts';
import type { RunObserver } from '../../runtime/executor.ts';

export interface PaceReport {
  readonly height: number;
  readonly lastDecisionAt: Micros | null;
  /** Up to `now`. */
  readonly longestPause: Micros;
  /** 0 where nothing ever failed. */
  readonly lastChangeAt: Micros;
  readonly isBeyondModel: boolean;
}

interface PaceState {
  height: number;
  lastDecisionAt: Micros | null;
  longestPause: Micros;
  lastChangeAt: Micros;
  isBeyondModel: boolean;
  now: Micros;
}

export class Pace implements RunObserver {
  readonly name = 'pace';
  readonly #facts: Facts;
  #state: PaceState = {
    height: 0,
    lastDecisionAt: null,
    longestPause: 0,
    lastChangeAt: 0,
    isBeyondModel: false,
    now: 0,
  };

  constructor(world: WorldConstants) {
    this.#facts = new Facts(world);
  }

  onHighlight(highlight: Highlight): void {
    this.#facts.onHighlight(highlight);
    const state = this.#state;
    if (highlight.kind === 'fault' || highlight.kind === 'heal') {
      state.lastChangeAt = Math.max(state.lastChangeAt, highlight.t);
      state.isBeyondModel ||= this.#facts.beyondModel;
    }
    if (highlight.kind !== 'decide' || !this.#facts.isCorrect(highlight.node)) return;
    if (highlight.decision.slot <= state.height) return;
    state.longestPause = Math.max(state.longestPause, highlight.t - (state.lastDecisionAt ?? 0));
    state.height = highlight.decision.slot;
    state.lastDecisionAt = highlight.t;
  }

  onHorizon(horizon: Micros): void {
    this.#state.now = horizon;
  }

  report(): PaceReport {
    const { height, lastDecisionAt, longestPause, lastChangeAt, isBeyondModel, now } = this.#state;
    const open = now - (lastDecisionAt ?? 0);
    return { height, lastDecisionAt, longestPause: Math.max(longestPause, open), lastChangeAt, isBeyondModel };
  }

  capture(): unknown {
    return { pace: { ...this.#state }, facts: this.#facts.capture() };
  }

  restore(state: unknown): void {
    const { pace, facts } = state as { readonly pace: PaceState; readonly facts: unknown };
    this.#state = { ...pace };
    this.#facts.restore(facts);
  }
}

/** Something was decided in the second half of what the last change of faults left of the run. */
export function goesOn({ lastDecisionAt, lastChangeAt }: PaceReport, end: Micros): boolean {
  return lastDecisionAt !== null && lastDecisionAt >= lastChangeAt + (end - lastChangeAt) / 2;
}
