/**
 * A group's base, the state from which a successor of its worker starts, crosses from worker to conductor again and again, and most
 * of its bytes are with the conductor already: signatures crossed as mail since the last base, or were in that one. So they cross
 * as names: the place in the list of blobs of the last base, counted down from −1, or the name of the envelope that brought them.
 * What has neither is carried.
 *
 * Both ends must mean the same base. Each has a number; a worker names places of it only if it is the one that the conductor has.
 */
import { assert } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { detached } from '../../core/pack.ts';
import { hostsOf, listBlobs, type NodeState, type PackedHost, packHosts, unpackHosts } from '../hosts.ts';

/** What the conductor has when it asks for a base. */
export interface BaseTag {
  /** Number of the base it has of this group; null: none. */
  readonly known: number | null;
  /** Number that the new one gets. */
  readonly next: number;
  /** It knows the signatures of all mail of later windows. */
  readonly since: number;
}

/** A base on its way to the conductor. */
export interface SentBase {
  readonly hosts: readonly { readonly node: NodeIndex; readonly bytes: Uint8Array; readonly places: Uint32Array }[];
  /** One for each blob of the list; NaN: the next of the carried. */
  readonly names: Float64Array;
  readonly carried: readonly Uint8Array[];
}

/** A base on its way to a worker. */
export interface Start {
  readonly number: number;
  readonly hosts: readonly PackedHost[];
}

/** A base with the conductor. */
export interface Base extends Start {
  /** Each blob once, in the order in which hosts have them. */
  readonly blobs: readonly Uint8Array[];
}

/** A base that did not come from the group itself. */
export function baseOf(hosts: readonly PackedHost[], number: number): Base {
  return { number, hosts, blobs: listBlobs(hosts).blobs };
}

/** What came from a worker; `signatureOf` finds what it names in mail. */
export function receiveBase(
  { hosts, names, carried }: SentBase,
  { next }: BaseTag,
  before: Base | null,
  signatureOf: (name: number) => Uint8Array,
): Base {
  let taken = 0;
  const blobs = Array.from(names, (name) => {
    const blob = Number.isNaN(name) ? carried[taken++] : name < 0 ? before?.blobs[-1 - name] : signatureOf(name);
    assert(blob !== undefined, 'a worker names what the conductor has');
    return blob;
  });
  return { number: next, hosts: hostsOf(hosts, blobs), blobs };
}

/** The worker's side. */
export class BaseHere {
  #number: number | null = null;
  /** Places in the list of the last base, by the identity of the blob. */
  #places = new WeakMap<Uint8Array, number>();

  /** `nameOf`: the name under which a signature crossed after that window; undefined where it did not. */
  send(
    states: readonly NodeState[],
    { known, next, since }: BaseTag,
    nameOf: (signature: Uint8Array, since: number) => number | undefined,
  ): SentBase {
    const packed = packHosts(states);
    const { blobs, places } = listBlobs(packed);
    const carried: Uint8Array[] = [];
    const isKnown = known !== null && known === this.#number;
    const names = Float64Array.from(blobs, (blob) => {
      const place = isKnown ? this.#places.get(blob) : undefined;
      const name = place === undefined ? nameOf(blob, since) : -1 - place;
      if (name === undefined) carried.push(detached(blob));
      return name ?? Number.NaN;
    });
    this.#remember(blobs, next);
    const hosts = packed.map(({ node, bytes }, i) => ({ node, bytes, places: places[i] as Uint32Array }));
    return { hosts, names, carried };
  }

  /** The states of a base that the conductor sent. */
  take({ hosts, number }: Start): NodeState[] {
    this.#remember(listBlobs(hosts).blobs, number);
    return unpackHosts(hosts);
  }

  #remember(blobs: readonly Uint8Array[], number: number): void {
    this.#number = number;
    this.#places = new WeakMap(blobs.map((blob, place) => [blob, place]));
  }
}
