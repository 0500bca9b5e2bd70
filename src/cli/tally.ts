/** What shows that a run was not vacuous: the faults that happened, and how long it took to recover from them. */
import { type Micros, msFromMicros } from '../core/time.ts';
import { Facts } from '../checks/facts.ts';
import type { WorldConstants } from '../kernel/host/world.ts';
import type { Highlight, MarkHighlight } from '../kernel/trace/highlights.ts';
import type { RunObserver } from '../runtime/executor.ts';
import { runObservers } from '../session/observers.ts';

export interface TallyReport {
  /** Faults that began, by kind; those of traitors by behaviour. */
  readonly faults: Readonly<Record<string, number>>;
  /**
   * What happened between shards, by kind: commits and aborts as coordinators decided them, waits for locks, accounts that
   * moved, parents that one of their leaves spoke for, decisions of a council that a shard took into force.
   */
  readonly between: Readonly<Record<string, number>>;
  /** Decisions of correct nodes: one a node and height. */
  readonly decisions: number;
  /** From when the network was calm (GST, the last fault's begin or end) to the next new block; null: never needed. */
  readonly recoveryMsMax: number | null;
}

/** Steps of transactions worth counting, by their mark; that of a move names the account, `a3 leaves`. */
const BETWEEN: Readonly<Record<string, string>> = { commit: 'commits', abort: 'aborts', 'asks its leaves': 'heads' };
const MOVE = /^a\d+ leaves$/;
const COUNCIL = /^council epoch \d+: decided/;

interface TallyState {
  faults: Record<string, number>;
  between: Record<string, number>;
  decisions: number;
  height: number;
  progressAt: Micros;
  recoveryMax: Micros;
}

/** Everybody who watches a run of the command line. */
export function simObservers(world: WorldConstants): readonly RunObserver[] {
  return [...runObservers(world), new Tally(world)];
}

export class Tally implements RunObserver {
  readonly name = 'tally';
  readonly #facts: Facts;
  readonly #gst: Micros;
  #state: TallyState = { faults: {}, between: {}, decisions: 0, height: 0, progressAt: 0, recoveryMax: -1 };

  constructor(world: WorldConstants) {
    this.#facts = new Facts(world);
    const { synchrony } = world.plan.network;
    this.#gst = synchrony.kind === 'partial' ? synchrony.gst : 0;
  }

  onHighlight(highlight: Highlight): void {
    if (highlight.kind === 'fault') {
      const { fault } = highlight;
      const kind = fault.kind === 'byzantine' ? fault.behaviour : fault.kind;
      this.#state.faults[kind] = (this.#state.faults[kind] ?? 0) + 1;
    }
    if (highlight.kind === 'fault' || highlight.kind === 'heal') this.#facts.onHighlight(highlight);
    if (highlight.kind === 'mark') this.#onMark(highlight);
    if (highlight.kind === 'decide' && this.#facts.isCorrect(highlight.node)) {
      this.#onDecide(highlight.t, highlight.decision.slot);
    }
  }

  onHorizon(): void {
    // Nothing here depends on time passing.
  }

  report(): TallyReport {
    const { faults, between, decisions, recoveryMax } = this.#state;
    return { faults, between, decisions, recoveryMsMax: recoveryMax < 0 ? null : msFromMicros(recoveryMax) };
  }

  capture(): { readonly tally: TallyState; readonly facts: unknown } {
    return { tally: this.#state, facts: this.#facts.capture() };
  }

  /** A snapshot of a run that nobody tallied leaves the counts as they are. */
  restore(state: unknown): void {
    if (state === undefined) return;
    const { tally, facts } = state as { readonly tally: TallyState; readonly facts: unknown };
    this.#state = tally;
    this.#facts.restore(facts);
  }

  #onMark({ mark, what }: MarkHighlight): void {
    const step = (): string | undefined =>
      MOVE.test(what) ? 'moves' : COUNCIL.test(what) ? 'council decisions' : BETWEEN[what];
    const kind = mark === 'commit2pc' ? step() : mark === 'wait' ? 'waits' : undefined;
    if (kind !== undefined) this.#state.between[kind] = (this.#state.between[kind] ?? 0) + 1;
  }

  #onDecide(t: Micros, slot: number): void {
    const state = this.#state;
    state.decisions++;
    if (slot <= state.height) return;
    const calm = Math.max(this.#gst, this.#facts.calmSince);
    if (calm > state.progressAt && calm <= t) state.recoveryMax = Math.max(state.recoveryMax, t - calm);
    state.height = slot;
    state.progressAt = t;
  }
}
