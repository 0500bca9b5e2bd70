/** Blocks: what validators agree on. Building, hashing, checking and applying, the same for every protocol. */
import type { NodeIndex } from '../core/ids.ts';
import { merkleRoot } from '../crypto/merkle.ts';
import { copyLedger, createLedger, executeBatch, isExecuted, stateRoot } from './ledger.ts';
import { type Mempool, removeBatches, selectBatches } from './mempool.ts';
import {
  createPacker,
  packedHash,
  packedHashHex,
  putBytes,
  putDigest,
  putInteger,
  startPacking,
  TAG,
} from './packed.ts';
import { parseBlock } from './parse.ts';
import type { Batch, Block, BlockHeader, Genesis, LedgerState, SignedBatch, TransferOutcome } from './types.ts';

export { parseBatch, parseBlock, parseSignedBatch } from './parse.ts';
export type { Block, BlockHeader } from './types.ts';

/** Parent of the first block, at height 1: 32 zero bytes, which no block hashes to. */
export const GENESIS_HASH = '0'.repeat(64);

/** What a proposer decides about its block; the rest follows from batches and ledger. */
export type BlockProposal = Pick<BlockHeader, 'height' | 'parent' | 'proposer' | 'epoch' | 'validators'>;

/** What every block of a testnet must keep to. */
export interface BlockRules {
  readonly validatorCount: number;
  /** Transfers in one block. */
  readonly maxTransfers: number;
}

/** Why a block is refused. */
export const BLOCK_REFUSAL = {
  malformed: 'malformed block',
  unknownValidator: 'unknown validator',
  tooManyTransfers: 'too many transfers',
  unknownClient: 'unknown client',
  repeatedBatch: 'repeated batch',
  executedBatch: 'batch already executed',
  txRoot: 'wrong transaction root',
  stateRoot: 'wrong state root',
} as const;
export type BlockRefusal = (typeof BLOCK_REFUSAL)[keyof typeof BLOCK_REFUSAL];

/** The next block from what waits in the mempool. Clients take turns by height. Ledger and mempool stay as they are. */
export function buildBlock(ledger: LedgerState, pool: Mempool, proposal: BlockProposal, rules: BlockRules): Block {
  const batches = selectBatches(pool, ledger, rules.maxTransfers, proposal.height);
  return assembleBlock(ledger, batches, proposal, rules);
}

/** The block of exactly these batches, with both roots computed on a copy of the ledger. Checks nothing. */
export function assembleBlock(
  ledger: LedgerState,
  batches: readonly SignedBatch[],
  proposal: BlockProposal,
  rules: BlockRules,
): Block {
  const { height, parent, proposer, epoch, validators } = proposal;
  const stateRoot = rootAfter(ledger, batches, rules.validatorCount);
  return { height, parent, proposer, epoch, txRoot: txRootOf(batches), stateRoot, batches, validators };
}

/**
 * Null, or why the block cannot follow on this ledger: shape, known nodes, limits, nothing twice, both roots. Parent,
 * height, proposer, validator set and the clients' signatures are the protocol's to check. The ledger stays as it is.
 */
export function checkBlock(ledger: LedgerState, block: Block, rules: BlockRules): BlockRefusal | null {
  if (parseBlock(block) === null) return BLOCK_REFUSAL.malformed;
  if (block.proposer >= rules.validatorCount || hasStranger(block.validators, rules.validatorCount))
    return BLOCK_REFUSAL.unknownValidator;
  if (transferCount(block) > rules.maxTransfers) return BLOCK_REFUSAL.tooManyTransfers;
  const refusal = checkBatches(ledger, block.batches, rules.validatorCount);
  if (refusal !== null) return refusal;
  if (txRootOf(block.batches) !== block.txRoot) return BLOCK_REFUSAL.txRoot;
  if (rootAfter(ledger, block.batches, rules.validatorCount) !== block.stateRoot) return BLOCK_REFUSAL.stateRoot;
  return null;
}

function hasStranger(validators: readonly NodeIndex[] | null, validatorCount: number): boolean {
  return validators?.some((node) => node >= validatorCount) === true;
}

/** Executes a decided block and forgets its batches; the outcomes by batch and transfer. `pool` null: none is kept. */
export function applyBlock(
  ledger: LedgerState,
  pool: Mempool | null,
  block: Block,
  validatorCount: number,
): TransferOutcome[][] {
  if (pool !== null) removeBatches(pool, block.batches);
  return block.batches.map(({ batch }) => executeBatch(ledger, batch, validatorCount));
}

/** Replays a chain from genesis, for checkers: the final ledger and every outcome by block, batch and transfer. */
export function executeAll(
  genesis: Genesis,
  validatorCount: number,
  clientCount: number,
  blocks: readonly Pick<Block, 'batches'>[],
): { readonly ledger: LedgerState; readonly outcomes: TransferOutcome[][][] } {
  const ledger = createLedger(genesis, clientCount);
  const execute = ({ batch }: SignedBatch): TransferOutcome[] => executeBatch(ledger, batch, validatorCount);
  return { ledger, outcomes: blocks.map(({ batches }) => batches.map(execute)) };
}

/** The block made last: where protocols make blocks of what they ordered, every validator makes the same. */
let lastMade: Block | null = null;

