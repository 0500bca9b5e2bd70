/**
 * Merkle trees over byte strings, in the shape and with the prefixes of RFC 6962 §2.1 (BLAKE3 in place of SHA-256):
 * leaf = H(0 ‖ data), node = H(1 ‖ left ‖ right), the left subtree is the largest full one. A node can thus never be
 * passed off as a leaf, and trees of different sizes differ. Digests travel as 64 lower-case hex digits.
 */
import { assert } from '../core/assert.ts';
import { fromHex, toHex } from '../core/encoding.ts';
import { blake3, DIGEST_BYTES } from './blake3.ts';

/** What convinces someone who knows the root that a leaf stands at a position. Plain data. */
export interface InclusionProof {
  /** Position of the leaf, 0 … leafCount−1. */
  readonly index: number;
  readonly leafCount: number;
  /** The sibling subtrees from the leaf upwards (the audit path of RFC 6962 §2.1.1), in hex. */
  readonly path: readonly string[];
}

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

const EMPTY_ROOT = toHex(blake3(new Uint8Array(0)));

/** Root of the tree, in hex. The empty tree's root is the hash of no bytes, which no leaf and no node has. */
export function merkleRoot(leaves: readonly Uint8Array[]): string {
  if (leaves.length === 0) return EMPTY_ROOT;
  return toHex(subtreeRoot(leaves.map(leafHash), 0, leaves.length));
}

/** Proof that leaf `index` stands in the tree. An index outside it is our bug. */
export function merkleProof(leaves: readonly Uint8Array[], index: number): InclusionProof {
  assert(Number.isInteger(index) && index >= 0 && index < leaves.length, `no leaf ${index} among ${leaves.length}`);
  const hashes = leaves.map(leafHash);
  const path: string[] = [];
  let from = 0;
  let count = leaves.length;
  while (count > 1) {
    const left = leftCount(count);
    if (index - from < left) {
      path.push(toHex(subtreeRoot(hashes, from + left, count - left)));
      count = left;
    } else {
      path.push(toHex(subtreeRoot(hashes, from, left)));
      from += left;
      count -= left;
    }
  }
  return { index, leafCount: leaves.length, path: path.reverse() };
}

/** Whether `leaf` stands where the proof says in the tree with this root. False for any malformed proof; never throws. */
export function verifyMerkleProof(root: string, leaf: Uint8Array, proof: InclusionProof): boolean {
  const { index, leafCount, path } = proof;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(leafCount) || index < 0 || index >= leafCount) return false;
  const sides = siblingSides(index, leafCount);
  if (!Array.isArray(path) || path.length !== sides.length) return false;
  let hash = leafHash(leaf);
  for (const [level, side] of sides.entries()) {
    const text: unknown = path[level];
    const sibling = typeof text === 'string' ? fromHex(text) : null;
    if (sibling === null || sibling.length !== DIGEST_BYTES) return false;
    hash = side === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }
  return toHex(hash) === root;
}

/** On which side the sibling is at each level, from the leaf upwards. At most 53 levels. */
function siblingSides(index: number, leafCount: number): ('left' | 'right')[] {
  const sides: ('left' | 'right')[] = [];
  let position = index;
  let count = leafCount;
  while (count > 1) {
    const left = leftCount(count);
    if (position < left) {
      sides.push('right');
      count = left;
    } else {
      sides.push('left');
      position -= left;
      count -= left;
    }
  }
  return sides.reverse();
}

/** The largest power of two below `count` ≥ 2. */
function leftCount(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

function subtreeRoot(hashes: readonly Uint8Array[], from: number, count: number): Uint8Array {
  const leaf = hashes[from];
  assert(leaf !== undefined, `no leaf ${from}`);
  if (count === 1) return leaf;
  const left = leftCount(count);
  return nodeHash(subtreeRoot(hashes, from, left), subtreeRoot(hashes, from + left, count - left));
}

function leafHash(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = LEAF_PREFIX;
  bytes.set(data, 1);
  return blake3(bytes);
}

/** `blake3` keeps no reference to its input, so that one buffer serves all nodes. */
const nodeBytes = new Uint8Array(1 + 2 * DIGEST_BYTES);

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeBytes[0] = NODE_PREFIX;
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 1 + DIGEST_BYTES);
  return blake3(nodeBytes);
}
