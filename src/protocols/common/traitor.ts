/** What traitors of every protocol do alike. */
import type { NodeIndex } from '../../core/ids.ts';
import { assembleBlock, blockHash, buildBlock } from '../../ledger/block.ts';
import type { Mempool } from '../../ledger/mempool.ts';
import type { Block, LedgerState } from '../../ledger/types.ts';
import type { NodeContext } from '../protocol.ts';
import { blockRules } from './blocks.ts';

/** All validators but the traitor itself. */
export function others(ctx: { readonly self: NodeIndex; readonly validatorCount: number }): NodeIndex[] {
  return Array.from({ length: ctx.validatorCount }, (_, node) => node).filter((node) => node !== ctx.self);
}

/** As many entries as before, all of the first signer. */
export function repeatFirst<T>(items: readonly T[]): readonly T[] {
  const [first] = items;
  return first === undefined ? items : items.map(() => first);
}

/** Another valid block in the place of this one, on the same ledger: fewer transfers or others; null where there is none. */
export function otherBlock(
  block: Block,
  { ledger, pool }: { readonly ledger: LedgerState; readonly pool: Mempool },
  ctx: NodeContext<Parameters<typeof blockRules>[0]['config'], never>,
): Block | null {
  if (block.batches.length > 0) return assembleBlock(ledger, block.batches.slice(0, -1), block, blockRules(ctx));
  const other = buildBlock(ledger, pool, block, blockRules(ctx));
  return other.batches.length > 0 ? other : null;
}

/** A digest that no block has, for a vote in place of one for `instead`. */
export function digestOfNone(height: number, epoch: number, instead: string, root: string): string {
  return blockHash({ height, parent: instead, proposer: 0, epoch, txRoot: root, stateRoot: root, validators: null });
}
