/** The wire protocol as one union on `type`, and strict shape checks. A query and its answer are one-way messages. */
import type { NodeIndex } from '../../core/ids.ts';
import { isDigest, MAX_BLOCK_BATCHES, parseBatch, parseSignedBatch } from '../../ledger/parse.ts';
import type { Batch, SignedBatch } from '../../ledger/types.ts';
import { has, isList, isNumber, MAX_NODE } from '../common/shape.ts';

/** What is decided on: a node's proposal, tied to earlier ones. Others pass it on under its issuer's signature. */
export interface Vertex {
  readonly type: 'vertex';
  readonly issuer: NodeIndex;
  /**
   * The conflict set, numbered alike by all: the m-th vertex of node i among n takes slot (m − 1)·n + i + 1, and so does whatever
   * contradicts it. In the modes without DAG it is the instance, for which several nodes propose. From 1.
   */
  readonly slot: number;
  /** Hashes of the vertices that it builds on; without DAG none. */
  readonly parents: readonly string[];
  /** None: a vertex that only votes for what it builds on. */
  readonly batches: readonly SignedBatch[];
}

/** Asks a sampled node what it thinks of these vertices. Without DAG: of its colour for the slot. */
export interface Query {
  readonly type: 'query';
  /** Unique among all nodes, and rising at each. */
  readonly poll: number;
  /** Slot of the first vertex. */
  readonly slot: number;
  /** Hashes; without DAG the asker's colour, or none while it has none. */
  readonly vertices: readonly string[];
}

/** The answer, in the order of the query. */
export interface Chit {
  readonly type: 'chit';
  readonly poll: number;
  readonly slot: number;
  /** The vertex itself where it and all its ancestors are preferred, else ''; without DAG the colour, or ''. */
  readonly prefers: readonly string[];
}

/** Asks for vertices by hash; they come as their issuers signed them, with some of their ancestors. */
export interface Fetch {
  readonly type: 'fetch';
  readonly vertices: readonly string[];
}

export type Message = Vertex | Query | Chit | Fetch | Batch;

/** Vertices in one query. */
export const MAX_QUERIED = 32;
/** Vertices in one fetch. */
export const MAX_FETCHED = 32;
const MAX_PARENTS = 16;

/** The message, or null when the value is none. Never throws; what passes is the very object that came in. */
export function parseMessage(value: unknown): Message | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type')) return null;
  const { type } = value as { readonly type: unknown };
  if (type === 'submit') return parseBatch(value);
  return isOwn(type, value) ? (value as unknown as Message) : null;
}

function isOwn(type: unknown, value: object): boolean {
  switch (type) {
    case 'vertex':
      return (
        has(value, ['type', 'issuer', 'slot', 'parents', 'batches']) &&
        isNumber(value.issuer, 0, MAX_NODE) &&
        isNumber(value.slot, 1) &&
        isList(value.parents, MAX_PARENTS, isDigest) &&
        new Set(value.parents).size === value.parents.length &&
        isList(value.batches, MAX_BLOCK_BATCHES, isSignedBatch)
      );
    case 'query':
      return (
        has(value, ['type', 'poll', 'slot', 'vertices']) &&
        isNumber(value.poll, 1) &&
        isNumber(value.slot, 1) &&
        isList(value.vertices, MAX_QUERIED, isDigest)
      );
    case 'chit':
      return (
        has(value, ['type', 'poll', 'slot', 'prefers']) &&
        isNumber(value.poll, 1) &&
        isNumber(value.slot, 1) &&
        isList(value.prefers, MAX_QUERIED, isPreference)
      );
    case 'fetch':
      return has(value, ['type', 'vertices']) && isList(value.vertices, MAX_FETCHED, isDigest);
    default:
      return false;
  }
}

function isSignedBatch(value: unknown): value is SignedBatch {
  return parseSignedBatch(value) !== null;
}

function isPreference(value: unknown): value is string {
  return value === '' || isDigest(value);
}
