/**
 * Writes one node's stream of trace records and its running hash. Blocks of 8 KiB are hashed as they fill:
 * digest ← BLAKE3(digest ‖ block), so that a fingerprint costs a fraction of a µs an event and a snapshot needs only the
 * digest and the open block.
 */
import { assert } from '../../core/assert.ts';
import type { NodeIndex } from '../../core/ids.ts';
import { cutWords } from '../../core/slab.ts';
import type { Micros } from '../../core/time.ts';
import { RECORD, RECORD_WORDS_MAX, type RecordKind, WORD } from './records.ts';
import { encodeUtf8 } from './utf8.ts';

/** BLAKE3 of the bytes, 32 bytes. */
export type HashFunction = (bytes: Uint8Array) => Uint8Array;

const DIGEST_WORDS = 8;
const BLOCK_WORDS = 2048;
/** Room at first: most runs of a sweep or a benchmark are short, and a whole block a node is most of what setting one up costs. */
const FIRST_WORDS = 504;
const MANY = 24;
const TEXT_BYTES_MAX = 400;
/** Exact: a power of two. */
const PER_WORD = 1 / WORD;
/** Outcome and sort of a copy that arrives like any other: see `RECORD.copy`. */
const OUTCOME_DELIVERED = 0;

export interface RecorderSnapshot {
  readonly digest: Uint8Array;
  readonly open: Uint32Array;
  readonly texts: readonly string[];
  readonly count: number;
}

export class Recorder {
  readonly node: NodeIndex;
  /** Number of records that are events (all but texts). */
  count = 0;
  readonly #hash: HashFunction;
  /** The digest so far, then the block that fills. */
  #block: Uint32Array;
  #fill = DIGEST_WORDS;
  #texts = new Map<string, number>();
  /** Words since the last `takeSegment`, when somebody wants them. */
  #segment: Uint32Array | null;
  #segmentFill = 0;

  /** `validatorCount`: a node among many fills a block within a decision or two, so that the first gets its room at once. */
  constructor(node: NodeIndex, hash: HashFunction, keepWords: boolean, validatorCount = 0) {
    this.node = node;
    this.#block =
      validatorCount >= MANY ? new Uint32Array(DIGEST_WORDS + BLOCK_WORDS) : cutWords(DIGEST_WORDS + FIRST_WORDS);
    this.#hash = hash;
    this.#segment = keepWords ? new Uint32Array(1024) : null;
  }

  message(
    t: Micros,
    claimedFrom: number,
    sequence: number,
    typeAndFlags: number,
    slot: number,
    epoch: number,
    digest0: number,
    digest1: number,
    sizeBytes: number,
    content0: number,
    content1: number,
  ): void {
    const at = this.#begin(RECORD.message, 12, claimedFrom, t);
    const block = this.#block;
    block[at] = sequence;
    block[at + 1] = typeAndFlags;
    block[at + 2] = slot;
    block[at + 3] = epoch;
    block[at + 4] = digest0;
    block[at + 5] = digest1;
    block[at + 6] = sizeBytes;
    block[at + 7] = content0;
    block[at + 8] = content1;
    this.#end(12);
  }

  copy(t: Micros, to: number, sequence: number, outcomeAndCopy: number, arrivesAt: Micros): void {
    const at = this.#begin(RECORD.copy, 7, to, t);
    const block = this.#block;
    block[at] = sequence;
    block[at + 1] = outcomeAndCopy;
    if (arrivesAt < 0) {
      block[at + 2] = 0xffffffff;
      block[at + 3] = 0xffffffff;
    } else {
      block[at + 2] = arrivesAt;
      block[at + 3] = arrivesAt * PER_WORD;
    }
    this.#end(7);
  }

  /** One `copy` each, delivered, for the first so many nodes but this one; `arrivals`: when each gets it, by receiver. */
  broadcast(t: Micros, sequence: number, arrivals: Float64Array, receiverCount: number): void {
    const high = t * PER_WORD;
    for (let to = 0; to < receiverCount; to++) {
      if (to === this.node) continue;
      this.#reserve(7);
      const arrivesAt = arrivals[to] as number;
      const block = this.#block;
      const at = this.#fill;
      block[at] = (RECORD.copy | (7 << 6) | (to << 16)) >>> 0;
      block[at + 1] = t;
      block[at + 2] = high;
      block[at + 3] = sequence;
      block[at + 4] = OUTCOME_DELIVERED;
      block[at + 5] = arrivesAt;
      block[at + 6] = arrivesAt * PER_WORD;
      this.#end(7);
    }
  }

