/**
 * State transfer: a node that missed more than the others kept takes over their accounts, which the root in a decided block
 * vouches for. Ref: Castro & Liskov, TOCS 20(4), 2002 (state transfer).
 */
import { blockHash, txRootOf } from '../../../ledger/block.ts';
import { copyLedger, isExecuted, stateRoot } from '../../../ledger/ledger.ts';
import { pendingBatches, removeBatches, sizeOf } from '../../../ledger/mempool.ts';
import type { Block, LedgerState } from '../../../ledger/types.ts';
import type { HasMempool } from '../submit.ts';

/** Where a node stands: a decided block with what proves it, and balances and executed batches after it. */
export interface Snapshot<E> {
  readonly entry: E;
  readonly ledger: LedgerState;
}

/** Our state at our last block; null before the first. */
export function snapshotOf<E>({
  chain,
  ledger,
}: {
  readonly chain: readonly E[];
  readonly ledger: LedgerState;
}): Snapshot<E> | null {
  const entry = chain.at(-1);
  return entry === undefined ? null : { entry, ledger: copyLedger(ledger) };
}

/** Whether the block is whole and these are the accounts that its root stands for, as many as there are in `own`. */
export function isStateAfter(block: Block, ledger: LedgerState, own: LedgerState): boolean {
  if (txRootOf(block.batches) !== block.txRoot) return false;
  if (ledger.balances.length !== own.balances.length || ledger.executed.length !== own.executed.length) return false;
  return stateRoot(ledger) === block.stateRoot;
}

/** Writes a copy of these accounts into ours. */
export function overwriteLedger(own: LedgerState, ledger: LedgerState): void {
  const { balances, executed } = copyLedger(ledger);
  own.balances = balances;
  own.executed = executed;
}

/** Drops what waits in the mempool and was executed meanwhile. */
export function dropExecuted(state: HasMempool, validatorCount: number): void {
  const done = pendingBatches(state.pool).filter(({ batch }) =>
    isExecuted(state.ledger, batch.client - validatorCount, batch.sequence),
  );
  removeBatches(state.pool, done);
  state.waiting = sizeOf(state.pool).batches;
}

/** Stands on the block of a snapshot, with its accounts: what was decided before is forgotten. */
export function standOn<E>(
  state: HasMempool & { decided: number; tip: string; readonly chain: E[] },
  { entry, ledger }: Snapshot<E>,
  block: Block,
  validatorCount: number,
): void {
  overwriteLedger(state.ledger, ledger);
  dropExecuted(state, validatorCount);
  state.chain.splice(0, state.chain.length, entry);
  state.decided = block.height;
  state.tip = blockHash(block);
}
