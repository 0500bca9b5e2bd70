/** What `--export`, `--from` and `--to` ask for. */
import type { Problem } from '../core/problem.ts';
import type { ExportOptions } from '../session/api.ts';
import { EXPORT_FORMATS } from '../session/exports/index.ts';

export interface ExportRequest {
  /** Name of a format there is. */
  readonly format: string;
  /** Null: the standard output. */
  readonly path: string | null;
}

export interface ExportWish {
  readonly requests: readonly ExportRequest[];
  readonly window: ExportOptions;
}

/** Far beyond any run, virtual ms. */
const MS_MAX = 1e12;

/** Reads `format` and `format=path`. At most one may go to the standard output. */
export function readExports(given: ReadonlyMap<string, readonly string[]>): ExportWish | { readonly problem: Problem } {
  const requests: ExportRequest[] = [];
  for (const text of given.get('--export') ?? []) {
    const split = text.indexOf('=');
    const format = split < 0 ? text : text.slice(0, split);
    const path = split < 0 ? null : text.slice(split + 1);
    if (!EXPORT_FORMATS.some(({ name }) => name === format)) {
      return refuse('--export', format, EXPORT_FORMATS.map(({ name }) => name).join(', '));
    }
    if (path === '') return refuse('--export', text, `${format} or ${format}=path`);
    requests.push({ format, path });
  }
  if (requests.filter(({ path }) => path === null).length > 1) {
    return refuse('--export', 'two exports to the standard output', 'a path for all but one');
  }
  const [fromMs, toMs] = [readMs(given.get('--from')), readMs(given.get('--to'))];
  if (fromMs === null) return refuse('--from', given.get('--from')?.at(-1) ?? '', 'virtual milliseconds, 0 or more');
  if (toMs === null || (toMs ?? MS_MAX) < (fromMs ?? 0)) {
    return refuse('--to', given.get('--to')?.at(-1) ?? '', 'virtual milliseconds, --from or more');
  }
  if (requests.length === 0 && (fromMs ?? toMs) !== undefined)
    return refuse('--from, --to', 'no --export', 'an --export');
  return {
    requests,
    window: { ...(fromMs === undefined ? {} : { fromMs }), ...(toMs === undefined ? {} : { toMs }) },
  };
}

/** Undefined where nothing was given, null where it is no time. */
function readMs(values: readonly string[] | undefined): number | null | undefined {
  const text = values?.at(-1);
  if (text === undefined) return undefined;
  const value = Number(text);
  return /^\d{1,13}(?:\.\d{1,3})?$/.test(text) && value <= MS_MAX ? value : null;
}

function refuse(path: string, found: string, expected: string): { readonly problem: Problem } {
  return { problem: { path, found: JSON.stringify(found.slice(0, 60)), expected } };
}
