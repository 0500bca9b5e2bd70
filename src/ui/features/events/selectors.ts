/** Lines of the event list, read from the trace backwards from the playhead. Pure. */
import type { TraceEvent, TraceEventKind } from '../../../kernel/trace/events.ts';
import type { Declaration } from '../../../protocols/protocol.ts';
import type { Frame, NodeMoment, TraceView } from '../../../session/view.ts';
import { changesBetween, fieldText } from '../../lib/fields.ts';
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

/** What an event is told with. */
export interface Telling {
  readonly declaration: Declaration;
  readonly nodes: Frame['nodes'];
}

type Sending = Extract<TraceEvent, { readonly kind: 'send' }>;
type State = Extract<TraceEvent, { readonly kind: 'state' }>;
type Fields = NodeMoment['fields'];

/** By the position of a state record among `events`, newest first: what the node's fields were before it. */
export function fieldsBefore(
  events: readonly TraceEvent[],
  momentBefore: (event: TraceEvent) => Fields,
): ReadonlyMap<number, Fields> {
  const before = new Map<number, Fields>();
  const earlier = new Map<string, State>();
  for (const event of events.toReversed()) {
    if (event.kind !== 'state') continue;
    before.set(event.seq, earlier.get(event.node)?.fields ?? momentBefore(event));
    earlier.set(event.node, event);
  }
  return before;
}

function sendText({ type, to, slot, reason, copy }: Sending, { declaration }: Telling): string {
  const about = slot > 0 ? `, ${declaration.words.slot} ${slot}` : '';
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${type} to ${to}${about}${why}${copy === undefined ? '' : ` (${copy})`}`;
}

/** What changed, in the protocol's words; a node's first record says all that it has. */
function stateText({ alive, fields }: State, before: Fields, { declaration, nodes }: Telling): string {
  if (!alive) return 'down';
  const isFirst = Object.values(before).every((value) => value === null);
  const told = changesBetween({ fields: before }, { fields }, declaration.fields).map(({ field, was, is }) => {
    const now = fieldText(field, is, nodes);
    return isFirst ? `${field.label} ${now}` : `${field.label} ${fieldText(field, was, nodes)} → ${now}`;
  });
  return told.length === 0 ? 'as before' : told.join(' · ');
}

/** One line of plain words for an event. @param before for a state record: the node's fields before it */
export function eventText(event: TraceEvent, telling: Telling, before: Fields = {}): string {
  const { slot: slotWord } = telling.declaration.words;
  switch (event.kind) {
    case 'send':
      return sendText(event, telling);
    case 'deliver':
      return `${event.type} from ${event.from}${event.slot > 0 ? `, ${slotWord} ${event.slot}` : ''}`;
    case 'drop':
      return `${event.type} from ${event.from} refused: ${event.reason}`;
    case 'timer':
      return `${event.timer} fires`;
    case 'state':
      return stateText(event, before, telling);
    case 'decide':
      return `${slotWord} ${event.slot}: ${shortHash(event.digest)}`;
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
