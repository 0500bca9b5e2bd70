/** The link between two nodes: what is on it at the playhead, and what can be done to it. */
import type { NodeIndex } from '../../../core/ids.ts';
import { Button } from '../../components/controls.tsx';
import { Menu } from '../../components/Menu.tsx';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { Section } from '../../components/Section.tsx';
import { Badge, Note } from '../../components/small.tsx';
import { linkFaults } from '../../lib/faults.ts';
import { formatDuration, sentence } from '../../lib/format.ts';
import { useAction, useCalmFrame, useFaults, useInject, usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';

const DEFAULTS = { delayMs: 200, lossPercent: 30 } as const;

export function LinkInspector({ from, to }: { readonly from: NodeIndex; readonly to: NodeIndex }) {
  const { session } = usePlayground();
  const act = useAction();
  const inject = useInject();
  const frame = useCalmFrame(8);
  const active = useFaults(8);
  const select = useUi((state) => state.select);
  const a = frame?.nodes[from]?.id;
  const b = frame?.nodes[to]?.id;
  if (frame === null || a === undefined || b === undefined) return null;
  const trace = session.view();
  const isCut = trace
    .cutsAt(frame.playhead)
    .some((cut) => (cut.from === from && cut.to === to) || (cut.from === to && cut.to === from));
  const flights = trace
    .flights(frame.playhead)
    .filter((flight) => (flight.from === from && flight.to === to) || (flight.from === to && flight.to === from));
  const faults = active.filter(
    ({ kind, targets, canEnd }) => canEnd && kind === 'link' && targets.includes(a) && targets.includes(b),
  );
  const items = linkFaults(a, b, DEFAULTS).map((choice) => ({
    label: choice.label,
    explain: choice.explain,
    run: () => void inject(choice.fault),
  }));
  return (
    <>
      <header className={styles.header}>
        <div className={styles.titleRow}>
          <h2 className="mono">
            {a} – {b}
          </h2>
          {isCut && <Badge tone="bad">cut</Badge>}
        </div>
        <div className={styles.actions}>
          <Menu label="Faults" icon="faults" groups={[{ title: `Between ${a} and ${b}`, items }]} />
          {faults.map((fault) => (
            <Button key={fault.id} title={fault.text} onClick={() => void act(() => session.heal(fault.id))}>
              Heal
            </Button>
          ))}
        </div>
        <Note>Other delays and losses: under Faults on the left.</Note>
      </header>
      <Section title="On its way" aside={flights.length}>
        {flights.length === 0 && <Note>Nothing at this moment.</Note>}
        <ul className={styles.flights}>
          {flights.slice(0, 40).map((flight) => (
            <li key={`${flight.messageId}>${flight.to}`}>
              <button type="button" onClick={() => select({ kind: 'message', id: flight.messageId })}>
                <PhaseGlyph phase={frame.declaration.messages[flight.type]?.phase ?? 'sync'} />
                <span>
                  {sentence(frame.declaration.messages[flight.type]?.label ?? '')} to {frame.nodes[flight.to]?.id}
                </span>
                <span className={styles.reason}>
                  {flight.fate === 'delivered'
                    ? `in ${formatDuration(flight.arrivesAt - frame.playhead)}`
                    : flight.fate}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
