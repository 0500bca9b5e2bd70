/** The state after a crash, from the log. Who waited for locks is forgotten; who is in doubt holds its locks again. */
import { replayGiven, settleReceipt, takeIn } from '../../sharding/reshard/move.ts';
import { close, execute } from './finish.ts';
import { replayChannels } from './handshakes.ts';
import { releaseQuietly, relock } from './locking.ts';
import { replayCouncil } from './council/step.ts';
import { createCoordination } from './coordinator.ts';
import { resumeMigration, startMigration } from './moves.ts';
import { type Ctx, createState, type Durable, type State } from './state.ts';

/** Replays the records, oldest first. */
export function recover(ctx: Ctx, records: readonly Durable[]): State {
  const state = createState(ctx);
  for (const record of records) replay(state, record, ctx);
  resumeMigration(state);
  return state;
}

function replay(state: State, record: Durable, ctx: Ctx): void {
  switch (record.kind) {
    case 'started':
      state.incarnation++;
      return;
    case 'begun': {
      const { transaction } = record;
      state.coordinating.set(transaction.slot, createCoordination(transaction, 0, ctx));
      return;
    }
    case 'gathered': {
      const entry = state.coordinating.get(record.slot);
      if (entry === undefined) return;
      entry.phase = 'gathered';
      entry.yes.push(...entry.children);
      return;
    }
    case 'decided': {
      const entry = state.coordinating.get(record.slot);
      if (entry === undefined) return;
      entry.phase = record.outcome === 'commit' ? 'committing' : 'aborting';
      entry.reason = record.reason;
      return;
    }
    case 'done':
      state.coordinating.delete(record.slot);
      return;
    case 'prepared': {
      const { transaction } = record;
      const delay = ctx.config.retryMicros;
      state.participating.set(transaction.slot, {
        transaction,
        phase: 'prepared',
        since: 0,
        delay,
        attempt: null,
        ballotSeen: 0,
      });
      if (ctx.mutant !== '2pc-execute-can-fail') relock(state, transaction, ctx);
      return;
    }
    case 'ended': {
      const transaction = state.participating.get(record.slot)?.transaction;
      if (record.outcome === 'commit' && transaction !== undefined) execute(state, transaction, ctx);
      close(state, record.slot, record.outcome, record.reason);
      releaseQuietly(state, record.slot);
      return;
    }
    case 'executed': {
      const { transaction } = record;
      execute(state, transaction, ctx);
      return close(state, transaction.slot, 'commit', null);
    }
    case 'council-voted':
    case 'council-locked':
    case 'council-decided':
    case 'council-asked':
      if (state.council !== null) replayCouncil(state.council, state.self, record);
      return;
    case 'upgraded':
    case 'registered':
      return replayChannels(state, record);
    case 'migration':
      return startMigration(state, record.id, record.moves, ctx);
    case 'given':
      return replayGiven(state.accounts, record.parcel);
    case 'taken':
      takeIn(state.accounts, record.parcel, () => true);
      return;
    case 'settled':
      settleReceipt(state.accounts, { type: 'account-receipt', account: record.account, version: record.version });
      return;
    case 'ballot':
      state.ballots.set(record.slot, { promised: record.promised, accepted: record.accepted });
      return;
  }
}