  deliver(t: Micros, origin: number, sequence: number, waited: Micros): void {
    const at = this.#begin(RECORD.deliver, 5, origin, t);
    this.#block[at] = sequence;
    this.#block[at + 1] = waited;
    this.#end(5);
  }

  drop(t: Micros, origin: number, sequence: number, reason: number): void {
    const at = this.#begin(RECORD.drop, 5, origin, t);
    this.#block[at] = sequence;
    this.#block[at + 1] = reason;
    this.#end(5);
  }

  timer(t: Micros, text: string): void {
    this.#withText(RECORD.timer, 0, t, text);
  }

  note(t: Micros, text: string): void {
    this.#withText(RECORD.note, 0, t, text);
  }

  /** A transaction waits for an account that another one holds. */
  wait(t: Micros, transaction: number, account: string, holder: number): void {
    const code = this.#textCode(account);
    const at = this.#begin(RECORD.wait, 6, 0, t);
    this.#block[at] = code;
    this.#block[at + 1] = transaction;
    this.#block[at + 2] = holder;
    this.#end(6);
  }

  /** A lock taken or released, or one step of a transaction between shards. */
  transaction(t: Micros, kind: 'lock' | 'unlock' | 'commit2pc', transaction: number, text: string): void {
    const code = this.#textCode(text);
    const at = this.#begin(RECORD[kind], 5, 0, t);
    this.#block[at] = code;
    this.#block[at + 1] = transaction;
    this.#end(5);
  }

  fault(t: Micros, kind: typeof RECORD.fault | typeof RECORD.heal, index: number, text: string): void {
    this.#withText(kind, index, t, text);
  }

  state(t: Micros, flags: number, fields: Int32Array, fieldCount: number): void {
    const length = 3 + fieldCount;
    const at = this.#begin(RECORD.state, length, flags, t);
    const block = this.#block;
    for (let i = 0; i < fieldCount; i++) block[at + i] = fields[i] as number;
    this.#end(length);
  }

  decide(t: Micros, slot: number, epoch: number, digest: string): void {
    const at = this.#begin(RECORD.decide, 13, 0, t);
    this.#block[at] = slot;
    this.#block[at + 1] = epoch;
    const words = hexWords(digest);
    for (let i = 0; i < DIGEST_WORDS; i++) this.#block[at + 2 + i] = words[i] as number;
    this.#end(13);
  }

  evidence(t: Micros, against: number, text: string, hashes: readonly number[]): void {
    const code = this.#textCode(text);
    const at = this.#begin(RECORD.evidence, 8, against, t);
    this.#block[at] = code;
    for (let i = 0; i < 4; i++) this.#block[at + 1 + i] = hashes[i] ?? 0;
    this.#end(8);
  }

