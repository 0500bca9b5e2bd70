/** What the validators of shards say: the words of the commit, spoken by a shard, and those by which a shard orders its inputs. */
import type { SignedBatch } from '../../../ledger/types.ts';
import { parseSignedBatch } from '../../../ledger/parse.ts';
import type { Micros } from '../../../core/time.ts';
import { isOrderMessage, type OrderMessage, parseOrderMessage } from '../../common/ordering/messages.ts';
import { WAYS, type Way } from '../../common/ordering/types.ts';
import { has, isList, isNumber, isRef, MAX_REFS } from '../../common/shape.ts';
import type { SignedRef } from '../../protocol.ts';
import { type Message, parseMessage } from '../messages.ts';

/**
 * Who says it to whom, and for the how-many-th time: each validator of the shard signs the same words, and a quorum of signatures
 * is the shard's. A number is taken once, so that nothing old can be said again in the shard's name.
 */
export interface Said {
  readonly by: number;
  readonly to: number;
  /** Of this shard to that one, from 1. */
  readonly number: number;
}

type InShard<M> = M extends { readonly type: 'submit' | 'result' } ? never : M & { readonly said: Said };

/** A message of the commit, as one validator of a shard says it in the shard's name. */
export type Spoken = InShard<Message>;

/** What a shard does next, in the order in which all its validators do it. */
export type Item =
  /** A timer of the commit is due. */
  | { readonly kind: 'timeout'; readonly key: string }
  /** Another shard said something: a quorum of its validators signed it. */
  | { readonly kind: 'heard'; readonly message: Spoken; readonly proofs: readonly SignedRef[] }
  /** A client's transaction. */
  | { readonly kind: 'submit'; readonly signed: SignedBatch }
  /** Where the shard chooses how it orders: another leader than that of the last block proposes this one, in this view. */
  | { readonly kind: 'leader'; readonly view: number }
  /** From that block on the shard orders so. */
  | { readonly kind: 'ordering'; readonly way: Way; readonly from: number };

export interface Block {
  /** The leader's clock. */
  readonly at: Micros;
  readonly items: readonly Item[];
}

/** Items of a block. */
export const ITEMS_MAX = 128;
/** What a block may say besides of how its shard orders. */
const COURSE_MAX = 2;

export type Order = OrderMessage<Block>;
export type Wire = Message | Spoken | Order;

export function isOrder(message: Wire): message is Order {
  return isOrderMessage(message);
}

export function isSpoken(message: Wire): message is Spoken {
  return 'said' in message;
}

/** The words without the speaker. */
export function words({ said: _, ...message }: Spoken): Message {
  return message as Message;
}

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseWire(value: unknown): Wire | null {
  if (typeof value !== 'object' || value === null) return null;
  if (isSpokenShape(value)) return value;
  return parseOrderMessage(value, isBlock) ?? parseMessage(value);
}

function isSpokenShape(value: unknown): value is Spoken {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'said')) return false;
  const { said, ...message } = value as { readonly said: unknown; readonly type?: unknown };
  if (!has(said, ['by', 'to', 'number']) || message.type === 'submit' || message.type === 'result') return false;
  return isNumber(said.by) && isNumber(said.to) && isNumber(said.number, 1) && parseMessage(message) !== null;
}

function isBlock(value: unknown): value is Block {
  return (
    has(value, ['at', 'items']) &&
    isNumber(value.at, 0, Number.MAX_SAFE_INTEGER) &&
    isList(value.items, ITEMS_MAX + COURSE_MAX, isItem)
  );
}

const KEY_LENGTH_MAX = 80;

function isItem(value: unknown): value is Item {
  if (typeof value !== 'object' || value === null) return false;
  if (has(value, ['kind', 'key']))
    return value.kind === 'timeout' && typeof value.key === 'string' && value.key.length <= KEY_LENGTH_MAX;
  if (has(value, ['kind', 'signed'])) return value.kind === 'submit' && parseSignedBatch(value.signed) !== null;
  if (has(value, ['kind', 'view'])) return value.kind === 'leader' && isNumber(value.view);
  if (has(value, ['kind', 'way', 'from']))
    return value.kind === 'ordering' && WAYS.some((way) => way === value.way) && isNumber(value.from, 1);
  return (
    has(value, ['kind', 'message', 'proofs']) &&
    value.kind === 'heard' &&
    isSpokenShape(value.message) &&
    isList(value.proofs, MAX_REFS, isRef)
  );
}
