/** How the ordering inside a shard declares its messages. */
import { quorumSize } from '../../../core/quorum.ts';
import type { OrderMessage } from '../../common/ordering/messages.ts';
import { ORDER_TYPES } from '../../common/ordering/messages.ts';
import type { MessageDeclaration } from '../../protocol.ts';

type Described = Omit<MessageDeclaration, 'type'>;

const order = (
  label: string,
  phase: Described['phase'],
  explain: string,
  marks: Partial<Pick<Described, 'exclusive' | 'vote' | 'among' | 'quorum'>> = {},
): Described => ({ label, phase, exclusive: false, vote: false, ...marks, explain });

/** Counted among the validators of one shard. */
const ORDER_VOTE = { exclusive: true, vote: true, among: 'shard', quorum: quorumSize } as const;

const MESSAGES: Readonly<Record<OrderMessage<never>['type'], Described>> = {
  'order-propose': order('BLOCK', 'propose', 'Inside a shard: the leader proposes what the shard is to do next.', {
    exclusive: true,
  }),
  'order-prepare': order(
    'PREPARED?',
    'first',
    'Inside a shard, first vote: the only block proposed in this view.',
    ORDER_VOTE,
  ),
  'order-commit': order(
    'ORDERED?',
    'second',
    'Inside a shard, second vote: a quorum has prepared the block.',
    ORDER_VOTE,
  ),
  'order-change': order(
    'CHANGE',
    'change',
    'Inside a shard: what waits is not ordered in time, another leader please.',
  ),
  'order-new': order('NEW VIEW', 'change', 'Inside a shard: the next leader shows that a quorum wants it.'),
  'order-fetch': order('MISSED?', 'sync', 'Inside a shard: what was ordered from here on?'),
  'order-decided': order('ORDERED', 'sync', 'Inside a shard: a block with the votes of a quorum.'),
  'order-pass': order('PASS ON', 'sync', 'Inside a shard: the leader does not seem to know this.'),
  'order-prepared': order(
    'PREPARED',
    'second',
    'Inside a shard, votes to the leader: it shows the first votes of a quorum.',
    { exclusive: true },
  ),
  'order-final': order(
    'DECIDED',
    'third',
    'Inside a shard, votes to the leader: it shows the second votes of a quorum; the block is ordered.',
    { exclusive: true },
  ),
  'order-lead': order(
    'I LEAD',
    'change',
    'Inside a shard, votes to the leader: the next one shows that a quorum wants it, and the highest certificate it knows.',
  ),
};

export const ORDER_MESSAGES: readonly MessageDeclaration[] = ORDER_TYPES.map((type) => ({ type, ...MESSAGES[type] }));
