/** What only a traitor of this protocol can do. The generic adversary decides when, to whom, and signs with its own key. */
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { digestOfNone, otherBlock, others, repeatFirst } from '../common/traitor.ts';
import type { AdversaryHooks, SignedMessage } from '../protocol.ts';
import type { FastPathConfig } from './config.ts';
import type { AnyVote, Message, Proposal } from './messages.ts';
import type { Ctx } from './rules.ts';
import { commitMessage, digestOf, voteMessage } from './signing.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, FastPathConfig> = {
  conflicting(message, state, ctx) {
    switch (message.type) {
      case 'proposal':
        return conflictingProposal(message, state, ctx);
      case 'vote':
      case 'commit':
        return { ...message, digest: otherDigest(message, state, ctx) };
      case 'view-change':
        // Lies about what it voted for and prepared.
        return message.voted === null ? null : { ...message, voted: null, prepared: null, votes: [], blocks: [] };
      default:
        return null;
    }
  },

  forgeries(message, ctx) {
    if (message.type !== 'proposal' && message.type !== 'vote' && message.type !== 'commit') return [];
    const { height, view } = message;
    const digest = digestOf(message);
    const [vote, commit] = [voteMessage(height, view, digest), commitMessage(height, view, digest)];
    const votes: readonly AnyVote[] = message.type === 'commit' ? [commit] : [vote, commit];
    return others(ctx).flatMap((claimedFrom) => votes.map((forged) => ({ claimedFrom, message: forged })));
  },

  transplant({ message }: SignedMessage<Message>) {
    // Who proposed or voted for a block has not committed to it: without domain separation its signature says it has.
    if (message.type !== 'vote' && message.type !== 'proposal') return null;
    return commitMessage(message.height, message.view, digestOf(message));
  },

  inflate(message) {
    switch (message.type) {
      case 'proposal': {
        const { justification } = message;
        if (justification === null) return null;
        const changes = repeatFirst(justification.changes);
        return { ...message, justification: { changes, certificate: repeatFirst(justification.certificate) } };
      }
      case 'view-change':
        return message.prepared === null ? null : { ...message, votes: repeatFirst(message.votes) };
      case 'sync-response':
        return { ...message, entries: message.entries.map((entry) => ({ ...entry, votes: repeatFirst(entry.votes) })) };
      default:
        return null;
    }
  },
};

/** Another valid block for the same height and view; null where the view change left no choice or there is no other. */
function conflictingProposal(message: Proposal, state: State, ctx: Ctx): Proposal | null {
  const block = alternativeTo(message.block, message.view, state, ctx);
  return block === null ? null : { ...message, block };
}

function alternativeTo(block: Block, view: number, state: State, ctx: Ctx): Block | null {
  if (block.epoch !== view || block.height !== state.height) return null;
  return otherBlock(block, state, ctx);
}

/** The hash of the conflicting block where there is one, so that a traitor's votes fit its proposals; else of no block. */
function otherDigest(vote: AnyVote, state: State, ctx: Ctx): string {
  const proposal = vote.height === state.height ? (state.rounds.get(vote.view)?.proposal?.message ?? null) : null;
  const other = proposal === null ? null : alternativeTo(proposal.block, vote.view, state, ctx);
  if (other !== null && proposal !== null && digestOf(proposal) === vote.digest) return blockHash(other);
  return digestOfNone(vote.height, vote.view, vote.digest, state.tip);
}
