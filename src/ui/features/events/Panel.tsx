/** The newest events before the playhead; choosing one goes to its moment. */
import { useMemo, useState } from 'react';
import type { TraceEvent } from '../../../kernel/trace/events.ts';
import type { PhaseRole } from '../../../protocols/protocol.ts';
import type { Frame, TraceView } from '../../../session/view.ts';
import { Select } from '../../components/controls.tsx';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { Foreign, Note } from '../../components/small.tsx';
import { formatTime } from '../../lib/format.ts';
import { useCalmFrame, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import { eventText, fieldsBefore, type Filter, latestEvents, messageOf } from './selectors.ts';

const SHOWN = 200;
const FILTERS: readonly { readonly value: Filter; readonly label: string }[] = [
  { value: 'all', label: 'All events' },
  { value: 'messages', label: 'Messages' },
  { value: 'decisions', label: 'Decisions' },
  { value: 'faults', label: 'Faults and evidence' },
  { value: 'notes', label: 'Rules, timers, states' },
];

/** Before a run is loaded. */
const NOTHING = { events: [], complete: true, texts: new Map<number, string>() };

export function EventsPanel() {
  const { session } = usePlayground();
  const frame = useCalmFrame(4);
  const [filter, setFilter] = useState<Filter>('all');
  const [node, setNode] = useState('');
  const { events, complete, texts } = useMemo(() => {
    if (frame === null) return NOTHING;
    const trace = session.view();
    const end = Math.min(trace.positionAt(frame.playhead + 1), trace.eventCount);
    const found = latestEvents(trace, end, filter, node === '' ? null : node, SHOWN);
    return { ...found, texts: textsOf(found.events, frame, trace) };
  }, [session, frame, filter, node]);
  if (frame === null) return null;
  const nodes = [{ value: '', label: 'All nodes' }, ...frame.nodes.map(({ id }) => ({ value: id, label: id }))];
  return (
    <div className={styles.panel}>
      <div className={styles.filters}>
        <Select
          label="Kinds of event"
          value={filter}
          options={FILTERS}
          onChange={(value) => setFilter(value as Filter)}
        />
        <Select label="Node" value={node} options={nodes} onChange={setNode} />
        <Note>
          {events.length === SHOWN
            ? `the newest ${SHOWN} before the playhead`
            : complete
              ? `${events.length} before the playhead`
              : `${events.length} near the playhead`}
        </Note>
      </div>
      <ol className={styles.list} aria-label="Events, newest first">
        {events.map((event) => (
          <Line key={event.seq} event={event} text={texts.get(event.seq) ?? ''} phase={phaseIn(frame, event)} />
        ))}
      </ol>
    </div>
  );
}

/** By position in the trace. */
function textsOf(events: readonly TraceEvent[], frame: Frame, trace: TraceView): ReadonlyMap<number, string> {
  const indexOf = new Map(frame.nodes.map(({ id, index }) => [id, index]));
  const before = fieldsBefore(events, ({ node, t }) => {
    const index = indexOf.get(node);
    return index === undefined || t === 0 ? {} : trace.nodeAt(index, Math.round(t * 1_000) - 1).fields;
  });
  return new Map(events.map((event) => [event.seq, eventText(event, frame, before.get(event.seq))]));
}

function phaseIn({ declaration }: Frame, event: TraceEvent): PhaseRole | null {
  if (!('type' in event)) return null;
  return declaration.messages.find(({ type }) => type === event.type)?.phase ?? null;
}

interface LineProps {
  readonly event: TraceEvent;
  readonly text: string;
  readonly phase: PhaseRole | null;
}

function Line({ event, text, phase }: LineProps) {
  const { session } = usePlayground();
  const select = useUi((state) => state.select);
  const message = messageOf(event);
  const choose = () => {
    session.seek(Math.round(event.t * 1_000));
    if (message !== null) select({ kind: 'message', id: message });
  };
  return (
    <li>
      <button type="button" className={styles.line} data-kind={event.kind} onClick={choose}>
        <span className={styles.time}>{formatTime(event.t * 1_000)}</span>
        <span className={styles.node}>{event.node}</span>
        <span className={styles.glyph}>{phase !== null && <PhaseGlyph phase={phase} size={12} />}</span>
        <span className={styles.kind}>{event.kind}</span>
        <span className={styles.text}>
          <Foreign text={text} limit={240} />
        </span>
      </button>
    </li>
  );
}
