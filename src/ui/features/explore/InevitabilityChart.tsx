/** The share of futures that end in the violation, by the moment they start from. Loaded with the chart library. */
import { CartesianGrid, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import styles from './Panel.module.css';
import type { SharePoint } from './selectors.ts';

const TOOLTIP = {
  background: 'var(--surface-raised)',
  border: '1px solid var(--line)',
  borderRadius: 'var(--radius)',
  fontSize: '12px',
} as const;
const AXIS = { stroke: 'var(--line-strong)', tick: { fill: 'var(--ink-3)', fontSize: 11 }, tickLine: false } as const;

export default function InevitabilityChart({ points }: { readonly points: readonly SharePoint[] }) {
  const told = points.map(({ second, share }) => `${second.toFixed(3)} s: ${share} %`).join(', ');
  return (
    <figure className={styles.chart} aria-label={`Share of futures that end in the violation: ${told}`}>
      <figcaption>Futures that end in the violation</figcaption>
      <ResponsiveContainer width="100%" height={120}>
        <LineChart
          data={points as SharePoint[]}
          margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
          accessibilityLayer={false}
        >
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="second"
            type="number"
            domain={[0, 'dataMax']}
            tickFormatter={(second: number) => second.toFixed(1)}
            unit=" s"
            {...AXIS}
            axisLine={false}
            minTickGap={30}
            height={20}
          />
          <YAxis width={44} {...AXIS} axisLine={false} ticks={[0, 50, 100]} domain={[0, 100]} unit=" %" />
          <Tooltip
            isAnimationActive={false}
            contentStyle={TOOLTIP}
            labelFormatter={(second) => `from ${Number(second).toFixed(3)} s`}
            formatter={(share) => `${String(share)} %`}
          />
          <Line
            dataKey="share"
            name="end in the violation"
            stroke="var(--verdict-violated)"
            strokeWidth={1.75}
            dot={{ r: 2.5, fill: 'var(--verdict-violated)', strokeWidth: 0 }}
            type="stepAfter"
            isAnimationActive={false}
          />
        </LineChart>
      </ResponsiveContainer>
    </figure>
  );
}
