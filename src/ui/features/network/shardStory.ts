/** What is happening now where transactions cross shards, in one line. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { TraceView } from '../../../session/view.ts';
import { plural } from '../../lib/format.ts';
import { doubtsOf, shardName, waitGraph } from '../../lib/shards.ts';

type StoryTrace = Pick<TraceView, 'shape' | 'cutsAt' | 'shardsAt'>;

/** More shards are counted instead of named. */
const NAMED = 3;

/** Null where the protocol has no transactions between shards. */
export function shardStory(trace: StoryTrace, at: Micros): string | null {
  const { shape } = trace;
  if (shape === null) return null;
  const moment = trace.shardsAt(at);
  const doubts = doubtsOf(trace, moment, at).filter(({ selfDownSince }) => selfDownSince === null);
  const waiting = new Set(moment.waits.map(({ transaction }) => transaction)).size;
  const [circle] = waitGraph(moment).circles;
  const down = moment.down.map(({ shard }) => shard);
  const committed = moment.totals.reduce((sum, totals) => sum + totals.committed, 0);
  const parts = [`${plural(moment.open.length, 'transaction')} under way`];
  if (circle !== undefined) parts.push(`deadlock: ${[...circle, circle[0]].join(' → ')}`);
  if (doubts.length > 0) parts.push(`${namesOf(doubts.map(({ shard }) => shard))} in doubt`);
  if (waiting > 0) parts.push(`${waiting} ${waiting === 1 ? 'waits' : 'wait'} for locks`);
  if (down.length > 0) parts.push(`${namesOf(down)} down`);
  if (parts.length === 1) parts.push(committed === 0 ? 'nothing committed yet' : `${shape.count} shards up`);
  return parts.join(' · ');
}

function namesOf(shards: readonly number[]): string {
  const names = [...new Set(shards)].sort((a, b) => a - b).map(shardName);
  return names.length <= NAMED ? names.join(', ') : `${names.length} shards`;
}
