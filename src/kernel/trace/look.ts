/** The trace for views, which are drawn at once: what is away is left out and asked for, and they are drawn again when it came. */
import { AwayError } from './arena.ts';
import type { TraceEvent } from './events.ts';
import type { TraceStore } from './store.ts';

/** Events `from` ≤ seq < `to` that are here, decoded. */
export function eventsHere(store: TraceStore, from: number, to: number): TraceEvent[] {
  const events: TraceEvent[] = [];
  const end = Math.min(to, store.eventCount);
  for (let seq = Math.max(store.firstSeq, from); seq < end; seq++) {
    const event = store.look(seq) === null ? null : here(store, () => store.event(seq));
    if (event !== null) events.push(event);
  }
  return events;
}

/** What `read` gives; null when that needs words that are away, which asks for them. */
export function here<T>(store: TraceStore, read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AwayError)) throw error;
    store.ask(error.chunk);
    return null;
  }
}
