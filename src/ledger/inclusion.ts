/** Proof that a transfer stands in a block, for whoever knows nothing of the chain but the block's hash. */
import { type InclusionProof as MerklePath, merkleProof, verifyMerkleProof } from '../crypto/merkle.ts';
import { batchDigest, blockHash, headerOf } from './block.ts';
import { transferId } from './ledger.ts';
import { parseHeader, parseSignedBatch } from './parse.ts';
import type { Block, BlockHeader, SignedBatch, Transfer } from './types.ts';

/** Leads from a block hash to a transfer: header, Merkle path, signed batch, position in it. Plain data. */
export interface InclusionProof {
  readonly header: BlockHeader;
  readonly path: MerklePath;
  /** Whole, because the client signed the whole: inclusion proves origin too, given the client's key. */
  readonly signed: SignedBatch;
  readonly position: number;
}

/** Where a transfer stands in a block, or null when it does not. */
export function findTransfer(
  block: Block,
  id: string,
): { readonly batchIndex: number; readonly position: number; readonly transfer: Transfer } | null {
  for (const [batchIndex, { batch }] of block.batches.entries()) {
    for (const [position, transfer] of batch.transfers.entries()) {
      if (transferId(batch, position) === id) return { batchIndex, position, transfer };
    }
  }
  return null;
}

/** The proof for a transaction id, or null when it is not in the block. */
export function inclusionProof(block: Block, id: string): InclusionProof | null {
  const found = findTransfer(block, id);
  const signed = found === null ? undefined : block.batches[found.batchIndex];
  if (found === null || signed === undefined) return null;
  const path = merkleProof(block.batches.map(batchDigest), found.batchIndex);
  return { header: headerOf(block), path, signed, position: found.position };
}

/**
 * The transfer that the proof shows to be in the block with this hash, or null when it shows nothing; never throws, as
 * proofs come from anywhere. The header is bound by its hash, the batch by its Merkle path, the id by client, sequence
 * and position. The signature is for the caller to verify.
 */
export function verifyInclusion(hash: string, id: string, proof: InclusionProof): Transfer | null {
  if (typeof proof !== 'object' || proof === null || typeof proof.path !== 'object' || proof.path === null) return null;
  const header = parseHeader(proof.header);
  const signed = parseSignedBatch(proof.signed);
  if (header === null || signed === null) return null;
  // An object for a position would be asked for its name, and may throw then.
  if (!Number.isInteger(proof.position)) return null;
  const transfer = signed.batch.transfers[proof.position];
  if (transfer === undefined || transferId(signed.batch, proof.position) !== id) return null;
  // Copies, because hashes are remembered by object and a stranger's object may have changed since.
  if (blockHash({ ...header }) !== hash) return null;
  return verifyMerkleProof(header.txRoot, batchDigest({ ...signed }), proof.path) ? transfer : null;
}
