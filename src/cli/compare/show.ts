/** A comparison as people read it on a terminal. */
import {
  type Comparison,
  figureText,
  isRepeated,
  type Measure,
  median,
  MEASURES,
  type Measured,
  standings,
  verdictOf,
} from '../../explore/compare/index.ts';

type Row = readonly string[];

/** A table of all measures for one row, otherwise a table a measure, rows by protocols. */
export function comparisonText(comparison: Comparison): string {
  const { name, seed, columns, rows } = comparison;
  const head = `${name}: seed ${seed}, ${columns.map(({ title }) => title).join(' · ')}\n`;
  const [first] = rows;
  const body =
    rows.length === 1 && first !== undefined ? oneRowText(comparison, first.cells) : manyRowsText(comparison);
  return `${head}\n${body}${notesText(comparison)}`;
}

function oneRowText({ columns }: Comparison, cells: readonly Measured[]): string {
  const titles = ['', ...columns.map(({ protocol }) => protocol)];
  const facts: Row[] = [
    ['validators', ...cells.map(({ validatorCount }) => String(validatorCount))],
    ['bears (lying / failing)', ...cells.map(({ tolerates }) => `${tolerates.liars} / ${tolerates.faulty}`)],
    ['verdict', ...cells.map(verdictLine)],
  ];
  return table([titles, ...facts, ...MEASURES.map((measure) => measureRow(measure, cells))]);
}

function manyRowsText(comparison: Comparison): string {
  const { columns, rows } = comparison;
  const titles = columns.map(({ protocol }) => protocol);
  const verdicts = table([
    ['verdict', ...titles],
    ...rows.map(({ label, cells }) => [label, ...cells.map(verdictLine)]),
  ]);
  const shown = MEASURES.filter(({ id }) => MANY_ROWS.includes(id));
  const tables = shown.map((measure) => {
    const title = `${measure.label}${measure.unit === '' ? '' : `, ${measure.unit}`}`;
    return table([
      [title, ...titles],
      ...rows.map(({ label, cells }) => [label, ...measureRow(measure, cells).slice(1)]),
      ...medianRow(comparison, measure),
    ]);
  });
  return [verdicts, ...tables].join('\n');
}

const MANY_ROWS = [
  'decisions',
  'messages-per-decision',
  'bytes-per-decision',
  'block-latency-p50',
  'block-latency-p95',
  'transactions-per-second',
  'view-changes',
  'longest-pause',
];

function medianRow(comparison: Comparison, measure: Measure): Row[] {
  if (!isRepeated(comparison)) return [];
  const { rows, columns } = comparison;
  const values = columns.map((_, column) =>
    median(
      measure,
      rows.flatMap(({ cells }) => cells[column] ?? []),
    ),
  );
  return [['median', ...marked(measure, values)]];
}

/** `*` marks the best, `×3.9` how many times worse the others are. */
function measureRow(measure: Measure, cells: readonly Measured[]): Row {
  const label = `${measure.label}${measure.unit === '' ? '' : `, ${measure.unit}`}`;
  const values = cells.map((cell) => measure.value(cell));
  return [label, ...marked(measure, values)];
}

function marked(measure: Measure, values: readonly (number | null)[]): string[] {
  const marks = standings(measure, values);
  return values.map((value, i) => `${figureText(measure, value)}${mark(marks[i] ?? null)}`);
}

function mark(standing: number | null): string {
  if (standing === null) return '';
  if (standing === 1) return ' *';
  return Number.isFinite(standing) ? ` ×${standing.toFixed(1)}` : ' ×∞';
}

function verdictLine(cell: Measured): string {
  const signs = { holds: '✓', stopped: '–', violated: '✗' } as const;
  const { kind, text } = verdictOf(cell);
  return `${signs[kind]} ${text}${cell.isBeyondModel ? ' (beyond its model)' : ''}`;
}

function notesText({ rows, columns }: Comparison): string {
  const byNote = new Map<string, string[]>();
  for (const { label, cells } of rows) {
    for (const [column, { notes }] of cells.entries()) {
      const where = `${rows.length === 1 ? '' : `${label}, `}${columns[column]?.protocol ?? ''}`;
      for (const note of notes) byNote.set(note, [...(byNote.get(note) ?? []), where]);
    }
  }
  const lines = [...byNote].map(([note, where]) => `  ${where.join('; ')}: ${note}\n`);
  return lines.length === 0 ? '' : `\nWhat was changed for whom\n${lines.join('')}`;
}

function table(rows: readonly Row[]): string {
  const width = (column: number): number => rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), 0);
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  return rows
    .map(
      (row) =>
        `${row
          .map((text, column) => text.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
