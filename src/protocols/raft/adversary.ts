/** What only a traitor in a Raft cluster can do. Nothing here is defended against: Raft bears crashes, not lies. */
import { assembleBlock } from '../../ledger/block.ts';
import type { AdversaryHooks } from '../protocol.ts';
import type { RaftConfig } from './config.ts';
import type { Append, Message } from './messages.ts';
import type { Ctx } from './rules.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, RaftConfig> = {
  conflicting(message, state, ctx) {
    if (message.type === 'append') return conflictingAppend(message, state, ctx);
    return message.type === 'vote' ? { ...message, candidate: (message.candidate + 1) % ctx.validatorCount } : null;
  },
  forgeries: () => [],
  transplant: () => null,
  inflate: () => null,
};

/**
 * The same index and term with another block: whoever follows a leader takes what it is sent, and nobody compares. The other
 * block is empty, or where the true one is, is said to come from another proposer.
 */
function conflictingAppend(message: Append, state: State, ctx: Ctx): Append | null {
  const last = message.entries.at(-1);
  if (last === undefined || last.configuration !== null) return null;
  const { block } = last;
  const proposer = block.batches.length > 0 ? block.proposer : (block.proposer + 1) % ctx.validatorCount;
  const rules = { validatorCount: ctx.validatorCount, maxTransfers: ctx.config.maxTransactionsPerBlock };
  const other = assembleBlock(state.ledger, [], { ...block, proposer }, rules);
  return { ...message, entries: [...message.entries.slice(0, -1), { block: other, configuration: null }] };
}