/** The block, or the object of an equal one that was made just before: it is hashed once, and kept once. */
export function sharedBlock(block: Block): Block {
  if (lastMade !== null && isSameBlock(lastMade, block)) return lastMade;
  lastMade = block;
  return block;
}

function isSameBlock(a: Block, b: Block): boolean {
  if (a.height !== b.height || a.epoch !== b.epoch || a.proposer !== b.proposer) return false;
  if (a.parent !== b.parent || a.txRoot !== b.txRoot || a.stateRoot !== b.stateRoot) return false;
  // A set of validators is compared by identity: most blocks have none.
  if (a.validators !== b.validators || a.batches.length !== b.batches.length) return false;
  for (let i = 0; i < a.batches.length; i++) if (a.batches[i] !== b.batches[i]) return false;
  return true;
}

/** Hash of the header, 64 lower-case hex digits. */
export function blockHash(header: BlockHeader): string {
  const place = header.height & (RECENT - 1);
  if (recentHeaders[place] === header) return recentHashes[place] as string;
  const known = hashes.get(header);
  const hash = known ?? hashOfFields(header);
  if (known === undefined) hashes.set(header, hash);
  recentHeaders[place] = header;
  recentHashes[place] = hash;
  return hash;
}

/** The blocks asked about last, by height: each is asked about a dozen times by each validator, all within few heights. */
const RECENT = 32;
const recentHeaders = new Array<BlockHeader | null>(RECENT).fill(null);
const recentHashes = new Array<string>(RECENT).fill('');

function hashOfFields({ height, parent, proposer, epoch, txRoot, stateRoot, validators }: BlockHeader): string {
  startPacking(packer, TAG.block);
  for (const number of [height, proposer, epoch]) putInteger(packer, number);
  for (const digest of [parent, txRoot, stateRoot]) putDigest(packer, digest);
  // null is a list of no members: a real set is never empty.
  putInteger(packer, validators?.length ?? 0);
  for (const node of validators ?? []) putInteger(packer, node);
  return packedHashHex(packer);
}

/** The header of a block, alone. */
export function headerOf(block: Block): BlockHeader {
  const { height, parent, proposer, epoch, txRoot, stateRoot, validators } = block;
  return { height, parent, proposer, epoch, txRoot, stateRoot, validators };
}

/**
 * Merkle root over the batches. A leaf is the digest of one batch with its signature: the client signs batches, so this
 * is the smallest part of a block that carries its own proof of origin.
 */
export function txRootOf(batches: readonly SignedBatch[]): string {
  if (batches.length === 0) return emptyRoot();
  const known = txRoots.get(batches);
  if (known !== undefined) return known;
  const root = merkleRoot(batches.map(batchDigest));
  txRoots.set(batches, root);
  return root;
}

let knownEmptyRoot = '';

function emptyRoot(): string {
  if (knownEmptyRoot === '') knownEmptyRoot = merkleRoot([]);
  return knownEmptyRoot;
}

/** Digest of a batch and its signature, 32 bytes: its leaf below `txRoot`. Do not write to it. */
export function batchDigest(signed: SignedBatch): Uint8Array {
  const known = digests.get(signed);
  if (known !== undefined) return known;
  const { client, sequence, transfers }: Batch = signed.batch;
  startPacking(packer, TAG.batch);
  for (const number of [client, sequence, transfers.length]) putInteger(packer, number);
  for (const { from, to, amount } of transfers) {
    putInteger(packer, from);
    putInteger(packer, to);
    putInteger(packer, amount);
  }
  putBytes(packer, signed.signature);
  const digest = packedHash(packer);
  digests.set(signed, digest);
  return digest;
}

/** Transfers in a block. */
export function transferCount(block: Pick<Block, 'batches'>): number {
  let count = 0;
  for (const { batch } of block.batches) count += batch.transfers.length;
  return count;
}

const packer = createPacker();

/** Hashes by object: blocks and batches are immutable, so remembering what was computed changes no result. */
const hashes = new WeakMap<BlockHeader, string>();
const txRoots = new WeakMap<readonly SignedBatch[], string>();
const digests = new WeakMap<SignedBatch, Uint8Array>();

function checkBatches(
  ledger: LedgerState,
  batches: readonly SignedBatch[],
  validatorCount: number,
): BlockRefusal | null {
  if (batches.length === 0) return null;
  const seen = ledger.executed.map(() => new Set<number>());
  for (const { batch } of batches) {
    const position = batch.client - validatorCount;
    const ofClient = seen[position];
    if (ofClient === undefined) return BLOCK_REFUSAL.unknownClient;
    if (ofClient.has(batch.sequence)) return BLOCK_REFUSAL.repeatedBatch;
    if (isExecuted(ledger, position, batch.sequence)) return BLOCK_REFUSAL.executedBatch;
    ofClient.add(batch.sequence);
  }
  return null;
}

function rootAfter(ledger: LedgerState, batches: readonly SignedBatch[], validatorCount: number): string {
  if (batches.length === 0) return stateRoot(ledger);
  const after = copyLedger(ledger);
  for (const { batch } of batches) executeBatch(after, batch, validatorCount);
  return stateRoot(after);
}
