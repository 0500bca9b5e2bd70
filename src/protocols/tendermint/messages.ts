/**
 * The wire protocol as one union on `type`, and strict shape checks for what a peer sent. PROPOSAL, PREVOTE and PRECOMMIT are
 * the messages of the paper (arXiv 1807.04938, Algorithm 1); the others carry out what it assumes of gossip (§2.1).
 */
import { isDigest, parseBatch, parseBlock } from '../../ledger/parse.ts';
import type { Batch, Block } from '../../ledger/types.ts';
import {
  isSyncRequest,
  isSyncResponse,
  type SyncRequest,
  type SyncResponse as Answer,
} from '../common/chain/messages.ts';
import { has, isList, isNumber, isRef, MAX_REFS } from '../common/shape.ts';
import type { SignedRef } from '../protocol.ts';

/** Where a vote names no block: a vote for *nil*. */
export const NIL = '';
/** "No round": lockedRound and validRound before there is one. */
export const NO_ROUND = -1;

/** `new-round`: the height waits for its time. The other three are the steps of the paper. */
export const STEPS = ['new-round', 'propose', 'prevote', 'precommit'] as const;
export type Step = (typeof STEPS)[number];

/** ⟨PROPOSAL, h, r, v, vr⟩. */
export interface Proposal {
  readonly type: 'proposal';
  readonly height: number;
  readonly round: number;
  /** The round in which the proposer saw a polka for the block; −1 for a new block. */
  readonly validRound: number;
  readonly block: Block;
}

/** ⟨PREVOTE, h, r, id(v)⟩; `digest` is '' for nil. */
export interface Prevote {
  readonly type: 'prevote';
  readonly height: number;
  readonly round: number;
  readonly digest: string;
}

/** ⟨PRECOMMIT, h, r, id(v)⟩; `digest` is '' for nil. */
export interface Precommit {
  readonly type: 'precommit';
  readonly height: number;
  readonly round: number;
  readonly digest: string;
}

/** Where the sender stands, and that it lives. Who is asked by it sends what the sender lacks. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  /** The height in progress. */
  readonly height: number;
  readonly round: number;
  readonly step: Step;
  readonly validRound: number;
  /** Counts the sender's heartbeats, so that its helpers take turns. */
  readonly beat: number;
}

/** PREVOTEs of more than two thirds of the power for one block. */
export interface Polka {
  readonly type: 'polka';
  readonly height: number;
  readonly round: number;
  readonly digest: string;
  readonly votes: readonly SignedRef[];
}

/** A decided block and the PRECOMMITs that decided it, all of one round. */
export interface DecidedEntry {
  readonly block: Block;
  readonly round: number;
  readonly votes: readonly SignedRef[];
}

export type Vote = Prevote | Precommit;
/** What belongs to one height and round. */
export type RoundMessage = Proposal | Vote | Polka;
export type SyncResponse = Answer<DecidedEntry>;
export type Message = RoundMessage | Heartbeat | SyncRequest | SyncResponse | Batch;

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null) return null;
  const type = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : null;
  switch (type) {
    case 'prevote':
    case 'precommit':
      return isVote(value) ? value : null;
    case 'proposal':
      return isProposal(value) ? value : null;
    case 'heartbeat':
      return isHeartbeat(value) ? value : null;
    case 'polka':
      return isPolka(value) ? value : null;
    case 'sync-request':
      return isSyncRequest(value) ? value : null;
    case 'sync-response':
      return isSyncResponse(value, isEntry) ? value : null;
    case 'submit':
      return parseBatch(value);
    default:
      return null;
  }
}

function isVote(value: object): value is Vote {
  return (
    has(value, ['type', 'height', 'round', 'digest']) &&
    isNumber(value.height, 1) &&
    isNumber(value.round) &&
    (value.digest === NIL || isDigest(value.digest))
  );
}

function isProposal(value: object): value is Proposal {
  if (!has(value, ['type', 'height', 'round', 'validRound', 'block'])) return false;
  if (!isNumber(value.height, 1) || !isNumber(value.round)) return false;
  if (!isNumber(value.validRound, NO_ROUND, (value.round as number) - 1)) return false;
  const block = parseBlock(value.block);
  return block !== null && block.height === value.height && block.epoch <= (value.round as number);
}

function isHeartbeat(value: object): value is Heartbeat {
  return (
    has(value, ['type', 'height', 'round', 'step', 'validRound', 'beat']) &&
    isNumber(value.height, 1) &&
    isNumber(value.round) &&
    (STEPS as readonly unknown[]).includes(value.step) &&
    isNumber(value.validRound, NO_ROUND) &&
    isNumber(value.beat)
  );
}

function isPolka(value: object): value is Polka {
  return (
    has(value, ['type', 'height', 'round', 'digest', 'votes']) &&
    isNumber(value.height, 1) &&
    isNumber(value.round) &&
    isDigest(value.digest) &&
    isList(value.votes, MAX_REFS, isRef)
  );
}

function isEntry(value: unknown): value is DecidedEntry {
  if (!has(value, ['block', 'round', 'votes'])) return false;
  const block = parseBlock(value.block);
  return block !== null && isNumber(block.height, 1) && isNumber(value.round) && isList(value.votes, MAX_REFS, isRef);
}
