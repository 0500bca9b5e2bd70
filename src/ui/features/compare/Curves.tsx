/** A measure over the number of validators, both on logarithmic axes: there n is a line half as steep as n². */
import type { ReactNode } from 'react';
import { formatRate } from '../../lib/format.ts';
import styles from './Result.module.css';
import type { Curve } from './selectors.ts';

const [WIDTH, HEIGHT] = [420, 240];
const EDGE = { left: 52, right: 108, top: 12, bottom: 30 };
const COLOURS = ['--phase-propose', '--phase-first', '--phase-change', '--phase-cross'];
const LABEL_GAP = 14;

interface Axis {
  readonly low: number;
  readonly high: number;
  at(value: number): number;
}

export function Curves({ curves, title }: { readonly curves: readonly Curve[]; readonly title: string }) {
  const drawn = curves.map(({ points, ...rest }) => ({ ...rest, points: points.filter(({ value }) => value > 0) }));
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) return null;
  const x = axis(
    all.map(({ n }) => n),
    EDGE.left,
    WIDTH - EDGE.right,
  );
  const y = axis(
    all.map(({ value }) => value),
    HEIGHT - EDGE.bottom,
    EDGE.top,
  );
  const counts = [...new Set(all.map(({ n }) => n))].sort((a, b) => a - b);
  const labels = spread(drawn.map(({ points }) => y.at(points.at(-1)?.value ?? y.low)));
  return (
    <figure className={styles.curves}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${title} by number of validators; the table has the figures`}
      >
        {decades(y).map((value) => (
          <g key={value} className={styles.grid}>
            <line x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y.at(value)} y2={y.at(value)} />
            <text x={EDGE.left - 6} y={y.at(value) + 4} textAnchor="end">
              {formatRate(value)}
            </text>
          </g>
        ))}
        {counts.map((n) => (
          <text key={n} className={styles.tick} x={x.at(n)} y={HEIGHT - EDGE.bottom + 16} textAnchor="middle">
            {n}
          </text>
        ))}
        {drawn.map(({ title: name, points }, i) => (
          <g key={name} style={{ color: `var(${COLOURS[i]})` }}>
            <polyline
              fill="none"
              stroke="currentColor"
              strokeWidth="1.6"
              points={points.map(({ n, value }) => `${x.at(n)},${y.at(value)}`).join(' ')}
            />
            {points.map(({ n, value }) => (
              <Mark key={n} kind={i} x={x.at(n)} y={y.at(value)} />
            ))}
            <Mark kind={i} x={WIDTH - EDGE.right + 14} y={labels[i] ?? 0} />
            <text className={styles.name} x={WIDTH - EDGE.right + 23} y={(labels[i] ?? 0) + 4}>
              {name}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>by number of validators, both axes logarithmic</figcaption>
    </figure>
  );
}

/** Four shapes, so that curves are told apart without colour. */
function Mark({ kind, x, y }: { readonly kind: number; readonly x: number; readonly y: number }): ReactNode {
  if (kind === 0) return <circle cx={x} cy={y} r="4" fill="currentColor" />;
  if (kind === 1) return <rect x={x - 3.5} y={y - 3.5} width="7" height="7" fill="currentColor" />;
  if (kind === 2) return <path d={`M${x} ${y - 4.8}l4.6 8.4h-9.2Z`} fill="currentColor" />;
  return <path d={`M${x} ${y - 5}l5 5-5 5-5-5Z`} fill="currentColor" />;
}

function axis(values: readonly number[], from: number, to: number): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = Math.log(high / low);
  const at = (value: number): number =>
    span === 0 ? (from + to) / 2 : from + (Math.log(value / low) / span) * (to - from);
  return { low, high, at };
}

/** 1, 2 and 5 times powers of ten within the axis, thinned to at most six. */
function decades({ low, high }: Axis): number[] {
  const marks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
    marks.push(...[1, 2, 5].map((step) => step * power).filter((mark) => mark >= low && mark <= high));
  }
  const keep = Math.ceil(marks.length / 6);
  return marks.filter((_, i) => i % keep === 0);
}

/** The labels' heights, moved apart where they would overlap. */
function spread(heights: readonly number[]): number[] {
  const order = heights.map((height, i) => ({ height, i })).sort((a, b) => a.height - b.height);
  const placed = [...heights];
  let last = Number.NEGATIVE_INFINITY;
  for (const { height, i } of order) {
    last = Math.max(height, last + LABEL_GAP);
    placed[i] = last;
  }
  const over = Math.max(0, last - (HEIGHT - EDGE.bottom));
  return placed.map((height) => height - over);
}
