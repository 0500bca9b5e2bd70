/** valid(v) of the paper: whether a proposed block may follow our last one. */
import { checkBlock } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { areSigned, blockRules } from '../common/blocks.ts';
import { NO_ROUND, type Proposal } from './messages.ts';
import { NOTE } from './notes.ts';
import type { Ctx } from './rules.ts';
import { digestOf } from './signing.ts';
import { proposerAt, type State } from './state.ts';

/** Null when the proposed block is valid; the cheap rules first. Ref: line 23, valid(v). */
export function checkProposal(state: State, proposal: Proposal, ctx: Ctx): string | null {
  const { block, round, validRound } = proposal;
  // A new block is of this round; one with a polka was new in that round or before.
  const fits = validRound === NO_ROUND ? block.epoch === round : block.epoch <= validRound;
  if (!fits) return NOTE.wrongEpoch;
  const misplaced = checkPlace(state, block);
  if (misplaced !== null) return misplaced;
  if (state.valid?.digest === digestOf(proposal)) return null;
  const refusal = checkBlock(state.ledger, block, blockRules(ctx));
  if (refusal !== null) return `proposal invalid: ${refusal}`;
  return hasSignedBatches(state, block, ctx) ? null : NOTE.badBatch;
}

/** Whether the block belongs on top of our chain, made by whom it had to be made. `block.epoch` is not far ahead. */
export function checkPlace(state: State, block: Block): string | null {
  if (block.height !== state.height || block.parent !== state.tip) return NOTE.wrongParent;
  if (block.validators !== null) return NOTE.wrongMembers;
  return block.proposer === proposerAt(state, block.epoch) ? null : NOTE.wrongProposer;
}

function hasSignedBatches(state: State, block: Block, ctx: Ctx): boolean {
  return ctx.mutant === 'unverified' || areSigned(block.batches, state.pool, ctx);
}
