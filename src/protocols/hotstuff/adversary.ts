/** What only a traitor of this protocol can do. The generic adversary decides when, to whom, and signs with its own key. */
import { assembleBlock, blockHash, buildBlock } from '../../ledger/block.ts';
import { blockRules } from '../common/blocks.ts';
import { others } from '../common/traitor.ts';
import type { AdversaryHooks, SignedMessage } from '../protocol.ts';
import type { HotStuffConfig } from './config.ts';
import type { Message, NewView, Proposal, Qc, Vote } from './messages.ts';
import { selectable } from './proposal.ts';
import type { Ctx } from './rules.ts';
import { digestOf, viewOf, voteMessage } from './signing.ts';
import type { State } from './state.ts';
import { ledgerAt } from './tree.ts';

export const adversary: AdversaryHooks<State, Message, HotStuffConfig> = {
  conflicting(message, state, ctx) {
    switch (message.type) {
      case 'proposal':
        return alternativeTo(message, state, ctx);
      case 'vote':
      case 'pre-commit-vote':
      case 'commit-vote':
        return otherVote(message, state, ctx);
      case 'new-view':
        return understated(message, state);
      default:
        return null;
    }
  },

  forgeries(message, ctx) {
    switch (message.type) {
      case 'proposal':
      case 'vote': {
        const height = message.type === 'proposal' ? message.block.height : message.height;
        const vote = voteMessage('prepare', message.view, height, digestOf(message));
        return others(ctx).map((claimedFrom) => ({ claimedFrom, message: vote }));
      }
      default:
        return [];
    }
  },

  transplant({ message }: SignedMessage<Message>) {
    // Who accepted a block has not locked it: if a signature did not cover its phase, it would say so.
    return message.type === 'vote' ? { ...message, type: 'commit-vote' } : null;
  },

  inflate(message) {
    switch (message.type) {
      case 'proposal':
        return message.justify === null ? null : { ...message, justify: repeatFirst(message.justify) };
      case 'pre-commit':
      case 'commit':
      case 'decide':
        return { ...message, qc: repeatFirst(message.qc) };
      case 'new-view':
        return message.highQc === null ? null : { ...message, highQc: repeatFirst(message.highQc) };
      case 'sync-response':
        return {
          ...message,
          entries: message.entries.map(({ block, qc }) => ({ block, qc: qc === null ? null : repeatFirst(qc) })),
        };
      default:
        return null;
    }
  },
};

/** Another valid proposal for the same view: other transfers for the same parent or, where there are none, a fork. */
function alternativeTo(message: Proposal, state: State, ctx: Ctx): Proposal | null {
  const { block } = message;
  const ledger = ledgerAt(state, block.parent);
  if (ledger === null) return null;
  if (block.batches.length > 0) {
    return { ...message, block: assembleBlock(ledger, block.batches.slice(0, -1), block, blockRules(ctx)) };
  }
  const other = buildBlock(ledger, selectable(state), block, blockRules(ctx));
  return other.batches.length > 0 ? { ...message, block: other } : forkOf(message, state, ctx);
}

/**
 * A block on an older certificate: of the highest certified block beside the branch of the proposal, else of the last decided
 * one. Who is locked further up must refuse it.
 */
function forkOf(message: Proposal, state: State, ctx: Ctx): Proposal | null {
  const branch = new Set<string>();
  for (let at = message.block.parent; state.tree.has(at); at = state.tree.get(at)?.block.parent ?? '') branch.add(at);
  let justify = state.chain.at(-1)?.qc ?? null;
  for (const [digest, { qc }] of state.tree) {
    const isHigher = viewOf(qc) > viewOf(justify) || branch.has(justify?.digest ?? '');
    if (qc !== null && !branch.has(digest) && isHigher) justify = qc;
  }
  if (justify === null || justify.phase !== 'prepare' || justify.digest === message.block.parent) return null;
  const ledger = ledgerAt(state, justify.digest);
  if (ledger === null) return null;
  const header = { ...message.block, height: justify.height + 1, parent: justify.digest };
  return { ...message, justify, block: buildBlock(ledger, selectable(state), header, blockRules(ctx)) };
}

/** A vote for the conflicting block where there is one, so that a traitor's votes fit its proposals; else for no block. */
function otherVote(vote: Vote, state: State, ctx: Ctx): Vote {
  const proposal = state.rounds.get(vote.view)?.proposal?.message ?? null;
  const isOfRound = proposal !== null && digestOf(proposal) === vote.digest;
  const other = isOfRound ? alternativeTo(proposal, state, ctx) : null;
  if (other !== null) return { ...vote, height: other.block.height, digest: blockHash(other.block) };
  const { height, view, digest } = vote;
  const root = state.tip;
  const header = { height, parent: digest, proposer: 0, epoch: view, txRoot: root, stateRoot: root, validators: null };
  return { ...vote, digest: blockHash(header) };
}

/** Keeps its highest certificate to itself and shows the one below. */
function understated(message: NewView, state: State): NewView | null {
  const { highQc } = message;
  if (highQc === null) return null;
  const parent = state.tree.get(highQc.digest)?.block.parent ?? '';
  const lower = state.tree.get(parent)?.qc ?? (parent === state.tip ? state.chain.at(-1)?.qc : null) ?? null;
  return { ...message, highQc: lower?.phase === 'prepare' ? lower : null };
}

/** As many votes as before, all of the first signer. */
function repeatFirst(qc: Qc): Qc {
  const [first] = qc.votes;
  return first === undefined ? qc : { ...qc, votes: qc.votes.map(() => first) };
}
