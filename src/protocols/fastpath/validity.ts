/** Whether a block may follow our last one: the part of accepting a proposal that concerns its content. */
import { blockHash, checkBlock, txRootOf } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { areSigned, blockRules } from '../common/blocks.ts';
import { primaryOf } from './leader.ts';
import type { Proposal } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, verifyNewView } from './rules.ts';
import type { State } from './state.ts';

/** Null when the block may follow ours and the view is justified; the cheap rules first. */
export function checkProposal(state: State, proposal: Proposal, ctx: Ctx): string | null {
  const { block, view } = proposal;
  const misplaced = checkPlace(state, block);
  if (misplaced !== null) return misplaced;
  if (view === 0 && block.epoch !== 0) return NOTE.wrongEpoch;
  if (view > 0) {
    const refusal = verifyNewView(proposal, ctx);
    if (refusal !== null) return refusal;
  }
  if (isChecked(state, block)) return null;
  const refusal = checkBlock(state.ledger, block, blockRules(ctx));
  if (refusal !== null) return `proposal refused: ${refusal}`;
  // An older block was voted for by more than f before, so by a correct replica that looked at it.
  return block.epoch < view || hasSignedBatches(state, block, ctx) ? null : NOTE.badBatch;
}

/** Whether we looked at this very block before: the hash is that of the header, whose root says which batches belong to it. */
export function isChecked(state: State, block: Block): boolean {
  const digest = blockHash(block);
  if (state.voted?.digest !== digest && state.prepared?.digest !== digest) return false;
  return txRootOf(block.batches) === block.txRoot;
}

/** Whether the block belongs on top of our chain, made by whom it had to be made. */
export function checkPlace(state: State, block: Block): string | null {
  if (block.height !== state.height || block.parent !== state.tip || block.validators !== null) return NOTE.wrongParent;
  return block.proposer === primaryOf(block.height, block.epoch, state.validatorCount) ? null : NOTE.wrongProposer;
}

function hasSignedBatches(state: State, block: Block, ctx: Ctx): boolean {
  return ctx.mutant === 'unverified' || areSigned(block.batches, state.pool, ctx);
}
