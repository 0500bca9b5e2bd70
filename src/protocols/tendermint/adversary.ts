/** What only a traitor of this protocol can do. The generic adversary decides when, to whom, and signs with its own key. */
import type { NodeIndex } from '../../core/ids.ts';
import { blockHash, buildBlock } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { blockRules } from '../common/blocks.ts';
import { digestOfNone, otherBlock, others, repeatFirst } from '../common/traitor.ts';
import type { AdversaryHooks, SignedMessage } from '../protocol.ts';
import type { TendermintConfig } from './config.ts';
import { type DecidedEntry, type Message, NIL, NO_ROUND, type Proposal, type Vote } from './messages.ts';
import type { Ctx } from './rules.ts';
import { digestOf, precommitMessage, prevoteMessage } from './signing.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, TendermintConfig> = {
  conflicting(message, state, ctx) {
    switch (message.type) {
      case 'proposal':
        return conflictingProposal(message, state, ctx);
      case 'prevote':
      case 'precommit':
        return { ...message, digest: otherDigest(message, state, ctx) };
      case 'heartbeat':
        // Claims to hold no polka.
        return message.validRound === NO_ROUND ? null : { ...message, validRound: NO_ROUND };
      default:
        return null;
    }
  },

  forgeries(message, ctx) {
    if (message.type !== 'proposal' && message.type !== 'prevote' && message.type !== 'precommit') return [];
    const { height, round } = message;
    const digest = digestOf(message);
    const precommit = precommitMessage(height, round, digest);
    const votes: readonly Vote[] =
      message.type === 'precommit' ? [precommit] : [prevoteMessage(height, round, digest), precommit];
    return others(ctx).flatMap((claimedFrom) => votes.map((vote) => ({ claimedFrom, message: vote })));
  },

  transplant({ message }: SignedMessage<Message>) {
    // Who proposed or prevoted a block has not precommitted it: without domain separation its signature says it has.
    if (message.type !== 'prevote' && message.type !== 'proposal') return null;
    const digest = digestOf(message);
    return digest === NIL ? null : precommitMessage(message.height, message.round, digest);
  },

  inflate(message) {
    switch (message.type) {
      case 'polka':
        return { ...message, votes: repeatFirst(message.votes) };
      case 'sync-response':
        return { ...message, entries: message.entries.map(inflateEntry) };
      default:
        return null;
    }
  },
};

/** Another valid block for the same height and round; null where there is none. */
function conflictingProposal(message: Proposal, state: State, ctx: Ctx): Proposal | null {
  const block = alternativeTo(message.block, message.round, ctx.self, state, ctx);
  return block === null ? null : { ...message, validRound: NO_ROUND, block };
}

function alternativeTo(block: Block, round: number, proposer: NodeIndex, state: State, ctx: Ctx): Block | null {
  if (block.height !== state.height) return null;
  // In place of one that had a polka: a new one of this round.
  const fresh = { ...block, epoch: round, proposer };
  if (block.epoch !== round) return buildBlock(state.ledger, state.pool, fresh, blockRules(ctx));
  return otherBlock(block, state, ctx);
}

/**
 * What a vote can say instead: for nil the proposed block; for a block the conflicting one where there is one, so that a
 * traitor's votes fit its proposals; else a block that nobody has.
 */
function otherDigest(vote: Vote, state: State, ctx: Ctx): string {
  const round = vote.height === state.height ? (state.rounds.get(vote.round) ?? null) : null;
  const signed = round?.proposal ?? null;
  if (vote.digest === NIL && round !== null && round.digest !== NIL) return round.digest;
  if (signed !== null && round?.digest === vote.digest) {
    const other = alternativeTo(signed.message.block, vote.round, signed.proof.signer, state, ctx);
    if (other !== null) return blockHash(other);
  }
  return digestOfNone(vote.height, vote.round, vote.digest === NIL ? state.tip : vote.digest, state.tip);
}

function inflateEntry(entry: DecidedEntry): DecidedEntry {
  return { ...entry, votes: repeatFirst(entry.votes) };
}
