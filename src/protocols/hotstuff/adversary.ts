/** What only a traitor of this protocol can do. The generic adversary decides when, to whom, and signs with its own key. */
import type { NodeIndex } from '../../core/ids.ts';
import { assembleBlock, blockHash, buildBlock } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import type { AdversaryHooks, SignedMessage } from '../protocol.ts';
import type { HotStuffConfig } from './config.ts';
import type { Message, NewView, Qc, Vote } from './messages.ts';
import { blockRules } from './proposal.ts';
import type { Ctx } from './rules.ts';
import { digestOf, voteMessage } from './signing.ts';
import type { State } from './state.ts';
import { ledgerAt } from './tree.ts';

export const adversary: AdversaryHooks<State, Message, HotStuffConfig> = {
  conflicting(message, state, ctx) {
    switch (message.type) {
      case 'proposal': {
        const block = alternativeTo(message.block, state, ctx);
        return block === null ? null : { ...message, block };
      }
      case 'vote':
      case 'pre-commit-vote':
      case 'commit-vote':
        return { ...message, digest: otherDigest(message, state, ctx) };
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

/** Another valid block for the same view and parent; null where there is no other. */
function alternativeTo(block: Block, state: State, ctx: Ctx): Block | null {
  const ledger = ledgerAt(state, block.parent);
  if (ledger === null) return null;
  if (block.batches.length > 0) return assembleBlock(ledger, block.batches.slice(0, -1), block, blockRules(ctx));
  const queues = state.pool.queues.map(({ batches, transferCount }) => ({ batches: new Map(batches), transferCount }));
  const other = buildBlock(ledger, { ...state.pool, queues }, block, blockRules(ctx));
  return other.batches.length > 0 ? other : null;
}

/** The hash of the conflicting block where there is one, so that a traitor's votes fit its proposals; else of no block. */
function otherDigest(vote: Vote, state: State, ctx: Ctx): string {
  const block = state.rounds.get(vote.view)?.proposal?.message.block ?? null;
  const other = block === null || blockHash(block) !== vote.digest ? null : alternativeTo(block, state, ctx);
  if (other !== null) return blockHash(other);
  const { height, view, digest } = vote;
  const root = state.tip;
  return blockHash({
    height,
    parent: digest,
    proposer: 0,
    epoch: view,
    txRoot: root,
    stateRoot: root,
    validators: null,
  });
}

/** Keeps its highest certificate to itself and shows the one below. */
function understated(message: NewView, state: State): NewView | null {
  const { highQc } = message;
  if (highQc === null) return null;
  const parent = state.tree.get(highQc.digest)?.block.parent ?? '';
  const lower = state.tree.get(parent)?.qc ?? (parent === state.tip ? state.chain.at(-1)?.qc : null) ?? null;
  return { ...message, highQc: lower?.phase === 'prepare' ? lower : null };
}

function others(ctx: Ctx): NodeIndex[] {
  return Array.from({ length: ctx.validatorCount }, (_, node) => node).filter((node) => node !== ctx.self);
}

/** As many votes as before, all of the first signer. */
function repeatFirst(qc: Qc): Qc {
  const [first] = qc.votes;
  return first === undefined ? qc : { ...qc, votes: qc.votes.map(() => first) };
}