  /** Everything written since the last call, as words of its own; null when words are not kept or there are none. */
  takeSegment(): Uint32Array | null {
    if (this.#segment === null || this.#segmentFill === 0) return null;
    const words = this.#segment.slice(0, this.#segmentFill);
    this.#segmentFill = 0;
    return words;
  }

  /** Hash of the whole stream so far. */
  digest(): Uint8Array {
    return this.#hash(this.#bytes(this.#fill));
  }

  snapshot(): RecorderSnapshot {
    return {
      digest: this.#bytes(DIGEST_WORDS).slice(),
      open: this.#block.slice(DIGEST_WORDS, this.#fill),
      texts: [...this.#texts.keys()],
      count: this.count,
    };
  }

  restore(snapshot: RecorderSnapshot): void {
    this.#fill = DIGEST_WORDS;
    if (this.#block.length < DIGEST_WORDS + snapshot.open.length) this.#makeRoom(DIGEST_WORDS + snapshot.open.length);
    this.#bytes(DIGEST_WORDS).set(snapshot.digest, 0);
    this.#block.set(snapshot.open, DIGEST_WORDS);
    this.#fill = DIGEST_WORDS + snapshot.open.length;
    this.#texts = new Map(snapshot.texts.map((text, code) => [text, code]));
    this.count = snapshot.count;
    this.#segmentFill = 0;
  }

  /** The first so many words of the block, as bytes. */
  #bytes(words: number): Uint8Array {
    return new Uint8Array(this.#block.buffer, this.#block.byteOffset, words * 4);
  }

  #withText(kind: RecordKind, argument: number, t: Micros, text: string): void {
    const code = this.#textCode(text);
    const at = this.#begin(kind, 4, argument, t);
    this.#block[at] = code;
    this.#end(4);
  }

  #textCode(text: string): number {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const code = this.#texts.size;
    this.#texts.set(text, code);
    const packed = packedText(text);
    const { length } = packed;
    this.#reserve(2 + length);
    const block = this.#block;
    block[this.#fill] = (RECORD.text | ((2 + length) << 6)) >>> 0;
    block[this.#fill + 1] = code;
    for (let i = 0; i < length; i++) block[this.#fill + 2 + i] = packed[i] as number;
    this.#advance(2 + length);
    return code;
  }

  #begin(kind: RecordKind, length: number, argument: number, t: Micros): number {
    this.#reserve(length);
    const at = this.#fill;
    const block = this.#block;
    block[at] = (kind | (length << 6) | (argument << 16)) >>> 0;
    block[at + 1] = t;
    block[at + 2] = t * PER_WORD;
    return at + 3;
  }

  #end(length: number): void {
    this.count++;
    this.#advance(length);
  }

  #reserve(length: number): void {
    const needed = this.#fill + length;
    if (needed <= this.#block.length) return;
    assert(length <= BLOCK_WORDS, 'record longer than a block');
    if (needed > DIGEST_WORDS + BLOCK_WORDS) {
      const digest = this.#hash(this.#bytes(this.#fill));
      this.#bytes(DIGEST_WORDS).set(digest, 0);
      this.#fill = DIGEST_WORDS;
    } else {
      this.#makeRoom(needed);
    }
  }

  /** Up to a whole block. */
  #makeRoom(words: number): void {
    const larger = new Uint32Array(Math.min(DIGEST_WORDS + BLOCK_WORDS, Math.max(8 * this.#block.length, words)));
    larger.set(this.#block.subarray(0, this.#fill));
    this.#block = larger;
  }

  #advance(length: number): void {
    if (this.#segment !== null) {
      let segment = this.#segment;
      if (this.#segmentFill + length > segment.length) {
        const larger = new Uint32Array(Math.max(segment.length * 2, this.#segmentFill + length));
        larger.set(segment.subarray(0, this.#segmentFill));
        this.#segment = larger;
        segment = larger;
      }
      // A loop: records are short, and a subarray with set() costs more than the words.
      for (let i = 0; i < length; i++) segment[this.#segmentFill + i] = this.#block[this.#fill + i] as number;
      this.#segmentFill += length;
    }
    this.#fill += length;
  }
}

/** Texts as they stand in the stream: every node of every run writes much the same ones. */
const packedTexts = new Map<string, Uint32Array>();
const PACKED_TEXTS_MAX = 2048;

/** Number of bytes in UTF-8, cut to what a record holds, then the bytes. */
function packedText(text: string): Uint32Array {
  const known = packedTexts.get(text);
  if (known !== undefined) return known;
  const bytes = encodeUtf8(text).subarray(0, TEXT_BYTES_MAX);
  const packed = new Uint32Array(1 + ((bytes.length + 3) >> 2));
  packed[0] = bytes.length;
  bytes.forEach((byte, i) => {
    const at = 1 + (i >> 2);
    packed[at] = (packed[at] as number) | (byte << (8 * (i & 3)));
  });
  if (packedTexts.size >= PACKED_TEXTS_MAX) packedTexts.clear();
  packedTexts.set(text, packed);
  return packed;
}

assertFits();

function assertFits(): void {
  assert(RECORD_WORDS_MAX < 1024 && 3 + TEXT_BYTES_MAX / 4 < 1024, 'record lengths must fit their 10 bits');
}

/** The eight words of a hash in hex; valid until the next call. All nodes record the same few hashes one after the other. */
function hexWords(hex: string): Uint32Array {
  if (hex !== lastHex) {
    for (let i = 0; i < DIGEST_WORDS; i++) lastWords[i] = hexWord(hex, i);
    lastHex = hex;
  }
  return lastWords;
}

let lastHex = '';
const lastWords = new Uint32Array(DIGEST_WORDS);

/** The `index`-th 32-bit word of a hash in hex; 0 where the text is too short. */
export function hexWord(hex: string, index: number): number {
  let word = 0;
  for (let i = 0; i < 8; i++) {
    const code = hex.charCodeAt(index * 8 + i);
    // '0'…'9' are 48…57, 'a'…'f' are 97…102; NaN past the end gives 0.
    const digit = code >= 97 ? code - 87 : code - 48;
    word = (word << 4) | (digit & 15);
  }
  return word >>> 0;
}
