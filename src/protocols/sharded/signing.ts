/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import type { MessageMeta, SignedMessage } from '../protocol.ts';
import { councilMeta, isCouncil } from './council/messages.ts';
import type { Message } from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = [
  'prepare-request',
  'vote',
  'pre-commit',
  'pre-acknowledge',
  'commit-request',
  'abort-request',
  'acknowledge',
  'status-query',
  'status-reply',
  'heartbeat',
  'result',
  'submit',
  'wound',
  'bundle',
  'refusal',
  'reshard',
  'account-parcel',
  'account-receipt',
  'account-moved',
  'channel-hello',
  'channel-answer',
  'channel-confirmation',
  'channel-lost',
] as const;

const POSITIONS: ReadonlyMap<string, number> = new Map(MESSAGE_TYPES.map((type, i) => [type, i]));

/** What is signed: the message, with the hash in the place of the transaction. */
export function statement(message: Message): unknown {
  if (message.type === 'bundle') return { type: message.type, items: message.items.map(statement) };
  if (message.type !== 'prepare-request') return message;
  const { transaction: _, ...rest } = message;
  return rest;
}

/** The client's signature under the transaction. */
export function embedded(message: Message): SignedMessage<Message>[] {
  if (message.type === 'bundle') return message.items.flatMap(embedded);
  if (message.type !== 'prepare-request') return [];
  const { batch, signature } = message.transaction;
  return [{ message: batch, proof: { signer: batch.client, signature } }];
}

const NO = '0'.repeat(64);

/** What the trace says of a message. A NO is about nothing, so that YES and NO to one transaction differ. */
export function meta(message: Message): MessageMeta {
  const type = POSITIONS.get(message.type === 'sealed' ? message.of : message.type) ?? -1;
  // Its position among the messages is given by whoever knows them all (`replicated/signing.ts`).
  if (isCouncil(message)) return councilMeta(message, type);
  if (message.type === 'heartbeat') return { type, slot: 0, epoch: message.incarnation, digest: '' };
  // What is about no transaction, or about several.
  if (!('slot' in message)) return { type, slot: 0, epoch: 0, digest: '' };
  const epoch = 'ballot' in message ? message.ballot : 0;
  const digest = message.type === 'vote' && !message.yes ? NO : message.digest;
  return { type, slot: message.slot, epoch, digest };
}
