/** `testnet.export(format, window)`: finds the writer, reads the window, gives text. */
import { badInput, TestnetError } from '../../core/problem.ts';
import { showValue } from '../../scenario/show.ts';
import type { ExportOptions } from '../api.ts';
import { microsOf, type Run } from '../run.ts';
import type { ExportFormat, ExportWindow } from './format.ts';
import { EXPORT_FORMATS } from './registry.ts';

export type { ExportFormat, ExportGroup, ExportWindow } from './format.ts';
export { EXPORT_FORMATS } from './registry.ts';

/** @throws TestnetError 'unsupported' for a format that nobody writes, naming those there are; 'bad-input' for a bad window */
export async function exportRun(run: Run, format: string, options: ExportOptions = {}): Promise<string> {
  const found = formatNamed(format);
  const window = readWindow(options, run);
  if (found.isPiecewise === true) return found.write(run, window);
  const { store, shelf } = run;
  const chunks = found.windowed
    ? store.chunksOf(store.positionAt(window.fromMicros), store.positionAt(window.toMicros))
    : [];
  return shelf.whenHere(() => found.write(run, window), chunks);
}

/** @throws TestnetError 'unsupported' */
export function formatNamed(name: unknown): ExportFormat {
  const format = EXPORT_FORMATS.find((each) => each.name === name);
  if (format !== undefined) return format;
  const known = EXPORT_FORMATS.map((each) => each.name).join(', ');
  throw new TestnetError('unsupported', `export format ${showValue(name)} is not available; there are ${known}`);
}

/** @throws TestnetError 'bad-input' for what is no window */
export function readWindow(options: unknown, run: Pick<Run, 'horizon'>): ExportWindow {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw badInput('options', showValue(options), '{ fromMs, toMs }');
  const { fromMs, toMs } = options as ExportOptions;
  const fromMicros = fromMs === undefined ? 0 : microsOf(fromMs, 'fromMs');
  // One past the horizon, so that what happened exactly there is in.
  const toMicros = toMs === undefined ? run.horizon + 1 : microsOf(toMs, 'toMs');
  if (toMs !== undefined && toMicros < fromMicros)
    throw badInput('toMs', showValue(toMs), `fromMs or later (${fromMs})`);
  return { fromMicros, toMicros, chosen: fromMs !== undefined || toMs !== undefined };
}
