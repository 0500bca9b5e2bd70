/** What Paxos promises beyond the common invariants, as folds over what servers say. */
import type { NodeIndex } from '../../core/ids.ts';
import type { Property } from '../protocol.ts';
import type { Message } from './messages.ts';

/** P1a: who promised a ballot accepts nothing in a lower one. */
export const promisesKept: Property<Message> = {
  name: 'promises-kept',
  states: 'an acceptor accepts nothing in a ballot below one it has promised',
  createMemory: () => new Map<NodeIndex, number>(),
  onMessage(memory, { node, message }) {
    const promised = memory as Map<NodeIndex, number>;
    const highest = promised.get(node) ?? 0;
    if (message.type === 'promise') {
      promised.set(node, Math.max(highest, message.ballot));
      return null;
    }
    if (message.type !== 'accepted' || message.ballot >= highest) return null;
    return `accepted instance ${message.instance} in ballot ${message.ballot} after promising ballot ${highest}`;
  },
};

export const properties: readonly Property<Message>[] = [promisesKept];
