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
  isPiecewise: true,
  write: async ({ store, shelf }, { fromMicros, toMicros }) => {
    const pieces: string[] = [];
    await shelf.eachPiece(store.positionAt(fromMicros), store.positionAt(toMicros), (from, to) => {
      pieces.push(toJsonLines(store, from, to));
    });
    return pieces.join('');
  },
};
