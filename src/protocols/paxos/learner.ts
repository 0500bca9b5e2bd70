/** Learners: what is chosen is executed in order; whoever missed some asks. Ref: Paxos Made Simple, §2.3. */
import type { NodeIndex } from '../../core/ids.ts';
import { applyBlock, blockHash } from '../../ledger/block.ts';
import { sizeOf } from '../../ledger/mempool.ts';
import type { Block } from '../../ledger/types.ts';
import type { Learn, LearnRequest } from './messages.ts';
import type { Ctx } from './rules.ts';
import type { Out, State } from './state.ts';

/** The next instance's value is chosen. */
export function choose(state: State, block: Block, out: Out, ctx: Ctx): void {
  out.persist({ kind: 'chosen', block });
  execute(state, block, ctx);
  const { height: slot, epoch } = block;
  out.decide({ slot, epoch, digest: state.tip, value: block, certificate: { ballot: state.seen } });
}

export function execute(state: State, block: Block, ctx: Ctx): void {
  applyBlock(state.ledger, state.pool, block, ctx.validatorCount);
  state.chain.push(block);
  state.tip = blockHash(block);
  state.waiting = sizeOf(state.pool).batches;
  state.accepted.delete(block.height);
}

/** Takes over chosen values, those that follow ours. */
export function learn(state: State, chosen: readonly Block[], out: Out, ctx: Ctx): void {
  for (const block of chosen) if (block.height === state.chain.length + 1) choose(state, block, out, ctx);
}

/** The proposer of `ballot` knows so many to be chosen: those it had accepted here in that ballot are known now here too. */
export function learnUpTo(state: State, known: number, ballot: number, from: NodeIndex, out: Out, ctx: Ctx): void {
  while (state.chain.length < known) {
    const accepted = state.accepted.get(state.chain.length + 1);
    if (accepted?.ballot !== ballot) break;
    choose(state, accepted.block, out, ctx);
  }
  if (state.chain.length < known) out.send(from, { type: 'learn-request', instance: state.chain.length + 1 });
}

export function chosenFrom(state: State, instance: number, ctx: Ctx): readonly Block[] {
  return state.chain.slice(instance - 1, instance - 1 + ctx.config.learnBlocks);
}

export function onLearnRequest(state: State, from: NodeIndex, { instance }: LearnRequest, out: Out, ctx: Ctx): void {
  const chosen = chosenFrom(state, instance, ctx);
  if (chosen.length > 0) out.send(from, { type: 'learn', chosen });
}

export function onLearn(state: State, message: Learn, out: Out, ctx: Ctx): void {
  learn(state, message.chosen, out, ctx);
}
