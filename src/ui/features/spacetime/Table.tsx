/** What is in view as a table: the diagram for those who do not see it, and a list to choose from by keyboard. */
import { useSyncExternalStore } from 'react';
import { Note } from '../../components/small.tsx';
import { formatTime } from '../../lib/format.ts';
import { usePlayground } from '../../playground.tsx';
import type { DiagramControl } from './control.ts';
import styles from './Panel.module.css';
import { type Row, rowsOf } from './selectors.ts';

const SHOWN = 200;

export function DiagramTable({ control }: { readonly control: DiagramControl }) {
  const scene = useSyncExternalStore(control.subscribeScene, control.scene);
  const rows = scene === null ? [] : rowsOf(scene, SHOWN);
  return (
    <section className={styles.table} aria-label="In view">
      {rows.length === 0 && <Note>Nothing in view.</Note>}
      {rows.length === SHOWN && <Note>The newest {SHOWN} in view; zoom in for the others.</Note>}
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Event</th>
            <th scope="col">Node</th>
            <th scope="col">To</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Line key={row.key} row={row} control={control} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Line({ row, control }: { readonly row: Row; readonly control: DiagramControl }) {
  const { session } = usePlayground();
  const nodes = session.frame()?.nodes ?? [];
  const node = nodes.find(({ id }) => id === row.node)?.index ?? null;
  return (
    <tr data-chosen={control.state().focus === row.seq}>
      <td>
        <button type="button" onClick={() => control.chooseEvent(row.seq, row.messageId, node)}>
          {formatTime(row.at)}
        </button>
      </td>
      <td>{row.kind}</td>
      <td>{row.node}</td>
      <td>{row.to}</td>
      <td>{row.text}</td>
    </tr>
  );
}
