/** The tables of a comparison: one measure over all rows, and all measures of one row. */
import {
  type ColumnHeading,
  type Comparison,
  type Measure,
  type Measured,
  MEASURES,
  verdictOf,
} from '../../../explore/compare/index.ts';
import type { Verdict } from '../../../session/api.ts';
import { IconButton } from '../../components/controls.tsx';
import { Icon } from '../../components/icons.tsx';
import { Badge, Foreign } from '../../components/small.tsx';
import { useAction, usePlayground } from '../../playground.tsx';
import styles from './Result.module.css';
import { type Figure, figures, measureTitle, medians, promise } from './selectors.ts';

interface OverviewProps {
  readonly comparison: Comparison;
  /** Null: the verdicts. */
  readonly measure: Measure | null;
}

export function OverviewTable({ comparison, measure }: OverviewProps) {
  const { rows, columns } = comparison;
  const [first] = rows;
  const middle = measure === null ? null : medians(comparison, measure);
  const isSameSize = rows.every(({ cells }) => cells[0]?.validatorCount === first?.cells[0]?.validatorCount);
  return (
    <div className={styles.scroll}>
      <table className={styles.table} data-verdicts={measure === null}>
        <caption className="visually-hidden">{measure === null ? 'Verdicts' : measureTitle(measure)}</caption>
        <thead>
          <tr>
            <td />
            {columns.map(({ protocol, title }, column) => (
              <th key={protocol} scope="col">
                {title}
                {isSameSize && first?.cells[column] !== undefined && <small>{promise(first.cells[column])}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, label, cells }) => (
            <tr key={id}>
              <th scope="row">{label}</th>
              <Cells columns={columns} cells={cells} measure={measure} />
            </tr>
          ))}
        </tbody>
        {middle !== null && (
          <tfoot>
            <tr>
              <th scope="row">median</th>
              {middle.map((figure, column) => (
                <td key={columns[column]?.protocol}>
                  <FigureText figure={figure} />
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

interface CellsProps {
  readonly columns: readonly ColumnHeading[];
  readonly cells: readonly Measured[];
  readonly measure: Measure | null;
}

function Cells({ columns, cells, measure }: CellsProps) {
  const shown = measure === null ? null : figures(measure, cells);
  return columns.map(({ protocol }, column) => {
    const [cell, figure] = [cells[column], shown?.[column]];
    return (
      <td key={protocol} data-text={figure === undefined}>
        {figure !== undefined ? <FigureText figure={figure} /> : cell !== undefined && <VerdictText cell={cell} />}
      </td>
    );
  });
}

function FigureText({ figure: { text, isBest, worse, isFarWorse } }: { readonly figure: Figure }) {
  return (
    <>
      {text}
      <span className={styles.standing} data-far={isFarWorse}>
        {isBest && 'best'}
        {worse}
      </span>
    </>
  );
}

const MARKS = { holds: 'check', stopped: 'pause', violated: 'alert' } as const;
const TONES: Readonly<Record<keyof typeof MARKS, Verdict>> = {
  holds: 'holds',
  stopped: 'pending',
  violated: 'violated',
};

function VerdictText({ cell }: { readonly cell: Measured }) {
  const { kind, text } = verdictOf(cell);
  const details = cell.violated.map(({ name, detail }) => `${name}: ${detail}`).join('\n');
  return (
    <span className={styles.verdict} data-verdict={TONES[kind]} title={details === '' ? undefined : details}>
      <Icon name={MARKS[kind]} size={14} />
      <span>
        {text} {cell.isBeyondModel && <Badge tone="off">beyond its model</Badge>}
      </span>
    </span>
  );
}

interface FullProps {
  readonly columns: readonly ColumnHeading[];
  readonly cells: readonly Measured[];
  readonly label: string;
  readonly onOpened: () => void;
}

export function FullTable({ columns, cells, label, onOpened }: FullProps) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className="visually-hidden">All figures: {label}</caption>
        <thead>
          <tr>
            <td />
            {columns.map(({ protocol, title }, column) => (
              <th key={protocol} scope="col">
                <span className={styles.heading}>
                  {title}
                  <OpenRun title={title} cell={cells[column]} onOpened={onOpened} />
                </span>
                {cells[column] !== undefined && <small>{promise(cells[column])}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Verdict</th>
            <Cells columns={columns} cells={cells} measure={null} />
          </tr>
          {MEASURES.map((measure) => (
            <tr key={measure.id}>
              <th scope="row" title={measure.explain}>
                {measureTitle(measure)}
              </th>
              <Cells columns={columns} cells={cells} measure={measure} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface OpenProps {
  readonly title: string;
  readonly cell: Measured | undefined;
  readonly onOpened: () => void;
}

/** Shows this very run in the page. */
function OpenRun({ title, cell, onOpened }: OpenProps) {
  const { session, store } = usePlayground();
  const act = useAction();
  if (cell === undefined) return null;
  const open = async () => {
    const done = await act(async () => {
      await session.load(cell.scenario);
      await session.play({ speed: store.getState().speed });
    });
    if (done) onOpened();
  };
  return <IconButton icon="play" label={`Open this run of ${title}`} onClick={() => void open()} />;
}

/** Violations in their own words, for those who cannot point at a cell. */
export function Violations({ columns, cells }: Omit<FullProps, 'label' | 'onOpened'>) {
  const lines = cells.flatMap(({ violated }, column) =>
    violated.map(({ name, detail }) => ({ title: columns[column]?.title ?? '', name, detail })),
  );
  if (lines.length === 0) return null;
  return (
    <section aria-label="What was violated" className={styles.notes}>
      <h3>What was violated</h3>
      <ul>
        {lines.map(({ title, name, detail }) => (
          <li key={`${title} ${name}`}>
            {title}, {name}: <Foreign text={detail} limit={240} />
          </li>
        ))}
      </ul>
    </section>
  );
}
