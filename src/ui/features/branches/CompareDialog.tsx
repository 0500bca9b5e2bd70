/** Two runs side by side: the first event that differs, what follows, and what each decided. */
import type { ComparedEvents, ComparedSlot, Comparison } from '../../../session/branches/types.ts';
import { Button } from '../../components/controls.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { Foreign, Note } from '../../components/small.tsx';
import { formatTime } from '../../lib/format.ts';
import { usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { decisionsText, eventLine, SLOT_SIGNS, verdictText } from './selectors.ts';

const SLOTS_SHOWN = 200;

interface Props {
  readonly comparison: Comparison;
  readonly titles: readonly [left: string, right: string];
  readonly onClose: () => void;
}

export function CompareDialog({ comparison, titles: [left, right], onClose }: Props) {
  const { session } = usePlayground();
  const { firstAtMs, rows, slots } = comparison;
  const first = rows.findIndex(({ isSame }) => !isSame);
  const goThere = () => {
    session.seek(Math.round((firstAtMs ?? 0) * 1_000));
    onClose();
  };
  return (
    <Dialog title="Two runs side by side" onClose={onClose}>
      <div className={styles.comparison}>
        <p role="status">{verdictText(comparison)}</p>
        {firstAtMs !== null && (
          <div className={styles.row}>
            <Button icon="jump" onClick={goThere}>
              Go to the first difference
            </Button>
          </div>
        )}
        {rows.length > 0 && (
          <table aria-label="Events around the first difference">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">
                  <Foreign text={left} limit={60} />
                </th>
                <th scope="col">
                  <Foreign text={right} limit={60} />
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place.
                <EventRow key={index} row={row} isFirst={index === first} />
              ))}
            </tbody>
          </table>
        )}
        <Decisions slots={slots} left={left} right={right} />
      </div>
    </Dialog>
  );
}

function EventRow({ row, isFirst }: { readonly row: ComparedEvents; readonly isFirst: boolean }) {
  const at = (row.left ?? row.right)?.t ?? 0;
  return (
    <tr data-same={row.isSame} data-first={isFirst}>
      <td>
        {formatTime(at * 1_000)}
        {isFirst && <strong> first difference</strong>}
      </td>
      {[row.left, row.right].map((event, side) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: left and right.
        <td key={side}>{event === null ? '–' : <Foreign text={eventLine(event)} limit={160} />}</td>
      ))}
    </tr>
  );
}

interface DecisionsProps {
  readonly slots: readonly ComparedSlot[];
  readonly left: string;
  readonly right: string;
}

function Decisions({ slots, left, right }: DecisionsProps) {
  if (slots.length === 0) return <Note>Neither decided anything as far as both have got.</Note>;
  const differing = slots.filter(({ verdict }) => verdict !== 'same');
  const shown = (differing.length === 0 ? slots : differing).slice(0, SLOTS_SHOWN);
  return (
    <>
      <h3>Decisions</h3>
      <Note>
        {slots.length - differing.length} of {slots.length} the same{differing.length > 0 && '; those that differ:'}
      </Note>
      <table aria-label="Decisions">
        <thead>
          <tr>
            <th scope="col">Slot</th>
            <th scope="col">
              <Foreign text={left} limit={60} />
            </th>
            <th scope="col">
              <Foreign text={right} limit={60} />
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((slot) => (
            <tr key={slot.slot} data-same={slot.verdict === 'same'}>
              <td>{slot.slot}</td>
              <td>{decisionsText(slot.left)}</td>
              <td>{decisionsText(slot.right)}</td>
              <td>
                <span aria-hidden="true">{SLOT_SIGNS[slot.verdict]}</span> {slot.verdict}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
