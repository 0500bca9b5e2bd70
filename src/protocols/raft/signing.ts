/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { submission } from '../common/submit.ts';
import type { MessageMeta, SignedMessage } from '../protocol.ts';
import type { Entry, Message } from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'append',
  'append-reply',
  'append-refusal',
  'heartbeat',
  'pre-vote',
  'pre-vote-reply',
  'request-vote',
  'vote',
  'vote-refusal',
  'install-snapshot',
  'timeout-now',
  'submit',
  'read',
  'read-reply',
  'redirect',
] as const;

const POSITIONS: ReadonlyMap<string, number> = new Map(MESSAGE_TYPES.map((type, i) => [type, i]));

/** What is signed: the message, with hashes in the place of blocks. */
export function statement(message: Message): unknown {
  switch (message.type) {
    case 'append': {
      const { type, term, prevIndex, prevTerm, commit, entries } = message;
      return { type, term, prevIndex, prevTerm, commit, entries: entries.map(entryStatement) };
    }
    default:
      return message;
  }
}

function entryStatement({ block, configuration }: Entry): unknown {
  return { digest: blockHash(block), configuration };
}

/** Every signed statement inside a message, in order of appearance: the clients' batches. */
export function embedded(message: Message): SignedMessage<Message>[] {
  switch (message.type) {
    case 'append':
      return message.entries.flatMap(({ block }) => submissions(block));
    case 'install-snapshot':
      return submissions(message.snapshot.block);
    default:
      return [];
  }
}

function submissions({ batches }: Block): SignedMessage<Message>[] {
  return batches.map(submission);
}

/** What a vote is about: its candidate, in the form of a digest whose first 16 digits, which the trace keeps, tell it. */
export function voteDigest(candidate: number): string {
  return candidate.toString(16).padStart(16, '0').padEnd(64, '0');
}

/**
 * What the trace says of a message. A leader sends one entry for an index and term, so that an APPEND is known by its last;
 * elections are about a term and no index: slot 0.
 */
export function meta(message: Message): MessageMeta {
  const type = POSITIONS.get(message.type) ?? -1;
  switch (message.type) {
    case 'append': {
      const last = message.entries.at(-1);
      const slot = message.prevIndex + message.entries.length;
      return { type, slot, epoch: message.term, digest: last === undefined ? '' : blockHash(last.block) };
    }
    case 'append-reply':
      return { type, slot: message.index, epoch: message.term, digest: '' };
    case 'append-refusal':
    case 'heartbeat':
      return { type, slot: message.prevIndex, epoch: message.term, digest: '' };
    case 'vote':
      return { type, slot: 0, epoch: message.term, digest: voteDigest(message.candidate) };
    case 'pre-vote':
    case 'request-vote':
    case 'pre-vote-reply':
    case 'vote-refusal':
    case 'timeout-now':
      return { type, slot: 0, epoch: message.term, digest: '' };
    case 'install-snapshot':
      return { type, slot: message.snapshot.index, epoch: message.term, digest: blockHash(message.snapshot.block) };
    case 'read-reply':
      return { type, slot: message.index, epoch: 0, digest: '' };
    case 'submit':
    case 'read':
    case 'redirect':
      return { type, slot: 0, epoch: 0, digest: '' };
  }
}
