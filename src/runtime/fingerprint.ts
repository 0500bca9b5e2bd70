import { toHex } from '../core/encoding.ts';
import type { NodeIndex } from '../core/ids.ts';
import type { HashFunction } from '../kernel/trace/recorder.ts';

/**
 * The fingerprint of a run: a hash over the hashes of all nodes' streams in node order, the environment's last. The whole
 * trace is those streams merged by (time, node), so it pins every byte of the trace.
 */
export function fingerprintOf(
  hash: HashFunction,
  digests: readonly { readonly node: NodeIndex; readonly digest: Uint8Array }[],
): string {
  const sorted = [...digests].sort((a, b) => a.node - b.node);
  const all = new Uint8Array(36 * sorted.length);
  const view = new DataView(all.buffer);
  sorted.forEach(({ node, digest }, index) => {
    view.setUint32(36 * index, node);
    all.set(digest, 36 * index + 4);
  });
  return toHex(hash(all));
}
