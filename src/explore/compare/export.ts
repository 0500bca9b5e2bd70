/** A comparison as files for other programs. */
import { figureText, MEASURES, verdictOf } from './table.ts';
import type { Comparison } from './types.ts';

const FIXED = ['row', 'protocol', 'validators', 'faults', 'beyond_model', 'verdict', 'violated', 'fingerprint'];

/** RFC 4180, one line a run; figures with their digits and without separators. */
export function comparisonCsv({ rows, columns }: Comparison): string {
  const names = MEASURES.map(({ id, unit }) => {
    const suffix = { ms: '_ms', B: '_bytes', '/s': '' }[unit] ?? '';
    return `${id.replaceAll('-', '_')}${suffix}`;
  });
  const lines = rows.flatMap(({ label, cells }) =>
    cells.map((cell, column) => {
      const { validatorCount, faultCount, isBeyondModel, violated, fingerprint } = cell;
      const broken = violated.map(({ name }) => name).join(' ');
      const figures = MEASURES.map((measure) => {
        const value = measure.value(cell);
        return value === null ? '' : figureText(measure, value).replaceAll('\u202f', '');
      });
      const protocol = columns[column]?.protocol ?? '';
      return [
        ...[label, protocol, validatorCount, faultCount, isBeyondModel],
        ...[verdictOf(cell).text, broken, fingerprint, ...figures],
      ];
    }),
  );
  return [[...FIXED, ...names], ...lines].map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

/** A leading sign would make a spreadsheet take a text for a formula. */
function quoted(value: string | number | boolean): string {
  const text =
    typeof value === 'string' && /^[=+\-@]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function comparisonJson(comparison: Comparison): string {
  return `${JSON.stringify(comparison, null, 2)}\n`;
}
