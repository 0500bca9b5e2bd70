/** Blocks of transfers, as every protocol makes and judges them by its configuration. */
import type { BlockRules } from '../../ledger/block.ts';
import { createMempool, holdsBatch, type Mempool } from '../../ledger/mempool.ts';
import { MAX_BATCH_TRANSFERS } from '../../ledger/parse.ts';
import type { Batch, SignedBatch } from '../../ledger/types.ts';
import type { NodeContext } from '../protocol.ts';

/** The part of a configuration that says how large blocks and mempools may get, in transfers. */
interface Sizes {
  readonly maxTransactionsPerBlock: number;
  readonly mempoolLimit: number;
}

/** An empty mempool; what is too large for any block does not get in. */
export function createPool({ config, validatorCount, clientCount }: NodeContext<Sizes, never>): Mempool {
  const limits = {
    maxBatches: config.mempoolLimit,
    maxTransfers: config.mempoolLimit,
    maxBatchTransfers: Math.min(MAX_BATCH_TRANSFERS, config.maxTransactionsPerBlock),
  };
  return createMempool(limits, validatorCount, clientCount);
}

export function blockRules({ config, validatorCount }: NodeContext<Sizes, never>): BlockRules {
  const maxTransfers = config.maxTransactionsPerBlock;
  // Asked for at every block by every node, all of one testnet: they share the answer.
  if (lastRules.validatorCount !== validatorCount || lastRules.maxTransfers !== maxTransfers)
    lastRules = { validatorCount, maxTransfers };
  return lastRules;
}

let lastRules: BlockRules = { validatorCount: 0, maxTransfers: 0 };

/** Whether every batch is signed by its client; what waits in our mempool was verified when it came. */
export function areSigned(
  batches: readonly SignedBatch[],
  pool: Mempool,
  ctx: { verify(signer: number, message: Batch, signature: Uint8Array): boolean },
): boolean {
  if (batches.length === 0) return true;
  return batches.every(
    (signed) => holdsBatch(pool, signed) || ctx.verify(signed.batch.client, signed.batch, signed.signature),
  );
}
