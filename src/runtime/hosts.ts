/**
 * States of nodes as a snapshot of the run has them: packed, each for itself, with their long byte arrays beside them. Nodes have
 * most of these in common, the signatures of recent blocks above all, and a snapshot has each once: at n = 64 with ML-DSA-65 that
 * is 20 MB in the place of a gigabyte after fifty blocks.
 */
import { assert, InvariantError } from '../core/assert.ts';
import { ByteTable } from '../core/byteTable.ts';
import type { NodeIndex } from '../core/ids.ts';
import { type PackedApart, packApart } from '../core/pack.ts';
import { describeProblem } from '../core/problem.ts';
import { unpackApart } from '../core/unpack.ts';
import type { HostSnapshot } from '../kernel/host/snapshot.ts';

/** A node and its state. */
export interface NodeState {
  readonly node: NodeIndex;
  readonly snapshot: HostSnapshot;
}

/** The same, packed. Nobody may write to its blobs: other nodes have them too. */
export interface PackedHost extends PackedApart {
  readonly node: NodeIndex;
}

/** Packs states; equal blobs are one array, which may be that of the state itself. */
export function packHosts(states: readonly NodeState[]): PackedHost[] {
  const table = new ByteTable();
  return states.map(({ node, snapshot }) => ({ node, ...packApart(snapshot, table) }));
}

/**
 * States of their own, but for their long byte arrays, which they share with what was packed.
 * @throws InvariantError where one cannot be read
 */
export function unpackHosts(hosts: readonly PackedHost[]): NodeState[] {
  return hosts.map((host) => ({ node: host.node, snapshot: unpackHost(host) }));
}

function unpackHost(host: PackedHost): HostSnapshot {
  const unpacked = unpackApart(host);
  if (!unpacked.ok) {
    throw new InvariantError(`the state of node ${host.node} cannot be read: ${describeProblem(unpacked.problem)}`);
  }
  return unpacked.value as HostSnapshot;
}

/** All blobs of these hosts, each once, and by host the places of its own in that list. */
export function listBlobs(hosts: readonly PackedHost[]): {
  readonly blobs: readonly Uint8Array[];
  readonly places: readonly Uint32Array<ArrayBuffer>[];
} {
  const placeOf = new Map<Uint8Array, number>();
  const places = hosts.map(({ blobs }) =>
    Uint32Array.from(blobs, (blob) => {
      const known = placeOf.get(blob);
      if (known !== undefined) return known;
      placeOf.set(blob, placeOf.size);
      return placeOf.size - 1;
    }),
  );
  return { blobs: [...placeOf.keys()], places };
}

/** The other way round. */
export function hostsOf(
  packed: readonly { readonly node: NodeIndex; readonly bytes: Uint8Array; readonly places: Uint32Array }[],
  blobs: readonly Uint8Array[],
): PackedHost[] {
  return packed.map(({ node, bytes, places }) => {
    const own = Array.from(places, (place) => {
      const blob = blobs[place];
      assert(blob !== undefined, 'a place is one of the list');
      return blob;
    });
    return { node, bytes, blobs: own };
  });
}
