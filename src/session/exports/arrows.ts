/** Which copy each delivery or refusal is of. Copies are told apart by when they arrive: the trace has both ends of it. */
import { type Micros, microsFromMs } from '../../core/time.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';

export class ArrowBook {
  /** Position of the send by that of the delivery or refusal, and the other way round. */
  readonly #sends = new Map<number, number>();
  readonly #received = new Set<number>();
  readonly #changes: { readonly at: Micros; readonly by: 1 | -1 }[] = [];

  /** `events`: in the trace's order. */
  constructor(events: readonly TraceEvent[]) {
    const open = new Map<string, { readonly seq: number; readonly arrivesAt: Micros }[]>();
    for (const event of events) {
      if (event.kind === 'send' && event.deliverAt !== undefined) {
        const key = `${event.messageId}>${event.to}`;
        const copies = open.get(key) ?? [];
        const arrivesAt = microsFromMs(event.deliverAt);
        copies.push({ seq: event.seq, arrivesAt });
        open.set(key, copies);
        this.#changes.push({ at: microsFromMs(event.t), by: 1 }, { at: arrivesAt, by: -1 });
      } else if (event.kind === 'deliver' || event.kind === 'drop') {
        const copies = open.get(`${event.messageId}>${event.node}`);
        if (copies === undefined) continue;
        const place =
          event.kind === 'deliver'
            ? copies.findIndex(({ arrivesAt }) => arrivesAt === microsFromMs(event.arrivedAt))
            : copies.findIndex(({ arrivesAt }) => arrivesAt <= microsFromMs(event.t));
        const [copy] = place < 0 ? [] : copies.splice(place, 1);
        if (copy === undefined) continue;
        this.#sends.set(event.seq, copy.seq);
        if (event.kind === 'deliver' || event.reason === 'bad-signature' || event.reason === 'malformed')
          this.#received.add(copy.seq);
      }
    }
  }

  /** Position of the send whose copy was delivered or refused at `seq`; null when it was sent before the window. */
  sendOf(seq: number): number | null {
    return this.#sends.get(seq) ?? null;
  }

  /** Whether the copy sent at `seq` was taken up by its receiver's CPU. */
  isReceived(seq: number): boolean {
    return this.#received.has(seq);
  }

  /** How many copies are on their way, whenever that changes. */
  inFlight(): { readonly at: Micros; readonly count: number }[] {
    const changes = [...this.#changes].sort((a, b) => a.at - b.at);
    const samples: { at: Micros; count: number }[] = [];
    let count = 0;
    for (const { at, by } of changes) {
      count += by;
      const last = samples.at(-1);
      if (last?.at === at) last.count = count;
      else samples.push({ at, count });
    }
    return samples;
  }
}
