/** What only a traitor of this protocol can do. The generic adversary decides when, to whom, and signs with its own key. */
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { digestOfNone, otherBlock, others, repeatFirst } from '../common/traitor.ts';
import type { AdversaryHooks, SignedMessage, SignedRef } from '../protocol.ts';
import type { SvbftConfig } from './config.ts';
import type { DecidedEntry, Justification, Message, Proposal, Snapshot, Vote } from './messages.ts';
import type { Ctx } from './rules.ts';
import { commitMessage, digestOf, prepareMessage } from './signing.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, SvbftConfig> = {
  conflicting(message, state, ctx) {
    switch (message.type) {
      case 'proposal':
        return conflictingProposal(message, state, ctx);
      case 'prepare':
      case 'commit':
        return { ...message, digest: otherDigest(message, state, ctx) };
      case 'view-change':
        // Lies about what it had prepared.
        return message.prepared === null ? null : { ...message, prepared: null };
      case 'sync-response':
        return message.snapshot === undefined ? null : { ...message, snapshot: richer(message.snapshot) };
      default:
        return null;
    }
  },

  forgeries(message, ctx) {
    if (message.type !== 'proposal' && message.type !== 'prepare' && message.type !== 'commit') return [];
    const { height, view } = message;
    const digest = digestOf(message);
    const prepare = prepareMessage(height, view, digest);
    const commit = commitMessage(height, view, digest);
    const votes: readonly Vote[] = message.type === 'commit' ? [commit] : [prepare, commit];
    return others(ctx).flatMap((claimedFrom) => votes.map((vote) => ({ claimedFrom, message: vote })));
  },

  transplant({ message }: SignedMessage<Message>) {
    // Who proposed or prepared a block has not committed to it: without domain separation its signature says it has.
    if (message.type !== 'prepare' && message.type !== 'proposal') return null;
    return commitMessage(message.height, message.view, digestOf(message));
  },

  inflate(message) {
    switch (message.type) {
      case 'proposal':
        if (message.justification === null) return null;
        return { ...message, justification: inflateJustification(message.justification) };
      case 'view-change': {
        const { prepared } = message;
        return prepared === null ? null : { ...message, prepared: { ...prepared, votes: repeatFirst(prepared.votes) } };
      }
      case 'sync-response':
        return { ...message, entries: message.entries.map(inflateEntry) };
      default:
        return null;
    }
  },
};

/** The snapshot with a unit more in the first account: the proof of its block is whole, the state is not the one behind it. */
function richer({ entry, ledger }: Snapshot): Snapshot {
  const [first = 0, ...others] = ledger.balances;
  return { entry, ledger: { ...ledger, balances: [first + 1, ...others] } };
}

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
function otherDigest(vote: Vote, state: State, ctx: Ctx): string {
  const proposal = vote.height === state.height ? (state.rounds.get(vote.view)?.proposal?.message ?? null) : null;
  const other = proposal === null ? null : alternativeTo(proposal.block, vote.view, state, ctx);
  if (other !== null && proposal !== null && digestOf(proposal) === vote.digest) return blockHash(other);
  return digestOfNone(vote.height, vote.view, vote.digest, state.tip);
}

function inflateJustification({ changes, certificate }: Justification): Justification {
  return { changes: repeatFirst(changes), certificate: repeatFirst<SignedRef>(certificate) };
}

function inflateEntry(entry: DecidedEntry): DecidedEntry {
  return { ...entry, votes: repeatFirst(entry.votes) };
}
