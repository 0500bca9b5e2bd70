import type { TestnetEvents } from './api.ts';

type EventName = keyof TestnetEvents;

/** Who listens to which event. A listener that throws is reported to the console and hurts nobody else. */
export class Listeners {
  readonly #byEvent = new Map<EventName, Set<(payload: never) => void>>();

  on<K extends EventName>(event: K, listener: (payload: TestnetEvents[K]) => void): () => void {
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
