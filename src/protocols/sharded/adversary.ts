/** What only a traitor among shards can do. Nothing here is defended against: a shard of one node is trusted. */
import type { AdversaryHooks } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import { isPostQuantum } from '../../sharding/channel/suites.ts';
import { contradict } from './council/adversary.ts';
import { isCouncil } from './council/messages.ts';
import type { ChannelHello, Message } from './messages.ts';
import type { State } from './state.ts';

/** The man in the middle of a handshake strikes out what resists quantum computers. It has the classical identity key: it owns one. */
function stripped(hello: ChannelHello): ChannelHello {
  return {
    ...hello,
    offered: hello.offered.filter((suite) => !isPostQuantum(suite)),
    keys: hello.keys.filter(({ kem }) => kem === 'x25519'),
  };
}

export const adversary: AdversaryHooks<State, Message, ShardedConfig> = {
  /** The opposite decision, or the opposite vote. */
  conflicting(message, state, ctx) {
    if (isCouncil(message)) return contradict(message, state.council, ctx);
    if (message.type === 'commit-request') return { ...message, type: 'abort-request' };
    if (message.type === 'abort-request') return { ...message, type: 'commit-request' };
    if (message.type === 'channel-hello') return stripped(message);
    if (message.type !== 'vote') return null;
    return { ...message, yes: !message.yes, reason: message.yes ? 'aborted' : null };
  },
  forgeries: () => [],
  transplant: () => null,
  inflate: () => null,
};
