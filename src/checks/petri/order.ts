/**
 * Back into the order of causes: a decision is recorded when it is taken, what the same step sends when it departs. A
 * decision therefore waits while its node could still be about to say what belongs before it; what others had not said by
 * then does not count for it.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import type { MissingToken, NetEvent, Replay } from './replay.ts';

interface WaitingDecision {
  readonly event: NetEvent;
  /** Tokens that the node's own votes must still bring. */
  readonly shortage: readonly MissingToken[];
  /** What the node may be about to say. */
  readonly unsaid: readonly string[];
}

interface Waiting {
  readonly decisions: WaitingDecision[];
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
    if (event.label === 'decide') return this.#onDecision(event, this.#sameStep(event, waiting));
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

  /** Lets go what an earlier step decided: whatever that step sent has departed. */
  #sameStep(event: NetEvent, waiting: Waiting | undefined): Waiting | undefined {
    const [first] = waiting?.decisions ?? [];
    if (waiting === undefined || (waiting.departure === null && first?.event.t === event.t)) return waiting;
    for (const decision of waiting.decisions) this.#emit(this.#judged(decision));
    this.#waiting.delete(event.node);
    return undefined;
  }

  #onDecision(event: NetEvent, waiting: Waiting | undefined): void {
    const types = this.#replay.net.declaration.sentWithDecision;
    if (waiting === undefined && !this.#replay.couldStillSay(types, event)) return this.#emit(event);
    const unsaid = types.filter((type) => !this.#replay.hasSaid(type, event));
    const decision = { event, shortage: this.#replay.shortage(event), unsaid };
    if (waiting !== undefined) waiting.decisions.push(decision);
    else this.#waiting.set(event.node, { decisions: [decision], departure: null });
  }

  /** Lets go the decisions that come before something the node says now. */
  #release(event: NetEvent, waiting: Waiting): void {
    const isLaterStep = waiting.departure !== null && event.t > waiting.departure;
    const { sentAfterDecision = [] } = this.#replay.net.declaration;
    const isAfter = sentAfterDecision.some((type) => event.label === `send ${type}`);
    waiting.departure ??= event.t;
    while (true) {
      const [next] = waiting.decisions;
      if (next === undefined) break;
      const isBefore = next.event.slot < event.slot || (isAfter && next.event.slot === event.slot);
      if (!isLaterStep && !isBefore) break;
      waiting.decisions.shift();
      this.#emit(this.#judged(next));
    }
    if (waiting.decisions.length === 0) this.#waiting.delete(event.node);
  }

  #judged({ event, shortage, unsaid }: WaitingDecision): NetEvent {
    const hasFollowed = unsaid.some((type) => this.#replay.hasSaid(type, event));
    const own = hasFollowed ? this.#replay.powerOf(event.node, event.slot) : 0;
    const lacked = shortage.filter(({ has, needs }) => has + own < needs);
    return lacked.length === 0 ? event : { ...event, lacked };
  }
}
