/** The state after a crash, from what is on disk: promises, acceptances, chosen values. Ref: Paxos Made Simple, §2.5. */
import { restoreOldest } from '../common/chain/kept.ts';
import { execute, install } from './learner.ts';
import type { Ctx } from './rules.ts';
import { createState, type Durable, type State } from './state.ts';

/** Replays the records, oldest first. Ballots in progress and the mempool are forgotten. */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const record of records) replay(state, record, ctx);
  state.seen = state.promised;
  return state;
}

function replay(state: State, record: Durable, ctx: Ctx): void {
  switch (record.kind) {
    case 'promised':
      if (ctx.mutant !== 'paxos-amnesia') state.promised = Math.max(state.promised, record.ballot);
      return;
    case 'accepted': {
      const { ballot, block } = record.accepted;
      state.promised = Math.max(state.promised, ballot);
      if (block.height > state.decided) state.accepted.set(block.height, record.accepted);
      return;
    }
    case 'snapshot':
      if (record.snapshot.entry.height > state.decided) install(state, record.snapshot, ctx);
      return;
    case 'kept':
      return restoreOldest(state, record.entries, (block) => block);
    case 'chosen':
      if (record.block.height === state.decided + 1) execute(state, record.block, ctx);
      return;
  }
}
