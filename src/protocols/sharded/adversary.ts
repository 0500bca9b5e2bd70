/** What only a traitor among shards can do. Nothing here is defended against: a shard of one node is trusted. */
import type { AdversaryHooks } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import type { Message } from './messages.ts';
import type { State } from './state.ts';

export const adversary: AdversaryHooks<State, Message, ShardedConfig> = {
  /** The opposite decision, or the opposite vote. */
  conflicting(message) {
    if (message.type === 'commit-request') return { ...message, type: 'abort-request' };
    if (message.type === 'abort-request') return { ...message, type: 'commit-request' };
    if (message.type !== 'vote') return null;
    return { ...message, yes: !message.yes, reason: message.yes ? 'aborted' : null };
  },
  forgeries: () => [],
  transplant: () => null,
  inflate: () => null,
};
