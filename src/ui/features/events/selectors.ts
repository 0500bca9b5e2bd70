/** Lines of the event list, read from the trace backwards from the playhead. Pure. */
import type { TraceEvent, TraceEventKind } from '../../../kernel/trace/events.ts';
import type { TraceView } from '../../../session/view.ts';
import { shortHash } from '../../lib/format.ts';

export type Filter = 'all' | 'messages' | 'decisions' | 'faults' | 'notes';

const KINDS: Readonly<Record<Filter, readonly TraceEventKind[] | null>> = {
  all: null,
  messages: ['send', 'deliver', 'drop'],
  decisions: ['decide'],
  faults: ['fault', 'heal', 'evidence'],
  notes: ['note', 'timer', 'state'],
};

/** Events read at once, and at most, while looking for ones that pass the filter. */
const CHUNK = 256;
const READ_MAX = 16_384;

/**
 * The newest `limit` events before position `end` that pass, newest first. Gives up after 16 384 events read, so that a
 * rare kind in a long trace cannot stall the page; `complete` says whether it reached the beginning or the limit.
 */
export function latestEvents(
  trace: Pick<TraceView, 'events'>,
  end: number,
  filter: Filter,
  node: string | null,
  limit: number,
): { readonly events: readonly TraceEvent[]; readonly complete: boolean } {
  const kinds = KINDS[filter];
  const events: TraceEvent[] = [];
  let to = end;
  while (to > 0 && events.length < limit && end - to < READ_MAX) {
    const from = Math.max(0, to - CHUNK);
    const chunk = trace.events(from, to);
    for (let i = chunk.length - 1; i >= 0 && events.length < limit; i--) {
      const event = chunk[i];
      if (
        event !== undefined &&
        (kinds === null || kinds.includes(event.kind)) &&
        (node === null || concerns(event, node))
      )
        events.push(event);
    }
    to = from;
  }
  return { events, complete: to === 0 || events.length >= limit };
}

function concerns(event: TraceEvent, node: string): boolean {
  if (event.node === node) return true;
  switch (event.kind) {
    case 'send':
      return event.to === node;
    case 'deliver':
    case 'drop':
      return event.from === node;
    case 'fault':
    case 'heal':
      return event.targets.includes(node);
    case 'evidence':
      return event.against === node;
    default:
      return false;
  }
}

function sendText({ type, to, slot, reason, copy }: Extract<TraceEvent, { readonly kind: 'send' }>): string {
  const about = slot > 0 ? `, slot ${slot}` : '';
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${type} to ${to}${about}${why}${copy === undefined ? '' : ` (${copy})`}`;
}

/** One line of plain words for an event. */
export function eventText(event: TraceEvent): string {
  switch (event.kind) {
    case 'send':
      return sendText(event);
    case 'deliver':
      return `${event.type} from ${event.from}${event.slot > 0 ? `, slot ${event.slot}` : ''}`;
    case 'drop':
      return `${event.type} from ${event.from} refused: ${event.reason}`;
    case 'timer':
      return `${event.timer} fires`;
    case 'state':
      return event.alive
        ? Object.entries(event.fields)
            .filter(([, value]) => value !== null)
            .map(([name, value]) => `${name} ${value}`)
            .join(', ')
        : 'down';
    case 'decide':
      return `slot ${event.slot}: ${shortHash(event.digest)}`;
    case 'evidence':
      return `against ${event.against}: ${event.text}`;
    case 'lock':
    case 'unlock':
      return `${event.account} for transaction ${event.transaction}`;
    case 'wait':
      return `transaction ${event.transaction} waits for ${event.account}, held by ${event.holder}`;
    case 'commit2pc':
      return `transaction ${event.transaction}: ${event.phase}`;
    default:
      return event.text;
  }
}

/** The message an event is about, or null. */
export function messageOf(event: TraceEvent): string | null {
  return event.kind === 'send' || event.kind === 'deliver' || event.kind === 'drop' ? event.messageId : null;
}
