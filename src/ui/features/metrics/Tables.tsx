/** Messages by kind with their bytes, and the health monitor: figures that do not need a chart. */
import type { Frame } from '../../../session/view.ts';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { HealthList } from '../../components/Health.tsx';
import { formatBytes, formatCount, sentence } from '../../lib/format.ts';
import styles from './Panel.module.css';
import { droppedOf, messageRows } from './selectors.ts';

export function Tables({ frame }: { readonly frame: Frame }) {
  const { metrics, declaration } = frame;
  const rows = messageRows(metrics.messages, declaration.messages);
  const dropped = droppedOf(metrics.dropped);
  return (
    <div className={styles.tables}>
      <table className={styles.table}>
        <caption>Messages by kind</caption>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Copies</th>
            <th scope="col">Bytes</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ kind, count, bytes, share }) => (
            <tr key={kind.type}>
              <th scope="row">
                <PhaseGlyph phase={kind.phase} /> {sentence(kind.label)}
              </th>
              <td>{formatCount(count)}</td>
              <td>{formatBytes(bytes)}</td>
              <td>
                <i className={styles.share} style={{ width: `${Math.round(share * 60)}px` }} />{' '}
                {Math.round(share * 100)} %
              </td>
            </tr>
          ))}
        </tbody>
        {dropped !== '' && (
          <tfoot>
            <tr>
              <td colSpan={4}>Not heard: {dropped}</td>
            </tr>
          </tfoot>
        )}
      </table>
      <section aria-label="Health">
        <h3>Health</h3>
        <HealthList health={metrics.health} />
      </section>
    </div>
  );
}
