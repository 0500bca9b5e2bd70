/** The benchmarks as a table. */
import type { Ratio, Row } from './measure.ts';

export function tableText(rows: readonly Row[], ratios: readonly Ratio[]): string {
  const names = rows.map(({ group, name }) => `${group}: ${name}`);
  const cells = rows.map(({ median, min, max, unit, runs }) => [
    figure(median),
    `${figure(min)}–${figure(max)}`,
    `${unit} (${runs})`,
  ]);
  const table = [['', 'median', 'min–max', 'unit (runs)'], ...cells.map((row, i) => [names[i] ?? '', ...row])];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map(([name = '', median = '', range = '', unit = '']) => {
    const [first = 0, second = 0, third = 0] = widths;
    return `${name.padEnd(first)}  ${median.padStart(second)}  ${range.padStart(third)}  ${unit}`;
  });
  const compared = ratios.map(({ name, value }) => `  ${value.toFixed(2).padStart(8)} ×  ${name}`);
  return `${[...lines, ...(compared.length === 0 ? [] : ['', 'ratios of medians', ...compared])].join('\n')}\n`;
}

/** Three significant digits at least; thousands apart. */
function figure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
