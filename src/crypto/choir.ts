/**
 * Modelled signatures of many nodes under one statement, four at a time (`blake3Module.ts`), each with the hash over the message and
 * the signature: in a round everybody says the same. Bit for bit what `modelled.ts` and `hash.ts` give one by one.
 */
import { assert } from '../core/assert.ts';
import { DIGEST_BYTES } from './blake3.ts';
import { type Lanes, SCRATCH } from './blake3Lanes.ts';

const BLOCK_BYTES = 64;
const CHUNK_BYTES = 1024;
const LANES = 4;
/** Domain flags (table 3). */
const [CHUNK_START, CHUNK_END, ROOT, KEYED_HASH] = [1, 2, 8, 16];

/** In the lanes' memory: four keys, the value behind the blocks that all messages share, the statement, four endings, four hashes. */
const KEYS_AT = SCRATCH.at;
const SHARED_AT = KEYS_AT + LANES * DIGEST_BYTES;
const STATEMENT_AT = SHARED_AT + LANES * DIGEST_BYTES;
const ENDINGS_AT = STATEMENT_AT + CHUNK_BYTES;
/** What is left of a message after its last whole block, and the signature: two blocks at most. */
const ENDING_BYTES = 2 * BLOCK_BYTES;
const HASHES_AT = ENDINGS_AT + LANES * ENDING_BYTES;
const END = HASHES_AT + LANES * DIGEST_BYTES;

/** One statement, and what those who signed it made of it. */
export interface Song {
  /** Encoding of the message. */
  bytes: Uint8Array;
  /** The first so many bytes are the statement. */
  readonly statement: Uint8Array;
  statementBytes: number;
  /** By position of the signer; undefined where nobody asked for any of its four. */
  readonly signatures: (Uint8Array | undefined)[];
  /** By position: 1 where the signature was handed out. */
  readonly given: Uint8Array;
  /** Two words by position: those of the hash over message and signature. */
  readonly hashes: Uint32Array;
}

/** Whose song is in the lanes' memory: every choir of a thread uses the same. */
let loaded: Song | null = null;

export class Choir {
  readonly #lanes: Lanes;
  readonly #memoryWords: Uint32Array;
  /** By four: their keys; the last ones are filled up with one of them. */
  readonly #keys: readonly Uint8Array[];
  readonly #size: number;

  /** `keys`: of modelled suites. */
  constructor(lanes: Lanes, keys: readonly Uint8Array[]) {
    assert(END <= SCRATCH.end, 'a choir fits the memory of its lanes');
    this.#lanes = lanes;
    this.#memoryWords = new Uint32Array(lanes.memory.buffer);
    this.#size = keys.length;
    this.#keys = Array.from({ length: Math.ceil(keys.length / LANES) }, (_, four) => fourKeys(keys, LANES * four));
  }

  /**
   * A song nobody has sung yet; null where message or statement are longer than a chunk. `spare`: one that nobody will ask for any
   * more, to be written over.
   */
  song(bytes: Uint8Array, statement: Uint8Array, spare: Song | null = null): Song | null {
    if (statement.length > CHUNK_BYTES || bytes.length + DIGEST_BYTES > CHUNK_BYTES) return null;
    const song = spare ?? emptySong(this.#size);
    if (loaded === song) loaded = null;
    song.bytes = bytes;
    song.statement.set(statement);
    song.statementBytes = statement.length;
    song.signatures.length = 0;
    song.given.fill(0);
    return song;
  }

  /** The signature of the node at this position: an array of its own each time, since two signings are two messages. */
  sign(song: Song, position: number): Uint8Array {
    if (song.signatures[position] === undefined) this.#singFour(song, position >> 2);
    const signature = song.signatures[position] as Uint8Array;
    if (song.given[position] === 1) return signature.slice();
    song.given[position] = 1;
    return signature;
  }

  #singFour(song: Song, four: number): void {
    const { memory, four: compress } = this.#lanes;
    if (loaded !== song) this.#load(song);
    memory.set(this.#keys[four] as Uint8Array, KEYS_AT);
    const length = song.statementBytes;
    const blocks = blocksOf(length);
    const restAt = song.bytes.length % BLOCK_BYTES;
    const [last, signaturesAt] = [CHUNK_END | ROOT, ENDINGS_AT + restAt];
    const lengthOfLast = length - (blocks - 1) * BLOCK_BYTES;
    compress(
      STATEMENT_AT,
      0,
      blocks,
      0,
      0,
      CHUNK_START,
      last,
      lengthOfLast,
      KEYED_HASH,
      KEYS_AT,
      signaturesAt,
      ENDING_BYTES,
    );
    const first = song.bytes.length < BLOCK_BYTES ? CHUNK_START : 0;
    const [rest, endings] = [restAt + DIGEST_BYTES, blocksOf(restAt + DIGEST_BYTES)];
    const lengthOfEnding = rest - (endings - 1) * BLOCK_BYTES;
    compress(
      ENDINGS_AT,
      ENDING_BYTES,
      endings,
      0,
      0,
      first,
      last,
      lengthOfEnding,
      0,
      SHARED_AT,
      HASHES_AT,
      DIGEST_BYTES,
    );
    for (let lane = 0; lane < LANES; lane++) {
      const position = LANES * four + lane;
      if (position >= this.#size) return;
      const at = signaturesAt + lane * ENDING_BYTES;
      song.signatures[position] = memory.slice(at, at + DIGEST_BYTES);
      const word = (HASHES_AT + lane * DIGEST_BYTES) >> 2;
      song.hashes[2 * position] = this.#memoryWords[word] as number;
      song.hashes[2 * position + 1] = this.#memoryWords[word + 1] as number;
    }
  }

  /** The statement; the message's whole blocks, compressed once for all; four times what is left of it. */
  #load(song: Song): void {
    const { memory, four: compress, ivAt } = this.#lanes;
    const { bytes, statement, statementBytes } = song;
    memory.set(statement, STATEMENT_AT);
    memory.fill(0, STATEMENT_AT + statementBytes, ENDINGS_AT + LANES * ENDING_BYTES);
    const whole = bytes.length - (bytes.length % BLOCK_BYTES);
    if (whole === 0) {
      memory.copyWithin(SHARED_AT, ivAt, ivAt + LANES * DIGEST_BYTES);
    } else {
      // Where long inputs go: nobody's is there between two calls.
      memory.set(bytes.subarray(0, whole), 0);
      compress(0, 0, whole / BLOCK_BYTES, 0, 0, CHUNK_START, 0, BLOCK_BYTES, 0, ivAt, SHARED_AT, DIGEST_BYTES);
    }
    const rest = bytes.subarray(whole);
    for (let lane = 0; lane < LANES; lane++) memory.set(rest, ENDINGS_AT + lane * ENDING_BYTES);
    loaded = song;
  }
}

const NOTHING = new Uint8Array(0);

function emptySong(size: number): Song {
  const [statement, given, hashes] = [new Uint8Array(CHUNK_BYTES), new Uint8Array(size), new Uint32Array(2 * size)];
  return { bytes: NOTHING, statement, statementBytes: 0, signatures: [], given, hashes };
}

/** An input of no bytes has one block too; none of ours is. */
function blocksOf(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES);
}

function fourKeys(keys: readonly Uint8Array[], from: number): Uint8Array {
  const four = new Uint8Array(LANES * DIGEST_BYTES);
  for (let lane = 0; lane < LANES; lane++) {
    four.set(keys[Math.min(from + lane, keys.length - 1)] as Uint8Array, lane * DIGEST_BYTES);
  }
  return four;
}
