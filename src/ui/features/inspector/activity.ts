/** What a node went through, read from the trace. Pure; knows no protocol. */
import type { TraceEvent } from '../../../kernel/trace/events.ts';
import type { TraceView } from '../../../session/view.ts';
import { sentence } from '../../lib/format.ts';

export interface Happening {
  readonly key: number;
  readonly text: string;
  readonly atMs: number;
  readonly messageId: string | null;
}

const CHUNK = 256;
/** Enough for the last moments of one node among a hundred. */
const READ_MAX = 8_192;

/** The last `limit` things that happened at a node up to a moment, newest first: what it heard, refused, noticed, decided. */
export function recentOf(
  trace: Pick<TraceView, 'events' | 'positionAt'>,
  node: string,
  at: number,
  limit: number,
): readonly Happening[] {
  const end = trace.positionAt(at + 1);
  const found: Happening[] = [];
  for (let to = end; to > 0 && found.length < limit && end - to < READ_MAX; to -= CHUNK) {
    const events = trace.events(Math.max(0, to - CHUNK), to);
    for (let i = events.length - 1; i >= 0 && found.length < limit; i--) {
      const event = events[i];
      const text = event?.node === node ? textOf(event) : null;
      if (event === undefined || text === null) continue;
      const messageId = 'messageId' in event ? event.messageId : null;
      found.push({ key: event.seq, text, atMs: event.t, messageId });
    }
  }
  return found;
}

/** Sends and state records are left out: they say the same as the state above, once a receiver. */
function textOf(event: TraceEvent): string | null {
  switch (event.kind) {
    case 'deliver':
      return `${sentence(event.type)} from ${event.from}`;
    case 'drop':
      return `refused ${event.type} from ${event.from}: ${event.reason}`;
    case 'timer':
      return `timer ${event.timer}`;
    case 'decide':
      return `decided ${event.slot}`;
    case 'note':
      return event.text;
    case 'evidence':
      return `evidence against ${event.against}: ${event.text}`;
    default:
      return null;
  }
}
