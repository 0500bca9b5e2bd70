import { metricsOf } from '../metrics.ts';
import type { ExportFormat } from './format.ts';

/** `metric,value` a line (RFC 4180); nested names are joined by dots. */
export const metricsCsv: ExportFormat = {
  name: 'metrics-csv',
  title: 'Metrics, CSV',
  group: 'metrics',
  opens: 'Spreadsheets and notebooks: one metric and its value a line.',
  extension: 'metrics.csv',
  mediaType: 'text/csv',
  windowed: false,
  write: (run) => {
    const lines = ['metric,value'];
    const walk = (name: string, value: unknown): void => {
      if (typeof value === 'object' && value !== null) {
        for (const [key, inner] of Object.entries(value)) walk(name === '' ? key : `${name}.${key}`, inner);
      } else {
        lines.push(`${csvField(name)},${csvField(value === null ? '' : String(value))}`);
      }
    };
    walk('', metricsOf(run.status, run.protocol.declaration, run.executor.plan));
    return `${lines.join('\r\n')}\r\n`;
  },
};

/** RFC 4180: quoted where it holds a comma, a quote or a line break. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
