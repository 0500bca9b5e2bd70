/** The state after a crash, from what is on disk: enough never to contradict what was said before. */
import { restoreOldest } from '../common/chain/kept.ts';
import { install } from './snapshot.ts';
import { type Durable, createState, isChained, moveToView, recordVote, type State } from './state.ts';
import { insertBlock, learnQc, raiseLock } from './tree.ts';
import type { Ctx } from './rules.ts';

/** Replays the records, oldest first. Votes of others and the mempool are gone; peers and clients send them again. */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const record of records) replay(state, record, ctx);
  return state;
}

function replay(state: State, record: Durable, ctx: Ctx): void {
  switch (record.kind) {
    case 'block':
      insertBlock(state, record.block, ctx);
      return;
    case 'certificate': {
      const { qc } = record;
      learnQc(state, qc, ctx);
      const isOver = isChained(state) || qc.phase === 'commit';
      returnToView(state, isOver ? qc.view + 1 : qc.view);
      return;
    }
    case 'voted': {
      const { vote } = record;
      recordVote(state, vote);
      // The vote that answers COMMIT was given under its lock.
      if (vote.type === 'commit-vote') raiseLock(state, vote);
      returnToView(state, vote.view);
      return;
    }
    case 'snapshot': {
      const { entry } = record.snapshot;
      if (entry.block.height <= state.decided) return;
      install(state, record.snapshot, record.provedBy, ctx);
      return returnToView(state, entry.qc.view + 1);
    }
    case 'kept':
      return restoreOldest(state, record.entries, ({ block }) => block);
    case 'lock':
      return raiseLock(state, record.lock);
    case 'wish':
      if (record.view > state.wish) state.wish = record.view;
      state.wishes[state.self] = state.wish;
      return;
  }
}

function returnToView(state: State, view: number): void {
  if (view <= state.view) return;
  moveToView(state, view);
  if (state.wish < view) state.wish = view;
  state.wishes[state.self] = state.wish;
}
