/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { blockHash } from '../../ledger/block.ts';
import type { Block } from '../../ledger/types.ts';
import { submission } from '../common/submit.ts';
import type { MessageMeta, SignedMessage } from '../protocol.ts';
import type { Accepted, Learn, Message } from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'prepare',
  'promise',
  'accept',
  'accepted',
  'refusal',
  'heartbeat',
  'learn-request',
  'learn',
  'submit',
] as const;

const POSITIONS: ReadonlyMap<string, number> = new Map(MESSAGE_TYPES.map((type, i) => [type, i]));

/** What is signed: the message, with hashes in the place of blocks. */
export function statement(message: Message): unknown {
  switch (message.type) {
    case 'promise': {
      const { type, ballot, chosen, known, accepted } = message;
      const said = ({ ballot: earlier, block }: Accepted) => ({ ballot: earlier, digest: blockHash(block) });
      return { type, ballot, chosen: chosen.map(blockHash), known, accepted: accepted.map(said) };
    }
    case 'accept':
      return { type: message.type, ballot: message.ballot, known: message.known, digest: blockHash(message.block) };
    case 'learn':
      return {
        type: message.type,
        chosen: message.chosen.map(blockHash),
        ...(message.snapshot === undefined ? {} : { snapshot: blockHash(message.snapshot.entry) }),
      };
    default:
      return message;
  }
}

/** Every signed statement inside a message, in order of appearance: the clients' batches. */
export function embedded(message: Message): SignedMessage<Message>[] {
  switch (message.type) {
    case 'promise':
      return [...message.chosen, ...message.accepted.map(({ block }) => block)].flatMap(submissions);
    case 'accept':
      return submissions(message.block);
    case 'learn':
      return learned(message).flatMap(submissions);
    default:
      return [];
  }
}

function learned({ chosen, snapshot }: Learn): readonly Block[] {
  return snapshot === undefined ? chosen : [snapshot.entry, ...chosen];
}

function submissions({ batches }: Block): SignedMessage<Message>[] {
  return batches.map(submission);
}

/** What the trace says of a message. */
export function meta(message: Message): MessageMeta {
  const type = POSITIONS.get(message.type) ?? -1;
  switch (message.type) {
    case 'prepare':
      return { type, slot: message.instance, epoch: message.ballot, digest: '' };
    case 'promise':
      return { type, slot: message.known + 1, epoch: message.ballot, digest: '' };
    case 'accept':
      return { type, slot: message.block.height, epoch: message.ballot, digest: blockHash(message.block) };
    case 'accepted':
      return { type, slot: message.instance, epoch: message.ballot, digest: message.digest };
    case 'refusal':
      return { type, slot: 0, epoch: message.ballot, digest: '' };
    case 'heartbeat':
      return { type, slot: message.known, epoch: message.ballot, digest: '' };
    case 'learn-request':
      return { type, slot: message.instance, epoch: 0, digest: '' };
    case 'learn':
      return { type, slot: learned(message)[0]?.height ?? 0, epoch: 0, digest: '' };
    case 'submit':
      return { type, slot: 0, epoch: 0, digest: '' };
  }
}
