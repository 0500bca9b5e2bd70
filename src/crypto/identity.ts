/** Who signs and for which chain: key seeds from the run's seed, and the bytes a signature covers. */
import { encode } from '../core/encoding.ts';
import type { NodeIndex } from '../core/ids.ts';
import { draw, PURPOSE, streamKey } from '../core/prng.ts';

/** Bytes of a key seed: what every suite's `keygen` takes. */
export const KEY_SEED_BYTES = 32;

/**
 * The 32-byte key seed of a node. Derived from the run's public seed, so that everybody can reproduce a run and nobody's
 * key is a secret: these keys must never guard anything of value.
 */
export function deriveKeySeed(seed: number, node: NodeIndex): Uint8Array {
  const stream = streamKey(seed, PURPOSE.keys, node);
  const bytes = new Uint8Array(KEY_SEED_BYTES);
  const view = new DataView(bytes.buffer);
  for (let word = 0; word < KEY_SEED_BYTES / 4; word++) view.setUint32(4 * word, draw(stream, word), true);
  return bytes;
}

/**
 * Begins every signed statement: what is signed on one chain or shard means nothing on another. A canonical encoding is
 * self-delimiting, so no prefix is the beginning of another one. Phase, view and height stand in the content.
 */
export function domainPrefix(chainId: string, shard: number): Uint8Array {
  return encode(['testnet-playground', chainId, shard]);
}

/** The bytes a signature covers: prefix ‖ canonical encoding of the content. */
export function statementBytes(prefix: Uint8Array, content: unknown): Uint8Array {
  const encoded = encode(content);
  const bytes = new Uint8Array(prefix.length + encoded.length);
  bytes.set(prefix, 0);
  bytes.set(encoded, prefix.length);
  return bytes;
}
