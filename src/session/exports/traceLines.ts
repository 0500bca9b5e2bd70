import { toJsonLines } from '../../kernel/trace/query.ts';
import type { ExportFormat } from './format.ts';

/** Every trace event of the window as one JSON object a line, as `testnet.trace()` gives them. */
export const traceLines: ExportFormat = {
  name: 'trace',
  title: 'Trace, JSON lines',
  group: 'trace',
  opens: 'Anything that reads JSON lines: jq, pandas, DuckDB, your own script.',
  extension: 'trace.jsonl',
  mediaType: 'application/x-ndjson',
  windowed: true,
  write: ({ store }, { fromMicros, toMicros }) =>
    toJsonLines(store, store.positionAt(fromMicros), store.positionAt(toMicros)),
};
