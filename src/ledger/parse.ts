/**
 * Shape checks of what a peer sent, after decoding. They never throw, refuse unknown keys and bound every size;
 * what passes is the very object that came in, typed. Whether it makes sense is for `checkBlock` and the ledger.
 */
import { REPLAY_WINDOW } from './ledger.ts';
import type { Batch, Block, BlockHeader, LedgerState, SignedBatch, Transfer } from './types.ts';

/** A client signs when it has collected so many, however short the time. */
export const MAX_BATCH_TRANSFERS = 1000;
/** Batches in one block. */
export const MAX_BLOCK_BATCHES = 4096;
/** Transaction ids give 32 bits to the sequence and 16 to node and position. */
export const MAX_SEQUENCE = 0xffff_ffff;
const MAX_NODE = 0xfffe;
const MAX_ACCOUNT = 0xffff;
const MAX_VALIDATORS = 1024;
/** The longest signature of any suite: SLH-DSA-SHA2-256f, 49,856 bytes (FIPS 205, table 2). */
const MAX_SIGNATURE_BYTES = 49_856;
const DIGEST = /^[0-9a-f]{64}$/;

/** A client's batch, or null. */
export function parseBatch(value: unknown): Batch | null {
  const keys = ['type', 'client', 'sequence', 'transfers'];
  if (hasExactly(value, [...keys, 'shard'])) {
    if (!isInteger(value.shard, MAX_NODE)) return null;
  } else if (!hasExactly(value, keys)) return null;
  if (value.type !== 'submit') return null;
  if (!isInteger(value.client, MAX_NODE) || !isInteger(value.sequence, MAX_SEQUENCE)) return null;
  if (!isListOf(value.transfers, 1, MAX_BATCH_TRANSFERS, isTransfer)) return null;
  return value as unknown as Batch;
}

/** A batch with its signature, or null. */
export function parseSignedBatch(value: unknown): SignedBatch | null {
  return isSignedBatch(value) ? value : null;
}

/** Balances and executed sequences, or null: as many as a testnet can have, and such that they have a root. */
export function parseLedger(value: unknown): LedgerState | null {
  if (!hasExactly(value, ['balances', 'executed'])) return null;
  if (!isListOf(value.balances, 0, MAX_ACCOUNT + 1, isUnits) || !isListOf(value.executed, 0, MAX_NODE, isExecutedSet))
    return null;
  return value as unknown as LedgerState;
}

function isUnits(value: unknown): value is number {
  return isInteger(value, Number.MAX_SAFE_INTEGER);
}

function isExecutedSet(value: unknown): value is LedgerState['executed'][number] {
  if (!hasExactly(value, ['floor', 'above']) || !isInteger(value.floor, MAX_SEQUENCE + 1)) return false;
  const { floor, above } = value;
  return (
    isListOf(above, 0, REPLAY_WINDOW, (item): item is number => isInteger(item, MAX_SEQUENCE)) &&
    above.every((sequence, i) => sequence > (above[i - 1] ?? (floor as number)))
  );
}

/** A block, or null. Blocks are immutable, so that each object is looked through once. */
export function parseBlock(value: unknown): Block | null {
  if (value !== null && value === lastAccepted) return lastAccepted;
  if (typeof value === 'object' && value !== null && accepted.has(value)) {
    lastAccepted = value as Block;
    return lastAccepted;
  }
  if (!hasExactly(value, BLOCK_KEYS) || !hasHeaderFields(value)) return null;
  if (!isListOf(value.batches, 0, MAX_BLOCK_BATCHES, isSignedBatch)) return null;
  accepted.add(value);
  return value as unknown as Block;
}

/** A header alone, or null. */
export function parseHeader(value: unknown): BlockHeader | null {
  return hasExactly(value, HEADER_KEYS) && hasHeaderFields(value) ? (value as unknown as BlockHeader) : null;
}

const HEADER_KEYS = ['height', 'parent', 'proposer', 'epoch', 'txRoot', 'stateRoot', 'validators'];
const BLOCK_KEYS = [...HEADER_KEYS, 'batches'];

function hasHeaderFields(value: Record<string, unknown>): boolean {
  if (!isInteger(value.height) || !isInteger(value.epoch) || !isNode(value.proposer)) return false;
  if (!isDigest(value.parent) || !isDigest(value.txRoot) || !isDigest(value.stateRoot)) return false;
  return value.validators === null || isValidatorSet(value.validators);
}

/** Blocks that passed: spares the second look when a block is checked after its message was parsed. */
const accepted = new WeakSet<object>();
/** The same for the block looked at last: its receivers come one after the other. */
let lastAccepted: Block | null = null;

/** Whether a value has the shape of a transfer; it may still be refused when executed. */
export function isTransfer(value: unknown): value is Transfer {
  if (!hasExactly(value, ['from', 'to', 'amount'])) return false;
  return isInteger(value.from, MAX_ACCOUNT) && isInteger(value.to, MAX_ACCOUNT) && isInteger(value.amount);
}

/** Whether a value is 64 lower-case hex digits. */
export function isDigest(value: unknown): value is string {
  return typeof value === 'string' && value.length === 64 && DIGEST.test(value);
}

function isSignedBatch(value: unknown): value is SignedBatch {
  if (!hasExactly(value, ['batch', 'signature'])) return false;
  if (!(value.signature instanceof Uint8Array) || value.signature.length > MAX_SIGNATURE_BYTES) return false;
  return parseBatch(value.batch) !== null;
}

function isValidatorSet(value: unknown): boolean {
  return isListOf(value, 1, MAX_VALIDATORS, isNode) && new Set(value).size === value.length;
}

function isNode(value: unknown): value is number {
  return isInteger(value, MAX_NODE);
}

/** An integer 0 … maximum; −0 is refused because its canonical bytes are not those of 0. */
function isInteger(value: unknown, maximum = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= maximum && !Object.is(value, -0);
}

function isListOf<T>(value: unknown, least: number, most: number, is: (item: unknown) => item is T): value is T[] {
  if (!Array.isArray(value) || value.length < least || value.length > most) return false;
  for (let i = 0; i < value.length; i++) if (!is(value[i])) return false;
  return true;
}

function hasExactly(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (Object.keys(value).length !== keys.length) return false;
  for (const key of keys) if (!Object.hasOwn(value, key)) return false;
  return true;
}
