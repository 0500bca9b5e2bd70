/** Messages by kind with their bytes, and the health monitor: figures that do not need a chart. */
import type { Frame } from '../../../session/view.ts';
import { PhaseGlyph } from '../../components/PhaseGlyph.tsx';
import { HealthList } from '../../components/Health.tsx';
import { Facts } from '../../components/small.tsx';
import { formatBytes, formatCount, formatMs, many, sentence } from '../../lib/format.ts';
import { usePlayground } from '../../playground.tsx';
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
        <h3>Work</h3>
        <Work frame={frame} />
      </section>
    </div>
  );
}

function Work({ frame }: { readonly frame: Frame }) {
  const { metrics, declaration } = frame;
  const { made, verified, cpuMs } = metrics.signatures;
  const mempool = useMempool(frame);
  return (
    <Facts
      items={[
        [sentence(many(declaration.words.change)), formatCount(metrics.viewChanges)],
        ['Signatures', `${formatCount(made)} made, ${formatCount(verified)} verified`],
        ['CPU of all nodes', `${formatMs(cpuMs)} of virtual time`],
        ['Fullest mempool', mempool === null ? '–' : formatCount(mempool)],
      ]}
    />
  );
}

/** The fullest mempool at the playhead, from the declared field; null where the protocol declares none. */
function useMempool(frame: Frame): number | null {
  const { session } = usePlayground();
  const trace = session.view();
  const sizes = frame.nodes.flatMap(({ index, kind }) => {
    const size = kind === 'validator' ? trace.nodeAt(index, frame.playhead).fields['mempool'] : null;
    return typeof size === 'number' ? [size] : [];
  });
  return sizes.length === 0 ? null : Math.max(...sizes);
}
