/** `testnet.trace(filter)`: reads the trace piece by piece, wherever its pieces are. */
import type { TraceEvent } from '../kernel/trace/events.ts';
import { queryStretch, stretchOf, type TraceQuery } from '../kernel/trace/query.ts';
import type { Run } from './run.ts';

/** The events that match, in the trace's order. */
export async function readTrace(
  { store, shelf }: Pick<Run, 'store' | 'shelf'>,
  query: TraceQuery,
): Promise<TraceEvent[]> {
  const limit = query.limit ?? Number.POSITIVE_INFINITY;
  const found: TraceEvent[] = [];
  await shelf.eachPiece(...stretchOf(store, query), (from, to) => {
    const wanted = { ...query, limit: limit - found.length };
    for (const event of queryStretch(store, wanted, from, to)) found.push(event);
    return found.length < limit;
  });
  return found;
}
