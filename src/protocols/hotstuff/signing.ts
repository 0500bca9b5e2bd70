/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { blockHash, GENESIS_HASH } from '../../ledger/block.ts';
import { submission } from '../common/submit.ts';
import { entriesIn, syncStatement } from '../common/chain/messages.ts';
import type { MessageMeta, SignedMessage, SignedRef } from '../protocol.ts';
import type { Entry, Message, NewView, Qc, QcPhase, Vote, Wish } from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'proposal',
  'vote',
  'pre-commit',
  'pre-commit-vote',
  'commit',
  'commit-vote',
  'decide',
  'new-view',
  'sync-request',
  'sync-response',
  'submit',
] as const;

const VOTE_TYPES = { prepare: 'vote', 'pre-commit': 'pre-commit-vote', commit: 'commit-vote' } as const;
const PHASE_OF = { vote: 'prepare', 'pre-commit-vote': 'pre-commit', 'commit-vote': 'commit' } as const;

/** The certificate that a vote counts towards. */
export function phaseOf(type: Vote['type']): QcPhase {
  return PHASE_OF[type];
}

/**
 * The votes made last, by view: one replica after the other votes for the same, and whoever gets a certificate checks it against the
 * vote that everybody in it cast, while others vote in the view after.
 */
const lastVotes: (Vote | undefined)[] = [undefined, undefined, undefined, undefined];

/** A vote; the very object of an equal one that was made just before, so that it is encoded once and compared in no time. */
export function voteMessage(phase: QcPhase, view: number, height: number, digest: string): Vote {
  const type = VOTE_TYPES[phase];
  const last = lastVotes[view & 3];
  if (last?.view === view && last.type === type && last.height === height && last.digest === digest) return last;
  const vote: Vote = { type, view, height, digest };
  lastVotes[view & 3] = vote;
  return vote;
}

/** The vote that everybody in a certificate cast. */
export function voteOfQc({ phase, view, height, digest }: Qc): Vote {
  return voteMessage(phase, view, height, digest);
}

/** A NEW-VIEW, reduced to what its signature covers. */
export function wishOf({ view, highQc }: NewView, { signer, signature }: SignedRef): Wish {
  const high = highQc === null ? null : { view: highQc.view, digest: highQc.digest };
  return { signer, signature, view, high };
}

/** The NEW-VIEW behind it: its statement is that of the message that was sent, which leaves out height and votes. */
export function wishMessage({ view, high }: Wish): NewView {
  return { type: 'new-view', view, highQc: high && { phase: 'prepare', ...high, height: 1, votes: [] } };
}

/** What a certificate says, in numbers and hashes that exist for genesis too: it was made in view 0. */
export function viewOf(qc: Qc | null): number {
  return qc?.view ?? 0;
}
export function heightOf(qc: Qc | null): number {
  return qc?.height ?? 0;
}
export function digestOfQc(qc: Qc | null): string {
  return qc?.digest ?? GENESIS_HASH;
}

/** Hash of what the message is about, or '' where nothing. */
export function digestOf(message: Message): string {
  switch (message.type) {
    case 'proposal':
      return blockHash(message.block);
    case 'vote':
    case 'pre-commit-vote':
    case 'commit-vote':
      return message.digest;
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return message.qc.digest;
    case 'new-view':
      return message.highQc?.digest ?? '';
    default:
      return '';
  }
}

/**
 * What is signed. Type and view are part of it, so that a signature proves one statement only. A block stands for itself by
 * its hash, which covers its parent, hence also what its certificate says; certificates prove themselves.
 */
export function statement(message: Message): unknown {
  switch (message.type) {
    case 'proposal':
      return { type: message.type, view: message.view, digest: digestOf(message) };
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return { type: message.type, view: message.qc.view, digest: message.qc.digest };
    case 'new-view':
      return { type: message.type, view: message.view, high: viewOf(message.highQc), digest: digestOf(message) };
    case 'sync-response':
      return syncStatement<Entry>(message);
    default:
      return message;
  }
}

/** The votes of a certificate, each as its voter signed it. */
export function votesOf(qc: Qc | null): SignedMessage<Vote>[] {
  if (qc === null) return [];
  const message = voteOfQc(qc);
  return qc.votes.map((proof) => ({ message, proof }));
}

const NOTHING: readonly SignedMessage<Message>[] = [];

/** Every signed statement inside a message, in order of appearance. */
export function embedded(message: Message): readonly SignedMessage<Message>[] {
  switch (message.type) {
    case 'proposal':
      return [
        ...votesOf(message.justify),
        ...(message.timeouts ?? []).map((wish) => ({
          message: wishMessage(wish),
          proof: { signer: wish.signer, signature: wish.signature },
        })),
        ...message.block.batches.map(submission),
      ];
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return votesOf(message.qc);
    case 'new-view':
      return votesOf(message.highQc);
    case 'sync-response':
      return [...entriesIn<Entry>(message).flatMap(inEntry), ...votesOf(message.highQc)];
    default:
      return NOTHING;
  }
}

function inEntry({ block, qc }: Entry): SignedMessage<Message>[] {
  return [...votesOf(qc), ...block.batches.map(submission)];
}

/** What the trace says of a message. NEW-VIEW is about the block after the highest certified one. */
export function meta(message: Message): MessageMeta {
  const type = MESSAGE_TYPES.indexOf(message.type);
  const digest = digestOf(message);
  switch (message.type) {
    case 'proposal':
      return { type, slot: message.block.height, epoch: message.view, digest };
    case 'vote':
    case 'pre-commit-vote':
    case 'commit-vote':
      return { type, slot: message.height, epoch: message.view, digest };
    case 'pre-commit':
    case 'commit':
    case 'decide':
      return { type, slot: message.qc.height, epoch: message.qc.view, digest };
    case 'new-view':
      return { type, slot: heightOf(message.highQc) + 1, epoch: message.view, digest };
    case 'sync-request':
      return { type, slot: message.height, epoch: 0, digest };
    case 'sync-response':
      return { type, slot: entriesIn<Entry>(message)[0]?.block.height ?? 0, epoch: viewOf(message.highQc), digest };
    case 'submit':
      return { type, slot: 0, epoch: 0, digest };
  }
}
