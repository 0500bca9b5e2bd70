/**
 * Snapshots of the run kept for rewinding: dense near the head, sparse further back. They are kept packed, and what they have in
 * common, the signatures of recent blocks above all, is kept once. Beyond a bound in bytes those longest past leave memory for
 * a shelf; where there is none they are fewer.
 */
import { InvariantError } from '../core/assert.ts';
import { ByteTable } from '../core/byteTable.ts';
import { detached, pack, type PackedApart, packApart } from '../core/pack.ts';
import { describeProblem } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import { unpack, unpackApart } from '../core/unpack.ts';
import type { RunSnapshot } from '../runtime/executor.ts';

/** Where a checkpoint stands in the run. */
interface Place {
  readonly at: Micros;
  /** How many interventions it already contains. */
  readonly interventions: number;
  /** The trace store's barrier then: single steps within one µs are told apart by it. */
  readonly barrier: number;
}

export interface Checkpoint extends Place {
  readonly snapshot: RunSnapshot;
}

interface Kept extends Place {
  /** Null while it is on the shelf. */
  packed: PackedApart | null;
  /** Its number on the shelf; null while it is in memory. */
  key: number | null;
  /** Of what is on the shelf. */
  shelvedBytes: number;
}

/** Where checkpoints go that are long past. */
export interface CheckpointShelf {
  /** Puts bytes under a number, in the place of what was there. False when it takes none. */
  writeAside(key: number, bytes: Uint8Array): Promise<boolean>;
  /** Null for what is gone. */
  readAside(key: number): Promise<Uint8Array | null>;
}

/** Bytes of all checkpoints together, but for `count`. */
export interface CheckpointBounds {
  /** In memory, while a shelf takes the others. */
  readonly memory: number;
  /** So many in memory, while a shelf takes the others: small ones would go on growing in number for half an hour. */
  readonly count: number;
  /** In memory, where nothing does. */
  readonly alone: number;
  readonly shelved: number;
}

const KEPT_MAX = 24;
const BOUNDS: CheckpointBounds = { memory: 40e6, count: 2, alone: 128e6, shelved: 256e6 };
/** A reference to a byte array, as engines keep it. */
const REFERENCE_BYTES = 8;

export class Checkpoints {
  readonly #bounds: CheckpointBounds;
  #shelf: CheckpointShelf | null = null;
  #kept: Kept[] = [];
  /** The byte arrays of the newest: most of them are in the next one too. */
  #known = new ByteTable();

  constructor(bounds: Partial<CheckpointBounds> = {}) {
    this.#bounds = { ...BOUNDS, ...bounds };
  }

  /** From now on `relieve` puts there what is over the bound of memory. */
  use(shelf: CheckpointShelf): void {
    this.#shelf = shelf;
  }

  add({ snapshot, ...place }: Checkpoint): void {
    const { at, interventions } = place;
    const { bytes, blobs } = packApart(snapshot, this.#known);
    const packed = { bytes, blobs: blobs.map(detached) };
    this.#known = new ByteTable();
    for (const blob of packed.blobs) this.#known.same(blob);
    // What was done by hand at this very moment can be undone: the one before it stays.
    this.#kept = this.#kept.filter((kept) => kept.at < at || (kept.at === at && kept.interventions < interventions));
    this.#kept.push({ ...place, packed, key: null, shelvedBytes: 0 });
    while (this.#kept.length > 2 && this.#isOver()) this.#thin();
  }

  /** Puts those longest past on the shelf until memory is within its bound; never the first, which is small, or the newest. */
  async relieve(): Promise<void> {
    while (this.#shelf !== null && this.#isCrowded()) {
      const going = this.#kept.find(({ packed }, i) => i > 0 && i < this.#kept.length - 1 && packed !== null);
      if (going === undefined || going.packed === null) return;
      const bytes = pack({ bytes: going.packed.bytes, blobs: going.packed.blobs });
      const key = this.#freeKey();
      if (!(await this.#shelf.writeAside(key, bytes))) return;
      going.packed = null;
      going.key = key;
      going.shelvedBytes = bytes.length;
      while (this.#kept.length > 2 && this.#isOver()) this.#thin();
    }
  }

  get count(): number {
    return this.#kept.length;
  }

  /** About what they take in memory: each its own part, and every byte array once, however many have it. */
  get sizeBytes(): number {
    let bytes = 0;
    const counted = new Set<Uint8Array>();
    for (const { packed } of this.#kept) {
      if (packed === null) continue;
      bytes += packed.bytes.length + packed.blobs.length * REFERENCE_BYTES;
      for (const blob of packed.blobs) {
        if (counted.has(blob)) continue;
        counted.add(blob);
        bytes += blob.length;
      }
    }
    return bytes;
  }

  /** How many are on the shelf. */
  get shelvedCount(): number {
    return this.#kept.reduce((count, { key }) => (key === null ? count : count + 1), 0);
  }

  /** The newest at or before `at` that contains no more than so many interventions. One that the shelf has lost is forgotten. */
  async before(at: Micros, interventions: number = Number.POSITIVE_INFINITY): Promise<Checkpoint | null> {
    for (;;) {
      const kept = this.#kept.findLast((one) => one.at <= at && one.interventions <= interventions);
      if (kept === undefined) return null;
      const packed = kept.packed ?? (await this.#bring(kept.key));
      if (packed === null) {
        this.#kept = this.#kept.filter((one) => one !== kept);
        continue;
      }
      const unpacked = unpackApart(packed);
      if (!unpacked.ok) throw new InvariantError(`a checkpoint cannot be read: ${describeProblem(unpacked.problem)}`);
      const snapshot = unpacked.value as RunSnapshot;
      return { at: kept.at, interventions: kept.interventions, barrier: kept.barrier, snapshot };
    }
  }

  /** Forgets everything after `at`, and what contains more than so many interventions: the run was rewound. */
  truncate(at: Micros, interventions: number): void {
    this.#kept = this.#kept.filter((kept) => kept.at <= at && kept.interventions <= interventions);
  }

  #isCrowded(): boolean {
    return this.#kept.length - this.shelvedCount > this.#bounds.count || this.sizeBytes > this.#bounds.memory;
  }

  #isOver(): boolean {
    const shelved = this.#kept.reduce((sum, { shelvedBytes }) => sum + shelvedBytes, 0);
    return this.#kept.length > KEPT_MAX || shelved > this.#bounds.shelved || this.sizeBytes > this.#bounds.alone;
  }

  /** The smallest number that no checkpoint on the shelf has: what is there under it is of no more use. */
  #freeKey(): number {
    const taken = new Set(this.#kept.map(({ key }) => key));
    let key = 0;
    while (taken.has(key)) key++;
    return key;
  }

  async #bring(key: number | null): Promise<PackedApart | null> {
    const bytes = key === null ? null : ((await this.#shelf?.readAside(key)) ?? null);
    const unpacked = bytes === null ? null : unpack(bytes);
    // The shelf seals what it keeps: what comes back is what was packed.
    return unpacked?.ok === true ? (unpacked.value as PackedApart) : null;
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
