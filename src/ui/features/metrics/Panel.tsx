/** Figures of the run and charts over time. */
import { lazy, Suspense, useMemo } from 'react';
import type { Frame } from '../../../session/view.ts';
import { Note } from '../../components/small.tsx';
import { valueWord } from '../../../session/epochs.ts';
import { formatBytes, formatCount, formatMs, formatRate, many } from '../../lib/format.ts';
import { useCalmFrame, usePlayground } from '../../playground.tsx';
import styles from './Panel.module.css';
import { chartPoints } from './selectors.ts';
import { ShardTable } from './ShardTable.tsx';
import { Tables } from './Tables.tsx';

const Charts = lazy(() => import('./Charts.tsx'));
const POINTS_MAX = 240;

export function MetricsPanel() {
  const { session } = usePlayground();
  const frame = useCalmFrame(2);
  const second = Math.floor((frame?.playhead ?? 0) / 1_000_000);
  const eventCount = frame?.eventCount ?? 0;
  const isLoaded = frame !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: samples change with the trace.
  const points = useMemo(
    () => (isLoaded ? chartPoints(session.view().samples(), second, POINTS_MAX) : []),
    [session, second, eventCount, isLoaded],
  );
  if (frame === null) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={styles.panel} aria-label="Metrics of the run" tabIndex={0}>
      <Figures frame={frame} />
      {points.length < 2 ? (
        <div className={styles.empty}>
          <Note>Charts begin after two seconds of virtual time.</Note>
        </div>
      ) : (
        <Suspense
          fallback={
            <div className={styles.empty}>
              <Note>Loading charts…</Note>
            </div>
          }
        >
          <Charts points={points} playhead={frame.playhead} value={valueWord(frame.declaration)} />
        </Suspense>
      )}
      <ShardTable />
      <Tables frame={frame} />
    </section>
  );
}

function Figures({ frame }: { readonly frame: Frame }) {
  const { metrics, declaration } = frame;
  const value = valueWord(declaration);
  const figures: readonly (readonly [string, string])[] = [
    ...(value === 'transaction' ? [] : [[`${many(value)} per s`, formatRate(metrics.blocksPerSecond)] as const]),
    ['transactions per s', formatRate(metrics.transactionsPerSecond)],
    [`${value} latency`, formatMs(metrics.blockLatencyMs.p50)],
    ['its p99', formatMs(metrics.blockLatencyMs.p99)],
    [value === 'transaction' ? 'to the client' : 'transaction latency', formatMs(metrics.transactionLatencyMs.p50)],
    ['messages', formatCount(metrics.messagesTotal)],
    ['on the wire', formatBytes(metrics.bytesTotal)],
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(([label, value]) => (
        <div key={label}>
          <dd>{value}</dd>
          <dt>{label}</dt>
        </div>
      ))}
    </dl>
  );
}
