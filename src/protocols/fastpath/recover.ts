/** The state after a crash, from what is on disk: enough never to contradict what was said before. */
import { blockHash } from '../../ledger/block.ts';
import { replayChain } from '../common/chain/decided.ts';
import { append, install } from './height.ts';
import type { Ctx } from './rules.ts';
import { createState, type Durable, moveToView, type State, takeProposal } from './state.ts';

/** Replays the records, oldest first. Votes of others and the mempool are gone; peers and clients send them again. */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const record of records) replay(state, record, ctx);
  return state;
}

function replay(state: State, record: Durable, ctx: Ctx): void {
  switch (record.kind) {
    case 'decided':
    case 'snapshot':
    case 'kept':
      return replayChain(
        state,
        record,
        (entry) => append(state, entry),
        (snapshot) => install(state, snapshot, ctx),
      );
    case 'view':
      if (record.height !== state.height || record.view <= state.view) return;
      moveToView(state, record.view);
      state.phase = 'changing';
      return;
    case 'accepted': {
      const { message } = record.signed;
      if (message.height !== state.height || message.view < state.view) return;
      if (message.view > state.view) moveToView(state, message.view);
      takeProposal(state, record.signed, blockHash(message.block));
      // The crash took the time that the fast quorum had.
      state.phase = 'normal';
      return;
    }
    case 'prepared': {
      const { block, view, votes } = record;
      if (block.height !== state.height || view < (state.prepared?.view ?? 0)) return;
      state.prepared = { view, digest: blockHash(block), block, votes };
      if (view === state.view && state.phase === 'normal') state.phase = 'commit';
      return;
    }
  }
}
