/** What a traitor among the validators of a shard can do: lie about what was ordered, and about what its shard says. */
import { hashValue } from '../../../crypto/hash.ts';
import { adversary as alone } from '../adversary.ts';
import type { AdversaryHooks, SignedRef } from '../../protocol.ts';
import type { ShardedConfig } from '../config.ts';
import type { Message } from '../messages.ts';
import type { State } from '../state.ts';
import { digestOf } from './signing.ts';
import { membersOf, type Replica } from './state.ts';
import { type Block, isOrder, isSpoken, type Item, type Order, type Spoken, type Wire, words } from './wire.ts';

type Hooks = AdversaryHooks<State | Replica, Wire, ShardedConfig>;
type Ctx = Parameters<Hooks['conflicting']>[2];

const commitOf = (state: State | Replica): State => ('commit' in state ? state.commit : state);

export const adversary: Hooks = {
  /** Another block for the slot, a vote for another; as a shard: the opposite vote, the opposite decision. */
  conflicting(message, state, ctx) {
    if (isOrder(message)) return otherOrder(message, state as Replica);
    if (!isSpoken(message)) return alone.conflicting(message, commitOf(state), ctx as never);
    const plain = words(message);
    const other = otherMove(plain) ?? alone.conflicting(plain, commitOf(state), ctx as never);
    return other === null ? null : ({ ...sound(other), said: message.said } as Spoken);
  },
  /** All others of its shard say and vote the same, it says. */
  forgeries(message, ctx) {
    const shard = shardBehind(message);
    if (shard === null) return [];
    const others = membersOf(shard, ctx).filter((node) => node !== ctx.self);
    return others.map((claimedFrom) => ({ claimedFrom, message }));
  },
  /** A first vote as a second, first votes of a quorum as second ones; what a shard said once, said again under the next number. */
  transplant({ message }) {
    if (isSpoken(message)) return { ...message, said: { ...message.said, number: message.said.number + 1 } };
    if (!isOrder(message)) return null;
    if (message.type === 'order-prepared') return { ...message, type: 'order-final' };
    return message.type === 'order-prepare' ? { ...message, type: 'order-commit' } : null;
  },
  inflate: (message, ctx) => (isOrder(message) ? inflated(message, ctx) : null),
};

/** An account with more units in it, or one that never came, or is elsewhere. */
function otherMove(message: Message): Message | null {
  switch (message.type) {
    case 'account-parcel':
      return { ...message, balance: message.balance + 1 };
    case 'account-receipt':
      return { ...message, version: message.version + 1 };
    case 'account-moved':
      return {
        ...message,
        moves: message.moves.map((move) => ({ ...move, shard: move.shard === 0 ? 1 : 0, version: move.version + 1 })),
      };
    default:
      return null;
  }
}

/** A NO has a reason, a YES has none. */
function sound(message: Message): Message {
  return message.type === 'vote' ? { ...message, reason: message.yes ? null : 'aborted' } : message;
}

function otherOrder(message: Order, replica: Replica): Order | null {
  switch (message.type) {
    case 'order-propose':
      return { ...message, value: otherBlock(message.value) };
    case 'order-prepare':
    case 'order-commit':
      return { ...message, digest: otherDigest(message.digest, replica) };
    case 'order-change':
      return message.prepared === null ? null : { ...message, prepared: null };
    case 'order-lead':
      return message.best === null ? null : { ...message, best: null };
    case 'order-prepared':
    case 'order-final':
      return { ...message, digest: otherDigest(message.digest, replica) };
    default:
      return null;
  }
}

/** Of the block that contradicts the one voted for, so that proposals and votes of conspirators fit. */
function otherDigest(digest: string, { order }: Replica): string {
  const known = [order.proposal?.value, order.log.at(-1)?.value].find(
    (block) => block !== undefined && digestOf(block) === digest,
  );
  return known === undefined ? hashValue(['another', digest]) : digestOf(otherBlock(known));
}

function otherBlock({ at, items }: Block): Block {
  return items.length > 1 ? { at, items: items.slice(0, -1) } : { at: Math.max(0, at - 1), items };
}

/** The shard in whose name, or in which, it is said and voted; null where nobody else would say it. */
function shardBehind(message: Wire): number | null {
  if (isSpoken(message)) return message.said.by;
  return isOrder(message) && (message.type === 'order-prepare' || message.type === 'order-commit')
    ? message.group
    : null;
}

/** One signature, as often as a quorum would need it. */
function inflated(message: Order, ctx: Ctx): Order | null {
  const pad = <T>(list: readonly T[]): T[] => {
    const [first] = list;
    return first === undefined ? [] : membersOf(0, ctx).map(() => first);
  };
  const padBlock = ({ at, items }: Block): Block => ({
    at,
    items: items.map((item): Item => (item.kind === 'heard' ? { ...item, proofs: pad<SignedRef>(item.proofs) } : item)),
  });
  switch (message.type) {
    case 'order-propose':
      return { ...message, value: padBlock(message.value) };
    case 'order-decided':
    case 'order-prepared':
    case 'order-final':
      return { ...message, proofs: pad(message.proofs) };
    case 'order-lead':
      return { ...message, ranks: pad(message.ranks) };
    case 'order-new':
      return { ...message, changes: pad(message.changes) };
    default:
      return null;
  }
}
