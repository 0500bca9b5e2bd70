import { badInput } from '../core/problem.ts';
import { oneOf, showValue } from '../scenario/show.ts';
import type { TestnetEvents } from './api.ts';

type EventName = keyof TestnetEvents;

const EVENTS: Readonly<Record<EventName, true>> = {
  decision: true,
  viewChange: true,
  fault: true,
  violation: true,
  window: true,
};

/** Who listens to which event. A listener that throws is reported to the console and hurts nobody else. */
export class Listeners {
  readonly #byEvent = new Map<EventName, Set<(payload: never) => void>>();

  /** @throws TestnetError 'bad-input' for an event that there is not, or what cannot be called */
  on<K extends EventName>(event: K, listener: (payload: TestnetEvents[K]) => void): () => void {
    if (typeof event !== 'string' || !Object.hasOwn(EVENTS, event))
      throw badInput('event', showValue(event), oneOf(Object.keys(EVENTS)));
    if (typeof listener !== 'function') throw badInput('listener', showValue(listener), 'a function');
    const set = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, set);
    set.add(listener as (payload: never) => void);
    return () => set.delete(listener as (payload: never) => void);
  }

  has(...events: readonly EventName[]): boolean {
    return events.some((event) => (this.#byEvent.get(event)?.size ?? 0) > 0);
  }

  emit<K extends EventName>(event: K, payload: TestnetEvents[K]): void {
    for (const listener of this.#byEvent.get(event) ?? []) {
      try {
        (listener as (payload: TestnetEvents[K]) => void)(payload);
      } catch (error) {
        // biome-ignore lint/suspicious/noConsole: somebody else's bug, which its author must be able to see
        console.error(`a listener of "${event}" failed`, error);
      }
    }
  }
}
