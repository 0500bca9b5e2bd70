/** Whether a block may follow our last one: the part of accepting a proposal that concerns its content. */
import { blockHash, checkBlock, txRootOf } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { areSigned, blockRules } from '../common/blocks.ts';
import { leaderOf } from './leader.ts';
import type { Proposal } from './messages.ts';
import { NOTE } from './notes.ts';
import { type Ctx, verifyNewView } from './rules.ts';
import { type State, scheduledMembers } from './state.ts';

/** Null when the block may follow ours and the view is justified; the cheap rules first. */
export function checkProposal(state: State, proposal: Proposal, ctx: Ctx): string | null {
  const { block, view } = proposal;
  const misplaced = checkPlace(state, block, ctx);
  if (misplaced !== null) return misplaced;
  if (view === 0 && block.epoch !== 0) return NOTE.wrongEpoch;
  if (view > 0) {
    const refusal = verifyNewView(proposal, state, ctx);
    if (refusal !== null) return refusal;
  }
  if (isPrepared(state, block)) return null;
  const refusal = checkBlock(state.ledger, block, blockRules(ctx));
  if (refusal !== null) return `proposal refused: ${refusal}`;
  // A block that a quorum prepared before was looked at by a correct member of it.
  return block.epoch < view || hasSignedBatches(state, block, ctx) ? null : NOTE.badBatch;
}

/** Whether it is the block we prepared, to the last batch: the hash is that of the header, whose root says which batches it has. */
function isPrepared({ prepared }: State, block: Block): boolean {
  return prepared?.digest === blockHash(block) && txRootOf(block.batches) === block.txRoot;
}

/** Whether the block belongs on top of our chain, made by whom it had to be made. */
export function checkPlace(state: State, block: Block, ctx: Ctx): string | null {
  if (block.height !== state.height || block.parent !== state.tip) return NOTE.wrongParent;
  if (block.proposer !== leaderOf(ctx.config.leader, block.height, block.epoch, state.members))
    return NOTE.wrongProposer;
  const expected = scheduledMembers(block.height, ctx);
  if (expected === null || block.validators === null) return expected === block.validators ? null : NOTE.wrongMembers;
  const isSame =
    expected.length === block.validators.length && expected.every((node, i) => node === block.validators?.[i]);
  return isSame ? null : NOTE.wrongMembers;
}

function hasSignedBatches(state: State, block: Block, ctx: Ctx): boolean {
  return ctx.mutant === 'unverified' || areSigned(block.batches, state.pool, ctx);
}
