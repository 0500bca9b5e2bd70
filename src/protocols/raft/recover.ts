/** The state after a crash, from what is on disk: term, vote, log, and a state machine that knows how far it got. */
import { execute } from './apply.ts';
import { install } from './follower.ts';
import { discardTo, lastIndex, putBefore, truncateFrom } from './log.ts';
import type { Ctx } from './rules.ts';
import { createState, type Durable, refreshConfiguration, type State } from './state.ts';

/** Replays the records, oldest first. Who led and what waited in the mempool is forgotten. Ref: figure 2; thesis §3.8. */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const record of records) replay(state, record, ctx);
  refreshConfiguration(state);
  return state;
}

function replay(state: State, record: Durable, ctx: Ctx): void {
  switch (record.kind) {
    case 'term':
      state.term = record.term;
      state.votedFor = ctx.mutant === 'raft-forgets-vote' ? null : record.votedFor;
      return;
    case 'entries':
      // A torn disk may have lost what came before: the leader sends it again.
      if (record.index > lastIndex(state.log) + 1 || record.index <= state.applied) return;
      truncateFrom(state.log, record.index);
      state.log.entries.push(...record.entries);
      return;
    case 'applied':
      while (state.applied < Math.min(record.index, lastIndex(state.log))) execute(state, ctx);
      return;
    case 'compacted':
      if (record.snapshot.index !== state.applied) return;
      state.snapshot = record.snapshot;
      discardTo(state.log, record.discardTo);
      return;
    case 'installed':
      if (record.snapshot.index > state.applied) install(state, record.snapshot);
      return;
    case 'kept':
      return putBefore(state.log, record.base, record.entries);
  }
}
