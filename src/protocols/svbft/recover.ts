/** The state after a crash, from what is on disk: enough never to contradict what was said before. */
import { append } from './height.ts';
import type { Ctx } from './rules.ts';
import { blockHash } from '../../ledger/block.ts';
import { replayChain } from '../common/chain/decided.ts';
import { install } from './snapshot.ts';
import { currentRound, createState, type Durable, moveToView, type State } from './state.ts';

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
        (entry) => append(state, entry, ctx),
        (snapshot) => install(state, snapshot, ctx),
      );
    case 'view':
      if (record.height !== state.height || record.view <= state.view) return;
      moveToView(state, record.view, ctx);
      state.phase = 'changing';
      return;
    case 'accepted': {
      const { message } = record.signed;
      if (message.height !== state.height || message.view < state.view) return;
      if (message.view > state.view) moveToView(state, message.view, ctx);
      const round = currentRound(state);
      round.proposal = record.signed;
      round.digest = blockHash(message.block);
      round.voted = state.isMember[state.self] === true ? round.digest : null;
      state.phase = 'prepare';
      return;
    }
    case 'prepared': {
      const { block, view, votes } = record;
      if (block.height !== state.height || view < (state.prepared?.view ?? 0)) return;
      state.prepared = { view, digest: blockHash(block), block, votes };
      if (view === state.view && state.phase === 'prepare') state.phase = 'commit';
      return;
    }
  }
}
