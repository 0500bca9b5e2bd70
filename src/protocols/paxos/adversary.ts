/** What only a traitor among Paxos servers can do. Nothing here is defended against: Paxos bears crashes, not lies. */
import { assembleBlock } from '../../ledger/block.ts';
import type { AdversaryHooks } from '../protocol.ts';
import type { PaxosConfig } from './config.ts';
import type { Message } from './messages.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, PaxosConfig> = {
  /** Another block for the same instance and ballot: empty, or said to come from somebody else where the true one is empty. */
  conflicting(message, state, ctx) {
    if (message.type !== 'accept') return null;
    const { block } = message;
    const proposer = block.batches.length > 0 ? block.proposer : (block.proposer + 1) % ctx.validatorCount;
    const rules = { validatorCount: ctx.validatorCount, maxTransfers: ctx.config.maxTransactionsPerBlock };
    return { ...message, block: assembleBlock(state.ledger, [], { ...block, proposer }, rules) };
  },
  forgeries: () => [],
  transplant: () => null,
  inflate: () => null,
};
