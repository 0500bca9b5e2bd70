/** The wire protocol as one union on `type`, and strict shape checks. Requests and answers are one-way messages. */
import type { NodeIndex } from '../../core/ids.ts';
import { isDigest, parseBatch, parseBlock } from '../../ledger/parse.ts';
import type { Batch, Block } from '../../ledger/types.ts';
import { isSnapshot } from '../common/chain/messages.ts';
import type { Snapshot } from '../common/chain/snapshot.ts';
import { has, isList, isNumber } from '../common/shape.ts';

/** A value an acceptor accepted, and the ballot it came with. Its instance is the block's height. */
export interface Accepted {
  readonly ballot: number;
  readonly block: Block;
}

/** Phase 1a: promise me to take part in no lower ballot, for this instance and all after it. */
export interface Prepare {
  readonly type: 'prepare';
  readonly ballot: number;
  /** First instance whose choice the proposer does not know. */
  readonly instance: number;
}

/** Phase 1b: promised; and what was accepted before. */
export interface Promise1b {
  readonly type: 'promise';
  readonly ballot: number;
  /** Chosen values from the instance asked for on, as far as one message holds them. */
  readonly chosen: readonly Block[];
  /** Instances that the acceptor knows to be chosen. */
  readonly known: number;
  /** What it accepted beyond them, by instance. */
  readonly accepted: readonly Accepted[];
}

/** Phase 2a: accept this value. */
export interface Accept {
  readonly type: 'accept';
  readonly ballot: number;
  readonly block: Block;
  /** Instances that the proposer knows to be chosen. */
  readonly known: number;
}

/** Phase 2b. */
export interface AcceptedReply {
  readonly type: 'accepted';
  readonly ballot: number;
  readonly instance: number;
  readonly digest: string;
}

/** A higher ballot was promised: the proposer may as well give up. */
export interface Refusal {
  readonly type: 'refusal';
  /** The ballot promised. */
  readonly ballot: number;
}

/** The distinguished proposer lives; as distinguished learner it tells what is chosen. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly ballot: number;
  readonly known: number;
}

/** A learner asks for chosen values. */
export interface LearnRequest {
  readonly type: 'learn-request';
  readonly instance: number;
}

export interface Learn {
  readonly type: 'learn';
  readonly chosen: readonly Block[];
  /** Instead of values that are no longer kept. */
  readonly snapshot?: Snapshot<Block>;
}

export type Message = Prepare | Promise1b | Accept | AcceptedReply | Refusal | Heartbeat | LearnRequest | Learn | Batch;

/** Chosen values in one message. */
export const MAX_BLOCKS = 64;

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return null;
  const { type } = value as { readonly type: unknown };
  if (type === 'submit') return parseBatch(value);
  return isOwn(type, value) ? (value as unknown as Message) : null;
}

function isOwn(type: unknown, value: object): boolean {
  switch (type) {
    case 'prepare':
      return has(value, ['type', 'ballot', 'instance']) && isNumber(value.ballot, 1) && isNumber(value.instance, 1);
    case 'promise':
      return (
        has(value, ['type', 'ballot', 'chosen', 'known', 'accepted']) &&
        isNumber(value.ballot, 1) &&
        isNumber(value.known) &&
        isList(value.chosen, MAX_BLOCKS, isBlock) &&
        isList(value.accepted, MAX_BLOCKS, isAccepted)
      );
    case 'accept':
      return (
        has(value, ['type', 'ballot', 'block', 'known']) &&
        isNumber(value.ballot, 1) &&
        isNumber(value.known) &&
        isBlock(value.block)
      );
    case 'accepted':
      return (
        has(value, ['type', 'ballot', 'instance', 'digest']) &&
        isNumber(value.ballot, 1) &&
        isNumber(value.instance, 1) &&
        isDigest(value.digest)
      );
    case 'refusal':
      return has(value, ['type', 'ballot']) && isNumber(value.ballot, 1);
    case 'heartbeat':
      return has(value, ['type', 'ballot', 'known']) && isNumber(value.ballot, 1) && isNumber(value.known);
    case 'learn-request':
      return has(value, ['type', 'instance']) && isNumber(value.instance, 1);
    case 'learn':
      return isLearn(value);
    default:
      return false;
  }
}

function isLearn(value: object): boolean {
  const { snapshot } = value as { readonly snapshot?: unknown };
  const keys = snapshot === undefined ? ['type', 'chosen'] : ['type', 'chosen', 'snapshot'];
  if (!has(value, keys) || !isList(value.chosen, MAX_BLOCKS, isBlock)) return false;
  return snapshot === undefined || isSnapshot(snapshot, isBlock);
}

function isBlock(value: unknown): value is Block {
  const block = parseBlock(value);
  return block !== null && isNumber(block.height, 1) && isNumber(block.epoch, 1);
}

function isAccepted(value: unknown): value is Accepted {
  return has(value, ['ballot', 'block']) && isNumber(value.ballot, 1) && isBlock(value.block);
}

/** Whose ballot it is: every server has its own, so that no two proposers ever share one. */
export function ownerOf(ballot: number, serverCount: number): NodeIndex {
  return ballot % serverCount;
}
