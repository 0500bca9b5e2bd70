import { msFromMicros } from '../core/time.ts';
import { RECORD, type RecordKind } from '../kernel/trace/records.ts';
import type { TraceEvent } from '../kernel/trace/events.ts';
import type { Listeners } from './listeners.ts';
import type { Run } from './run.ts';
import { checksOf } from './state.ts';

/** Kinds of record that listeners can be told about. */
const TOLD: ReadonlySet<RecordKind> = new Set([RECORD.decide, RECORD.fault, RECORD.heal, RECORD.state]);

/** Tells listeners what is new in a run, each thing once. */
export class Announcer {
  readonly #listeners: Listeners;
  /** Position in the trace up to which listeners have been told. */
  #told = 0;
  #violated = new Set<string>();
  #views = new Map<string, number>();

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
  }

  /** From now on about this run; what it already holds is not news. */
  follow(run: Run): void {
    this.#told = run.store.eventCount;
    this.#violated.clear();
    this.#views.clear();
  }

  async tell(run: Run): Promise<void> {
    const { store } = run;
    const to = store.eventCount;
    if (this.#listeners.has('decision', 'viewChange', 'fault')) {
      const from = Math.min(this.#told, to);
      this.#told = to;
      await run.shelf.eachPiece(from, to, (first, end) => {
        const events: TraceEvent[] = [];
        for (let seq = first; seq < end; seq++) if (TOLD.has(store.read(seq).kind)) events.push(store.event(seq));
        for (const event of events) this.#tellEvent(event, run);
      });
    }
    this.#told = to;
    this.#listeners.emit('window', { timeMs: msFromMicros(run.horizon), height: run.status.height });
    for (const check of checksOf(run.status)) {
      if (check.verdict !== 'violated' || this.#violated.has(check.name)) continue;
      this.#violated.add(check.name);
      this.#listeners.emit('violation', check);
    }
  }

  #tellEvent(event: TraceEvent, run: Run): void {
    const { t: atMs, node } = event;
    if (event.kind === 'decide') {
      this.#listeners.emit('decision', { node, height: event.slot, hash: event.digest, atMs });
    } else if (event.kind === 'fault' || event.kind === 'heal') {
      this.#listeners.emit('fault', { kind: event.kind, id: event.faultId, text: event.text, atMs });
    } else if (event.kind === 'state') {
      const view = event.fields[run.protocol.declaration.fields[1]?.name ?? ''];
      if (typeof view !== 'number') return;
      if (view > (this.#views.get(node) ?? 0)) this.#listeners.emit('viewChange', { node, view, atMs });
      this.#views.set(node, view);
    }
  }
}
