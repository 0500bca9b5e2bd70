/** What only a traitor of this protocol can do. The generic adversary decides when, to whom, and signs with its own key. */
import { hashHex } from '../../crypto/hash.ts';
import { encode } from '../../core/encoding.ts';
import { selectBatches } from '../../ledger/mempool.ts';
import { others, repeatFirst } from '../common/traitor.ts';
import type { AdversaryHooks, SignedMessage } from '../protocol.ts';
import type { PbftConfig } from './config.ts';
import type { Message, PrePrepare, Request, Vote } from './messages.ts';
import type { Ctx } from './rules.ts';
import { commitMessage, prepareMessage, prePrepareMessage, requestDigest } from './signing.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, PbftConfig> = {
  conflicting(message, state, ctx) {
    switch (message.type) {
      case 'pre-prepare':
        return conflictingPrePrepare(message, state, ctx);
      case 'prepare':
      case 'commit':
        return { ...message, digest: otherDigest(message, state, ctx) };
      case 'checkpoint':
        return { ...message, digest: scrambled(message.digest) };
      case 'view-change':
        // Lies about what it had prepared.
        return message.prepared.length === 0 ? null : { ...message, prepared: [] };
      default:
        return null;
    }
  },

  forgeries(message, ctx) {
    if (message.type !== 'pre-prepare' && message.type !== 'prepare' && message.type !== 'commit') return [];
    const { view, sequence, digest } = message;
    const commit = commitMessage(view, sequence, digest);
    const votes: readonly Vote[] =
      message.type === 'commit' ? [commit] : [prepareMessage(view, sequence, digest), commit];
    return others(ctx).flatMap((claimedFrom) => votes.map((vote) => ({ claimedFrom, message: vote })));
  },

  transplant({ message }: SignedMessage<Message>) {
    // Who assigned or prepared a request has not committed it: without domain separation its signature says it has.
    if (message.type !== 'prepare' && message.type !== 'pre-prepare') return null;
    return commitMessage(message.view, message.sequence, message.digest);
  },

  inflate(message) {
    switch (message.type) {
      case 'view-change': {
        const prepared = message.prepared.map((claim) => ({ ...claim, votes: repeatFirst(claim.votes) }));
        return { ...message, proof: repeatFirst(message.proof), prepared };
      }
      case 'new-view': {
        const assignments = message.assignments.map((item) => ({ ...item, votes: repeatFirst(item.votes) }));
        return { ...message, changes: repeatFirst(message.changes), proof: repeatFirst(message.proof), assignments };
      }
      case 'state-response': {
        const entries = message.entries.map((entry) => ({ ...entry, votes: repeatFirst(entry.votes) }));
        return { ...message, proof: repeatFirst(message.proof), entries };
      }
      default:
        return null;
    }
  },
};

/** Another valid request for the same view and number; null where there is none. */
function conflictingPrePrepare({ view, sequence, request }: PrePrepare, state: State, ctx: Ctx): PrePrepare | null {
  const other = request === null ? null : alternativeTo(request, state, ctx);
  return other === null ? null : prePrepareMessage(view, sequence, requestDigest(other), other);
}

/** One batch less, or where it had none, what waits. */
function alternativeTo(request: Request, state: State, ctx: Ctx): Request | null {
  const { sequence, view, batches } = request;
  if (batches.length > 0) return { sequence, view, batches: batches.slice(0, -1) };
  const waiting = selectBatches(state.pool, state.ledger, ctx.config.maxTransactionsPerBlock, sequence);
  return waiting.length === 0 ? null : { sequence, view, batches: waiting };
}

/** The digest of the conflicting request where there is one, so that a traitor's votes fit its pre-prepares; else of none. */
function otherDigest(vote: Vote, state: State, ctx: Ctx): string {
  const request = state.log.get(vote.sequence)?.requests.get(vote.digest);
  const other = request === undefined || request.view !== vote.view ? null : alternativeTo(request, state, ctx);
  return other === null ? scrambled(vote.digest) : requestDigest(other);
}

/** The digest of nothing that anybody knows. */
function scrambled(digest: string): string {
  return hashHex(encode({ not: digest }));
}
