/**
 * Snapshots of the run kept in memory for rewinding: dense near the head, sparse further back, within a bound in bytes. They
 * are kept packed, and what they have in common, the signatures of the chain above all, is kept once.
 */
import { InvariantError } from '../core/assert.ts';
import { ByteTable } from '../core/byteTable.ts';
import { type PackedApart, packApart } from '../core/pack.ts';
import { describeProblem } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import { unpackApart } from '../core/unpack.ts';
import type { RunSnapshot } from '../runtime/executor.ts';

/** Where a checkpoint stands in the run. */
interface Place {
  readonly at: Micros;
  /** How many interventions it already contains. */
  readonly interventions: number;
  /** The trace store's barrier and the number of batches then: single steps within one µs are told apart by them. */
  readonly barrier: number;
  readonly batches: number;
}

export interface Checkpoint extends Place {
  readonly snapshot: RunSnapshot;
}

interface Kept extends Place {
  readonly packed: PackedApart;
  readonly blobBytes: number;
}

const KEPT_MAX = 24;
/** Of all checkpoints together. */
const SIZE_BYTES_MAX = 128e6;
/** A reference to a byte array, as engines keep it. */
const REFERENCE_BYTES = 8;

export class Checkpoints {
  readonly #sizeBytesMax: number;
  #kept: Kept[] = [];
  /** The byte arrays of the newest: most of them are in the next one too. */
  #known = new ByteTable();

  constructor(sizeBytesMax = SIZE_BYTES_MAX) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  add({ snapshot, ...place }: Checkpoint): void {
    const { at, interventions } = place;
    const packed = packApart(snapshot, this.#known);
    this.#known = new ByteTable();
    let blobBytes = 0;
    for (const blob of packed.blobs) {
      this.#known.same(blob);
      blobBytes += blob.length;
    }
    // What was done by hand at this very moment can be undone: the one before it stays.
    this.#kept = this.#kept.filter((kept) => kept.at < at || (kept.at === at && kept.interventions < interventions));
    this.#kept.push({ ...place, packed, blobBytes });
    while (this.#kept.length > 2 && (this.#kept.length > KEPT_MAX || this.sizeBytes > this.#sizeBytesMax)) this.#thin();
  }

  get count(): number {
    return this.#kept.length;
  }

  /** About what all of them take: each its own part, and the byte arrays of the one that has most of them, for the others have the same. */
  get sizeBytes(): number {
    let own = 0;
    let common = 0;
    for (const { packed, blobBytes } of this.#kept) {
      own += packed.bytes.length + packed.blobs.length * REFERENCE_BYTES;
      common = Math.max(common, blobBytes);
    }
    return own + common;
  }

  /** The newest at or before `at` that contains no more than so many interventions. */
  before(at: Micros, interventions: number = Number.POSITIVE_INFINITY): Checkpoint | null {
    const kept = this.#kept.findLast((one) => one.at <= at && one.interventions <= interventions);
    if (kept === undefined) return null;
    const unpacked = unpackApart(kept.packed);
    if (!unpacked.ok) throw new InvariantError(`a checkpoint cannot be read: ${describeProblem(unpacked.problem)}`);
    const { packed: _, blobBytes: __, ...place } = kept;
    return { ...place, snapshot: unpacked.value as RunSnapshot };
  }

  /** Forgets everything after `at`, and what contains more than so many interventions: the run was rewound. */
  truncate(at: Micros, interventions: number): void {
    this.#kept = this.#kept.filter((kept) => kept.at <= at && kept.interventions <= interventions);
  }

  /** Drops the one whose absence leaves the smallest gap in proportion to its age; never the first or the newest. */
  #thin(): void {
    const newest = (this.#kept.at(-1) as Kept).at;
    let worst = 1;
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = 1; i < this.#kept.length - 1; i++) {
      const gap = (this.#kept[i + 1] as Kept).at - (this.#kept[i - 1] as Kept).at;
      const score = gap / (newest - (this.#kept[i] as Kept).at + 1);
      if (score < smallest) {
        smallest = score;
        worst = i;
      }
    }
    this.#kept.splice(worst, 1);
  }
}
