/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { blockHash } from '../../ledger/block.ts';
import { submission } from '../common/submit.ts';
import { entriesIn, syncStatement } from '../common/chain/messages.ts';
import type { MessageMeta, SignedMessage } from '../protocol.ts';
import type { DecidedEntry, Message, Precommit, Prevote } from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'proposal',
  'prevote',
  'precommit',
  'polka',
  'heartbeat',
  'sync-request',
  'sync-response',
  'submit',
] as const;

/** Hash of what the message is about, or '' where nothing: a vote for nil too. */
export function digestOf(message: Message): string {
  switch (message.type) {
    case 'proposal':
      return blockHash(message.block);
    case 'prevote':
    case 'precommit':
    case 'polka':
      return message.digest;
    default:
      return '';
  }
}

/**
 * What is signed. Type, height and round are part of it, so that a signature proves one statement only (domain separation);
 * a block stands for itself by its hash. The mutant `no-domain-separation` signs the bare hash.
 */
export function statement(message: Message, mutant: string | null): unknown {
  switch (message.type) {
    case 'proposal': {
      const digest = digestOf(message);
      if (mutant === 'no-domain-separation') return { digest };
      const { type, height, round, validRound } = message;
      return { type, height, round, validRound, digest };
    }
    case 'prevote':
    case 'precommit':
      // A vote is its own statement: { type, height, round, digest } and nothing else.
      return mutant === 'no-domain-separation' ? { digest: message.digest } : message;
    case 'polka': {
      // The votes prove themselves.
      const { type, height, round, digest } = message;
      return { type, height, round, digest };
    }
    case 'sync-response':
      return syncStatement(message);
    default:
      return message;
  }
}

export function prevoteMessage(height: number, round: number, digest: string): Prevote {
  return { type: 'prevote', height, round, digest };
}

export function precommitMessage(height: number, round: number, digest: string): Precommit {
  return { type: 'precommit', height, round, digest };
}

/** The PRECOMMITs of a decided block. */
export function precommitsOf({ block, round, votes }: DecidedEntry): SignedMessage<Precommit>[] {
  const message = precommitMessage(block.height, round, blockHash(block));
  return votes.map((proof) => ({ message, proof }));
}

/** Every signed statement inside a message, in order of appearance. */
export function embedded(message: Message): SignedMessage<Message>[] {
  switch (message.type) {
    case 'proposal':
      return message.block.batches.map(submission);
    case 'polka': {
      const vote = prevoteMessage(message.height, message.round, message.digest);
      return message.votes.map((proof) => ({ message: vote, proof }));
    }
    case 'sync-response':
      return entriesIn(message).flatMap((entry) => [...precommitsOf(entry), ...entry.block.batches.map(submission)]);
    default:
      return [];
  }
}

/** What the trace says of a message. Submissions belong to no height yet: slot 0. */
export function meta(message: Message): MessageMeta {
  const type = MESSAGE_TYPES.indexOf(message.type);
  switch (message.type) {
    case 'proposal':
    case 'prevote':
    case 'precommit':
    case 'polka':
    case 'heartbeat':
      return { type, slot: message.height, epoch: message.round, digest: digestOf(message) };
    case 'sync-request':
      return { type, slot: message.height, epoch: 0, digest: '' };
    case 'sync-response': {
      const [first] = entriesIn(message);
      return { type, slot: first?.block.height ?? 0, epoch: first?.round ?? 0, digest: '' };
    }
    case 'submit':
      return { type, slot: 0, epoch: 0, digest: '' };
  }
}
