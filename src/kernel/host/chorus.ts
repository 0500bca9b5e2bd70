/**
 * Nodes of a thread that sign the same: the second one that signs the very bytes of a message has the signatures of its neighbours made
 * along with its own, four at a time, and those who follow find theirs. Modelled suites only: their signatures are a pure function of
 * key and statement, and whoever never asks for its own has none.
 */
import type { NodeIndex } from '../../core/ids.ts';
import { Choir, type Song } from '../../crypto/choir.ts';
import { statementBytes } from './signing.ts';
import type { TypedMessage } from './verdicts.ts';
import type { WorldConstants } from './world.ts';

/** Fewer are as fast one by one. */
const SIGNERS_LEAST = 3;

interface Said {
  bytes: Uint8Array;
  /** Null while nobody else has said it. */
  song: Song | null;
  /** What is to become the song: that of the message before, which nobody will sing again. */
  spare: Song | null;
}

export class Chorus {
  readonly #choir: Choir;
  /** By node: its place in the choir; −1 for nodes of other threads, and those that really sign. */
  readonly #positions: readonly number[];
  /** What was signed last, by type of message. */
  readonly #said = new Map<string, Said>();

  constructor(choir: Choir, positions: readonly number[]) {
    this.#choir = choir;
    this.#positions = positions;
  }

  /** The signature of `signer`; null where nobody has signed these bytes just before, and it has to sign for itself. */
  sign(world: WorldConstants, signer: NodeIndex, message: TypedMessage, bytes: Uint8Array): Uint8Array | null {
    const said = this.#said.get(message.type);
    if (said === undefined) {
      this.#said.set(message.type, { bytes, song: null, spare: null });
      return null;
    }
    if (said.bytes !== bytes) {
      said.bytes = bytes;
      said.spare = said.song ?? said.spare;
      said.song = null;
      return null;
    }
    const position = this.#positions[signer] ?? -1;
    if (position < 0) return null;
    said.song ??= this.#choir.song(bytes, statementBytes(world, message, bytes), said.spare);
    return said.song === null ? null : this.#choir.sign(said.song, position);
  }

  /** The first two words of the hash over a message's bytes and this signature into `out`; false where they are not known from signing. */
  hashInto(
    out: [number, number],
    signer: NodeIndex,
    { type }: TypedMessage,
    bytes: Uint8Array,
    signature: Uint8Array,
  ): boolean {
    const song = this.#said.get(type)?.song ?? null;
    const position = this.#positions[signer] ?? -1;
    // A traitor sends other bytes than it signed.
    if (song === null || song.bytes !== bytes || position < 0 || song.signatures[position] !== signature) return false;
    out[0] = song.hashes[2 * position] as number;
    out[1] = song.hashes[2 * position + 1] as number;
    return true;
  }
}

/** The chorus of the nodes that a thread hosts; null where too few of them sign by a model. `secretKeys`: of these nodes. */
export function chorusOf(
  { lanes, suites }: WorldConstants,
  secretKeys: ReadonlyMap<NodeIndex, Uint8Array>,
): Chorus | null {
  if (lanes === null) return null;
  const keys: Uint8Array[] = [];
  const positions = new Array<number>(suites.length).fill(-1);
  for (const [node, key] of secretKeys) {
    if (suites[node]?.engine === 'modelled') positions[node] = keys.push(key) - 1;
  }
  return keys.length < SIGNERS_LEAST ? null : new Chorus(new Choir(lanes, keys), positions);
}
