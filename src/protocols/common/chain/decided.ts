/** Blocks decided one height after the other: putting one on top, and finding the chain again after a crash. */
import { applyBlock, blockHash } from '../../../ledger/block.ts';
import { sizeOf } from '../../../ledger/mempool.ts';
import type { Block } from '../../../ledger/types.ts';
import type { HasMempool } from '../submit.ts';
import type { CatchingUp } from './catch-up.ts';
import type { KeptRecord } from './forget.ts';
import { type Kept, restoreOldest } from './kept.ts';
import type { Snapshot } from './snapshot.ts';

/** The part of a node's state that a decided block changes. */
interface Chain<E> extends HasMempool, CatchingUp, Kept<E> {
  decided: number;
  /** Hash of the last decided block. */
  tip: string;
}

/** Puts a decided block on top of chain and ledger. */
export function putOnTop<E extends { readonly block: Block }>(state: Chain<E>, entry: E): void {
  const { block } = entry;
  applyBlock(state.ledger, state.pool, block, state.validatorCount);
  state.chain.push(entry);
  state.decided = block.height;
  state.tip = blockHash(block);
  state.waiting = sizeOf(state.pool).batches;
  state.known[state.self] = state.decided;
}

/** What is on disk of decided blocks. */
export type ChainRecord<E> = { readonly kind: 'decided'; readonly entry: E } | KeptRecord<E>;

/** Takes back what a record says was decided; `append` and `install` are those of the protocol. */
export function replayChain<E extends { readonly block: Block }>(
  state: Kept<E> & { readonly height: number },
  record: ChainRecord<E>,
  append: (entry: E) => void,
  install: (snapshot: Snapshot<E>) => void,
): void {
  switch (record.kind) {
    case 'decided':
      // A torn disk may have lost the block before: what does not follow is asked for again.
      if (record.entry.block.height === state.height) append(record.entry);
      return;
    case 'snapshot':
      if (record.snapshot.entry.block.height > state.decided) install(record.snapshot);
      return;
    case 'kept':
      return restoreOldest(state, record.entries, ({ block }) => block);
  }
}
