/** Every shard's figures side by side. */
import { formatCount, formatMs, formatRate } from '../../lib/format.ts';
import { useShards } from '../../useShards.ts';
import { usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { imbalanceOf, scalingOf, type ShardRow, shardRows, WINDOW } from './shards.ts';

const PER_SECOND = 2;
const BAR_PX = 60;

export function ShardTable() {
  const { session } = usePlayground();
  const now = useShards(PER_SECOND);
  if (now === null) return null;
  const { playhead } = now.frame;
  const from = Math.max(0, playhead - WINDOW);
  const rows = shardRows(now.moment, session.view().shardsAt(from), playhead - from);
  const most = Math.max(0, ...rows.map(({ perSecond }) => perSecond));
  const imbalance = imbalanceOf(rows);
  const scaling = scalingOf(now.moment, session.view().shardsAt(from));
  return (
    <div className={styles.shards}>
      <table className={styles.table}>
        <caption>Shards: what each committed in the last {WINDOW / 1_000_000} s, and since the start</caption>
        <thead>
          <tr>
            <th scope="col">Shard</th>
            <th scope="col">Commits per s</th>
            <th scope="col">Queue</th>
            <th scope="col">Locks</th>
            <th scope="col">Coordinated</th>
            <th scope="col">Cross-shard</th>
            <th scope="col">Aborted</th>
            <th scope="col">Lock waits</th>
            <th scope="col">Mean wait</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.name} row={row} most={most} />
          ))}
        </tbody>
        {imbalance !== null && (
          <tfoot>
            <tr>
              <td colSpan={9}>
                {formatRate(rows.reduce((sum, { perSecond }) => sum + perSecond, 0))} parts committed per s in all; the
                busiest shard does {imbalance.toFixed(2)} times its even share.
                {scaling !== null && (
                  <>
                    {' '}
                    At its limit, {scaling.count} shards would do {(scaling.count * scaling.share).toFixed(1)} times
                    what one does: {percent(scaling.share)} of {scaling.count} times. 85 % is often claimed for eight.
                  </>
                )}
              </td>
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Row({ row, most }: { readonly row: ShardRow; readonly most: number }) {
  return (
    <tr>
      <th scope="row">{row.name}</th>
      <td>
        <i className={styles.share} style={{ width: most === 0 ? 0 : Math.round((row.perSecond / most) * BAR_PX) }} />{' '}
        {formatRate(row.perSecond)}
      </td>
      <td>{formatCount(row.queue)}</td>
      <td>{formatCount(row.locks)}</td>
      <td>{formatCount(row.coordinated)}</td>
      <td>{percent(row.crossing)}</td>
      <td>{percent(row.aborted)}</td>
      <td>{formatCount(row.waits)}</td>
      <td>{formatMs(row.meanWaitMs)}</td>
    </tr>
  );
}

function percent(share: number | null): string {
  return share === null ? '–' : `${Math.round(share * 100)} %`;
}
