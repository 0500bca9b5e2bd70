/** A client hands in a batch of transfers: it waits in the mempool for a block. */
import { addBatch, type Mempool, sizeOf } from '../../ledger/mempool.ts';
import type { Batch, LedgerState, SignedBatch } from '../../ledger/types.ts';
import type { SignedMessage } from '../protocol.ts';
import type { Arrival } from './step.ts';

/** The part of a node's state where batches wait. */
export interface HasMempool {
  readonly pool: Mempool;
  readonly ledger: LedgerState;
  /** Batches in `pool`, counted once per change. */
  waiting: number;
}

/** A batch that its client did not send itself is refused: its signature is the message's own. */
const NOT_CLIENT = 'refused: a batch is not sent by its client';

/** Takes in a batch; false, with a note, where it is refused. */
export function takeBatch(
  state: HasMempool,
  { from, message: batch, proof }: Arrival<Batch>,
  out: { note(rule: string): void },
): boolean {
  if (batch.client !== from) {
    out.note(NOT_CLIENT);
    return false;
  }
  const refusal = addBatch(state.pool, state.ledger, { batch, signature: proof.signature });
  if (refusal !== null) {
    out.note(`batch refused: ${refusal}`);
    return false;
  }
  state.waiting = sizeOf(state.pool).batches;
  return true;
}

/** A batch inside a block, as the message in which its client handed it in. */
export function submission({ batch, signature }: SignedBatch): SignedMessage<Batch> {
  return { message: batch, proof: { signer: batch.client, signature } };
}
