import { TestnetError } from '../core/problem.ts';
import { toJsonLines } from '../kernel/trace/query.ts';
import { metricsOf } from './metrics.ts';
import { showValue } from '../scenario/show.ts';
import type { Run } from './run.ts';

/** Writers by format name: each gives text. Formats of later releases are added here. */
const WRITERS: Readonly<Record<string, (run: Run) => string>> = {
  scenario: (run) => `${JSON.stringify(run.scenario, null, 2)}\n`,
  trace: (run) => toJsonLines(run.store),
  'metrics-csv': metricsCsv,
};

/** @throws TestnetError 'unsupported' for a format that nobody writes (yet), naming those there are. */
export function exportRun(run: Run, format: string): string {
  const write = typeof format === 'string' && Object.hasOwn(WRITERS, format) ? WRITERS[format] : undefined;
  if (write !== undefined) return write(run);
  const known = Object.keys(WRITERS).join(', ');
  throw new TestnetError('unsupported', `export format ${showValue(format)} is not available; there are ${known}`);
}

/** `metric,value` a line; nested names are joined by dots. */
function metricsCsv(run: Run): string {
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
}

/** RFC 4180: quoted where it holds a comma, a quote or a line break. */
function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
