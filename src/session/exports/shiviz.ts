/**
 * ShiViz log (Beschastnikh et al., Debugging Distributed Systems, CACM 2016): a regular expression, a line for several runs
 * (empty: one run), then two lines an event: what happened, and `host {vector clock}`. Clocks are those of Fidge and
 * Mattern over what the trace says was sent and received; they count from the window's beginning.
 */
import type { DeliverEvent, SendEvent, TraceEvent } from '../../kernel/trace/events.ts';
import type { ExportFormat } from './format.ts';
import { TextSink } from './sink.ts';

export const shiviz: ExportFormat = {
  name: 'shiviz',
  title: 'ShiViz log',
  group: 'trace',
  opens: 'ShiViz (bestchai.bitbucket.io/shiviz): a space-time diagram from vector clocks; choose a short window.',
  extension: 'shiviz.log',
  mediaType: 'text/plain',
  windowed: true,
  write: ({ store }, { fromMicros, toMicros }) => {
    const sink = new TextSink();
    sink.line(SHIVIZ_PATTERN);
    sink.line('');
    const clocks = new Clocks();
    for (let seq = store.positionAt(fromMicros); seq < store.positionAt(toMicros); seq++) {
      const event = store.event(seq);
      const clock = clocks.stamp(event);
      if (clock !== null) sink.line(`${oneLine(textOf(event))}\n${event.node} ${JSON.stringify(clock)}`);
    }
    return sink.toString();
  },
};

/** Read by ShiViz with the flags of a log file: `.` does not match a line break. */
export const SHIVIZ_PATTERN = '(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})';

type Clock = Record<string, number>;

class Clocks {
  readonly #now = new Map<string, Clock>();
  /** By message id: the sender's clock when it let the message go. Copies to several receivers are one event. */
  readonly #sent = new Map<string, Clock>();

  /** The host's clock after the event; null for what is no event of a host. */
  stamp(event: TraceEvent): Clock | null {
    if (event.kind === 'send') {
      // Further copies (other receivers, duplicates, those let go after a cut) are the network's doing.
      if (this.#sent.has(event.messageId)) return null;
      const clock = this.#tick(event.node);
      this.#sent.set(event.messageId, clock);
      return clock;
    }
    if (event.kind === 'drop') {
      return NOT_HEARD.has(event.reason) ? null : this.#receive(event.node, event.messageId);
    }
    return event.kind === 'deliver' ? this.#receive(event.node, event.messageId) : this.#tick(event.node);
  }

  #receive(host: string, messageId: string): Clock {
    const sent = this.#sent.get(messageId) ?? {};
    const merged: Clock = { ...this.#now.get(host) };
    for (const [other, count] of Object.entries(sent)) merged[other] = Math.max(merged[other] ?? 0, count);
    this.#now.set(host, merged);
    return this.#tick(host);
  }

  /** A new object each time: earlier stamps stay as they were. The host's own entry comes first. */
  #tick(host: string): Clock {
    const before = this.#now.get(host) ?? {};
    const clock: Clock = { [host]: (before[host] ?? 0) + 1 };
    for (const [other, count] of Object.entries(before)) if (other !== host) clock[other] = count;
    this.#now.set(host, clock);
    return clock;
  }
}

/** The node never saw these copies. */
const NOT_HEARD: ReadonlySet<string> = new Set(['lost', 'partition', 'crashed', 'overflow']);

function textOf(event: TraceEvent): string {
  const at = `${event.t.toFixed(3)} ms`;
  switch (event.kind) {
    case 'send':
      return `${at} send ${about(event)} ${event.messageId}`;
    case 'deliver':
      return `${at} receive ${about(event)} ${event.messageId} from ${event.from}`;
    case 'drop':
      return `${at} refuse ${event.type} ${event.messageId} from ${event.from}: ${event.reason}`;
    case 'timer':
      return `${at} timer ${event.timer}`;
    case 'decide':
      return `${at} decide ${event.slot} in ${event.epoch}: ${event.digest}`;
    case 'state':
      return `${at} state ${event.alive ? fieldsOf(event.fields) : 'down'}`;
    case 'fault':
    case 'heal':
      return `${at} ${event.kind} ${event.faultId}: ${event.text}`;
    case 'evidence':
      return `${at} evidence against ${event.against}: ${event.text}`;
    case 'lock':
    case 'unlock':
      return `${at} ${event.kind} ${event.account} for ${event.transaction}`;
    case 'wait':
      return `${at} transaction ${event.transaction} waits for ${event.account}, held by ${event.holder}`;
    case 'commit2pc':
      return `${at} transaction ${event.transaction}: ${event.phase}`;
    case 'note':
      return `${at} note ${event.text}`;
    default:
      return `${at} ${(event as { readonly kind: string }).kind}`;
  }
}

const about = ({ type, slot, epoch }: SendEvent | DeliverEvent): string => `${type} ${slot}/${epoch}`;

function fieldsOf(fields: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(fields).filter(([, value]) => value !== null);
  return shown.map(([name, value]) => `${name}=${String(value)}`).join(' ');
}

/** Texts of a run may come from anywhere; an event is one line. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ');
