/** What a message says of itself: what its signature covers, which signatures travel inside, what the trace shows. */
import { hashValue } from '../../crypto/hash.ts';
import { txRootOf } from '../../ledger/block.ts';
import type { MessageMeta, SignedMessage } from '../protocol.ts';
import type { Message, Vertex } from './messages.ts';

/** Positions in `Declaration.messages`. */
export const MESSAGE_TYPES = ['vertex', 'query', 'chit', 'fetch', 'submit'] as const;

const POSITIONS: ReadonlyMap<string, number> = new Map(MESSAGE_TYPES.map((type, i) => [type, i]));

/** What is signed: the message, with the root of its batches in their place. */
export function statement(message: Message): unknown {
  return message.type === 'vertex' ? headerOf(message) : message;
}

/** Hash of a vertex, 64 lower-case hex digits: its name in parents, queries and answers. */
export function vertexDigest(vertex: Vertex): string {
  const known = digests.get(vertex);
  if (known !== undefined) return known;
  const digest = hashValue(headerOf(vertex));
  digests.set(vertex, digest);
  return digest;
}

/** Vertices never change once they are made, so that remembering their hashes changes no result. */
const digests = new WeakMap<Vertex, string>();

function headerOf({ type, issuer, slot, parents, batches }: Vertex): object {
  return { type, issuer, slot, parents, txRoot: txRootOf(batches) };
}

/** Every signed statement inside a message: the clients' batches. */
export function embedded(message: Message): SignedMessage<Message>[] {
  if (message.type !== 'vertex') return [];
  return message.batches.map(({ batch, signature }) => ({
    message: batch,
    proof: { signer: batch.client, signature },
  }));
}

/** What the trace says of a message. The epoch is the poll; a vertex is in none. */
export function meta(message: Message): MessageMeta {
  const type = POSITIONS.get(message.type) ?? -1;
  switch (message.type) {
    case 'vertex':
      return { type, slot: message.slot, epoch: 0, digest: vertexDigest(message) };
    case 'query':
      return { type, slot: message.slot, epoch: message.poll, digest: message.vertices[0] ?? '' };
    case 'chit':
      return { type, slot: message.slot, epoch: message.poll, digest: message.prefers[0] ?? '' };
    case 'fetch':
      return { type, slot: 0, epoch: 0, digest: message.vertices[0] ?? '' };
    case 'submit':
      return { type, slot: 0, epoch: 0, digest: '' };
  }
}
