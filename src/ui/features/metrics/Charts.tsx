/** Three charts over virtual time. Loaded when the tab is opened: the chart library is the page's largest part. */
import { memo, type ReactNode } from 'react';
import { CartesianGrid, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatRate, many, sentence } from '../../lib/format.ts';
import { usePlayground, useUi } from '../../playground.tsx';
import styles from './Panel.module.css';
import type { ChartPoint } from './selectors.ts';

interface Series {
  readonly key: Exclude<keyof ChartPoint, 'second'>;
  readonly label: string;
  readonly colour: string;
  readonly dashed?: boolean;
}

interface ChartSpec {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
}

interface ChartsProps {
  readonly points: readonly ChartPoint[];
  /** Virtual µs. */
  readonly playhead: number;
}

const TRANSACTIONS: ChartSpec = {
  title: 'Throughput',
  unit: 'transactions per s',
  series: [{ key: 'transactions', label: 'transactions per s', colour: 'var(--phase-propose)' }],
};
/** Where what is decided carries no transactions, or nobody counts them. */
const decisions = (value: string): ChartSpec => ({
  title: 'Throughput',
  unit: `${many(value)} per s`,
  series: [{ key: 'blocks', label: `${many(value)} per s`, colour: 'var(--phase-propose)' }],
});
const latency = (value: string): ChartSpec => ({
  // The longer word would push the key of the curves into a second line.
  title: value === 'transaction' ? 'Latency' : `${sentence(value)} latency`,
  unit: 'ms',
  series: [
    { key: 'p50', label: 'median', colour: 'var(--phase-first)' },
    { key: 'p95', label: 'p95', colour: 'var(--phase-second)', dashed: true },
  ],
});
const NETWORK: ChartSpec = {
  title: 'Network',
  unit: 'kB per s',
  series: [{ key: 'kilobytes', label: 'kB per s', colour: 'var(--phase-cross)' }],
};

export default memo(function Charts({ points, playhead, value }: ChartsProps & { readonly value: string }) {
  const counted = points.some((point) => point.transactions > 0);
  const charts = [counted ? TRANSACTIONS : decisions(value), latency(value), NETWORK];
  return (
    <div className={styles.charts}>
      {charts.map((chart) => (
        <Chart key={chart.unit} chart={chart} points={points} playhead={playhead} />
      ))}
    </div>
  );
});

function Chart({ chart, points, playhead }: ChartsProps & { readonly chart: ChartSpec }): ReactNode {
  const { session } = usePlayground();
  const point = useUi((state) => state.point);
  const secondOf = (label: string | number | undefined) => (label === undefined ? null : Number(label) * 1_000_000);
  const axis = { stroke: 'var(--line-strong)', tick: { fill: 'var(--ink-3)', fontSize: 11 }, tickLine: false } as const;
  return (
    <figure className={styles.chart} aria-label={`${chart.title}, ${chart.unit}`}>
      <figcaption>
        {chart.title} <span>{chart.unit}</span>
        {chart.series.length > 1 &&
          chart.series.map((series) => (
            <span key={series.key} className={styles.key}>
              <i data-dashed={series.dashed === true} style={{ borderColor: series.colour }} />
              {series.label}
            </span>
          ))}
      </figcaption>
      <ResponsiveContainer width="100%" height="100%" minHeight={60}>
        <LineChart
          data={points as ChartPoint[]}
          margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
          accessibilityLayer={false}
          syncId="metrics"
          onMouseMove={({ activeLabel }) => point(secondOf(activeLabel))}
          onMouseLeave={() => point(null)}
          onClick={({ activeLabel }) => session.seek(secondOf(activeLabel))}
        >
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="second"
            type="number"
            domain={[0, 'dataMax']}
            unit=" s"
            {...axis}
            axisLine={false}
            minTickGap={40}
            height={20}
          />
          <YAxis width={42} {...axis} axisLine={false} tickCount={4} domain={[0, 'auto']} tickFormatter={shortNumber} />
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--line-strong)' }}
            contentStyle={TOOLTIP}
            labelFormatter={(second) => `${String(second)} s`}
            formatter={(value) => (typeof value === 'number' ? formatRate(value) : '–')}
          />
          <ReferenceLine x={playhead / 1_000_000} stroke="var(--ink-2)" strokeDasharray="2 3" />
          {chart.series.map((series) => (
            <Line
              key={series.key}
              dataKey={series.key}
              name={series.label}
              stroke={series.colour}
              strokeWidth={1.75}
              {...(series.dashed === true ? { strokeDasharray: '4 3' } : {})}
              dot={false}
              type="linear"
              isAnimationActive={false}
              connectNulls={false}
            />
          ))}
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}

/** `30k` for 30 000: what stands beside an axis has little room. */
function shortNumber(value: number): string {
  return value >= 10_000 ? `${formatRate(value / 1_000).replace(/\.0+$/, '')}k` : String(value);
}

const TOOLTIP = {
  background: 'var(--surface-raised)',
  border: '1px solid var(--line)',
  borderRadius: 6,
  fontSize: 12,
  color: 'var(--ink)',
} as const;
