/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { blockHash } from '../../ledger/block.ts';
import { submission } from '../common/submit.ts';
import { entriesIn, syncStatement } from '../common/chain/messages.ts';
import { claimOf, highestPrepared } from '../common/views.ts';
import type { MessageMeta, SignedMessage } from '../protocol.ts';
import type {
  AnyVote,
  Commit,
  DecidedEntry,
  Justification,
  Message,
  Report,
  SignedChange,
  ViewChange,
  Vote,
} from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'proposal',
  'vote',
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
    case 'vote':
    case 'commit':
      return message.digest;
    case 'view-change':
      return message.voted?.digest ?? '';
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
    case 'vote':
    case 'commit':
      // A vote is its own statement: { type, height, view, digest } and nothing else.
      return mutant === 'no-domain-separation' ? { digest: message.digest } : message;
    case 'view-change': {
      const { type, height, view } = message;
      return { type, height, view, ...reportOf(message) };
    }
    case 'sync-response':
      return syncStatement(message);
    default:
      return message;
  }
}

/** The part of a VIEW-CHANGE that its signature covers, beside height and view. */
export function reportOf({ voted, prepared }: Report): Report {
  return { voted: claimOf(voted), prepared: claimOf(prepared) };
}

/** The VIEW-CHANGE behind a `SignedChange` of a NEW-VIEW: its statement is that of the message that was sent. */
export function changeMessage(height: number, view: number, { voted, prepared }: SignedChange): ViewChange {
  return { type: 'view-change', height, view, voted, prepared, votes: [], blocks: [] };
}

export function voteMessage(height: number, view: number, digest: string): Vote {
  return { type: 'vote', height, view, digest };
}

export function commitMessage(height: number, view: number, digest: string): Commit {
  return { type: 'commit', height, view, digest };
}

/** The vote that every signer of a decided block's certificate signed. */
export function decidingVote({ block, view, isFast }: DecidedEntry): AnyVote {
  const digest = blockHash(block);
  return isFast ? voteMessage(block.height, view, digest) : commitMessage(block.height, view, digest);
}

/** The signed votes of a decided block. */
export function certificateOf(entry: DecidedEntry): SignedMessage<AnyVote>[] {
  const message = decidingVote(entry);
  return entry.votes.map((proof) => ({ message, proof }));
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
      const { height, prepared } = message;
      const vote = prepared === null ? null : voteMessage(height, prepared.view, prepared.digest);
      const votes = vote === null ? [] : message.votes.map((proof) => ({ message: vote, proof }));
      return [...votes, ...message.blocks.flatMap(({ batches }) => batches.map(submission))];
    }
    case 'sync-response':
      return entriesIn(message).flatMap((entry) => [...certificateOf(entry), ...entry.block.batches.map(submission)]);
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
  const vote = voteMessage(height, highest.view, highest.digest);
  return [...signed, ...certificate.map((proof) => ({ message: vote, proof }))];
}

/** What the trace says of a message. Submissions belong to no height yet: slot 0. */
export function meta(message: Message): MessageMeta {
  const type = MESSAGE_TYPES.indexOf(message.type);
  switch (message.type) {
    case 'proposal':
    case 'vote':
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
