/**
 * Back into the order of causes: a decision is recorded when it is taken, what the same step sends when it departs. A
 * decision therefore waits while its node could still be about to say what belongs before it.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { NetEvent, Replay } from './replay.ts';

interface Waiting {
  readonly decisions: NetEvent[];
  /** When what the deciding step sent departed; null until it is seen. */
  departure: Micros | null;
}

export type OrderState = Map<NodeIndex, Waiting>;

export class StepOrder {
  readonly #replay: Replay;
  readonly #emit: (event: NetEvent) => void;
  #waiting: OrderState = new Map();

  /** `emit` gets every event, decisions perhaps later than they came. */
  constructor(replay: Replay, emit: (event: NetEvent) => void) {
    this.#replay = replay;
    this.#emit = emit;
  }

  push(event: NetEvent): void {
    const waiting = this.#waiting.get(event.node);
    if (event.label === 'decide') return this.#onDecision(event, waiting);
    if (waiting !== undefined && event.claimedFrom === event.node && event.label.startsWith('send')) {
      this.#release(event, waiting);
    }
    this.#emit(event);
  }

  capture(): OrderState {
    return this.#waiting;
  }

  restore(state: OrderState): void {
    this.#waiting = state;
  }

  #onDecision(event: NetEvent, waiting: Waiting | undefined): void {
    if (waiting !== undefined) {
      waiting.decisions.push(event);
      return;
    }
    const { sentWithDecision } = this.#replay.net.declaration;
    if (!this.#replay.couldStillSay(sentWithDecision, event)) return this.#emit(event);
    this.#waiting.set(event.node, { decisions: [event], departure: null });
  }

  /** Lets go the decisions that come before something the node says now. */
  #release(event: NetEvent, waiting: Waiting): void {
    const isLaterStep = waiting.departure !== null && event.t > waiting.departure;
    waiting.departure ??= event.t;
    while (true) {
      const [next] = waiting.decisions;
      if (next === undefined || (!isLaterStep && next.slot >= event.slot)) break;
      waiting.decisions.shift();
      this.#emit(next);
    }
    if (waiting.decisions.length === 0) this.#waiting.delete(event.node);
  }
}
