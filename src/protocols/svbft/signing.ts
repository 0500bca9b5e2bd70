/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { blockHash } from '../../ledger/block.ts';
import { submission } from '../common/submit.ts';
import { entriesIn, syncStatement } from '../common/chain/messages.ts';
import { claimOf, highestPrepared } from '../common/views.ts';
import type { MessageMeta, SignedMessage } from '../protocol.ts';
import type { Commit, DecidedEntry, Justification, Message, Prepare, SignedChange, ViewChange } from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'proposal',
  'prepare',
  'commit',
  'view-change',
  'status',
  'sync-request',
  'sync-response',
  'submit',
] as const;

/** Hash of what the message is about, or '' where nothing. */
export function digestOf(message: Message): string {
  switch (message.type) {
    case 'proposal':
      return blockHash(message.block);
    case 'prepare':
    case 'commit':
      return message.digest;
    case 'view-change':
      return message.prepared?.digest ?? '';
    default:
      return '';
  }
}

/**
 * What is signed. Type, height and view are part of it, so that a signature proves one statement only (domain
 * separation); a block stands for itself by its hash. The mutant `no-domain-separation` signs the bare hash.
 */
export function statement(message: Message, mutant: string | null): unknown {
  switch (message.type) {
    case 'proposal': {
      const digest = digestOf(message);
      if (mutant === 'no-domain-separation') return { digest };
      return { type: message.type, height: message.height, view: message.view, digest };
    }
    case 'prepare':
    case 'commit':
      // A vote is its own statement: { type, height, view, digest } and nothing else.
      return mutant === 'no-domain-separation' ? { digest: message.digest } : message;
    case 'view-change':
      return { type: message.type, height: message.height, view: message.view, prepared: claimOf(message.prepared) };
    case 'sync-response':
      return syncStatement(message);
    default:
      return message;
  }
}

/** The VIEW-CHANGE behind a `SignedChange` of a NEW-VIEW: its statement is that of the message that was sent. */
export function changeMessage(height: number, view: number, change: SignedChange): ViewChange {
  const prepared = change.prepared === null ? null : { ...change.prepared, block: null, votes: [] };
  return { type: 'view-change', height, view, prepared };
}

/** The votes made last: one validator after the other sends the same, and what is one object is encoded and compared once. */
let lastPrepare: Prepare = { type: 'prepare', height: 0, view: 0, digest: '' };
let lastCommit: Commit = { type: 'commit', height: 0, view: 0, digest: '' };

export function prepareMessage(height: number, view: number, digest: string): Prepare {
  if (!isVoteFor(lastPrepare, height, view, digest)) lastPrepare = { type: 'prepare', height, view, digest };
  return lastPrepare;
}

export function commitMessage(height: number, view: number, digest: string): Commit {
  if (!isVoteFor(lastCommit, height, view, digest)) lastCommit = { type: 'commit', height, view, digest };
  return lastCommit;
}

function isVoteFor(vote: Prepare | Commit, height: number, view: number, digest: string): boolean {
  return vote.height === height && vote.view === view && vote.digest === digest;
}

/** The COMMITs of a decided block. */
export function commitsOf({ block, view, votes }: DecidedEntry): SignedMessage<Commit>[] {
  const message = commitMessage(block.height, view, blockHash(block));
  return votes.map((proof) => ({ message, proof }));
}

/** Every signed statement inside a message, in order of appearance. */
export function embedded(message: Message): SignedMessage<Message>[] {
  switch (message.type) {
    case 'proposal':
      return [
        ...(message.justification === null ? [] : inJustification(message.height, message.view, message.justification)),
        ...message.block.batches.map(submission),
      ];
    case 'view-change': {
      if (message.prepared === null) return [];
      const vote = prepareMessage(message.height, message.prepared.view, message.prepared.digest);
      const votes = message.prepared.votes.map((proof) => ({ message: vote, proof }));
      return [...votes, ...(message.prepared.block?.batches ?? []).map(submission)];
    }
    case 'sync-response':
      return entriesIn(message).flatMap((entry) => [...commitsOf(entry), ...entry.block.batches.map(submission)]);
    default:
      return [];
  }
}

function inJustification(
  height: number,
  view: number,
  { changes, certificate }: Justification,
): SignedMessage<Message>[] {
  const signed: SignedMessage<Message>[] = changes.map((change) => ({
    message: changeMessage(height, view, change),
    proof: { signer: change.signer, signature: change.signature },
  }));
  const highest = highestPrepared(changes);
  if (highest === null) return signed;
  const vote = prepareMessage(height, highest.view, highest.digest);
  return [...signed, ...certificate.map((proof) => ({ message: vote, proof }))];
}

/** What the trace says of a message. Submissions belong to no height yet: slot 0. */
export function meta(message: Message): MessageMeta {
  const type = MESSAGE_TYPES.indexOf(message.type);
  switch (message.type) {
    case 'proposal':
    case 'prepare':
    case 'commit':
    case 'view-change':
      return { type, slot: message.height, epoch: message.view, digest: digestOf(message) };
    case 'status':
      return { type, slot: message.height, epoch: message.view, digest: '' };
    case 'sync-request':
      return { type, slot: message.height, epoch: 0, digest: '' };
    case 'sync-response': {
      const [first] = entriesIn(message);
      return { type, slot: first?.block.height ?? 0, epoch: first?.view ?? 0, digest: '' };
    }
    case 'submit':
      return { type, slot: 0, epoch: 0, digest: '' };
  }
}
