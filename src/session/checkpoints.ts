/** Snapshots of the run kept in memory for rewinding: dense near the head, sparse further back. */
import type { Micros } from '../core/time.ts';
import type { RunSnapshot } from '../runtime/executor.ts';

export interface Checkpoint {
  readonly at: Micros;
  readonly snapshot: RunSnapshot;
  /** How many interventions it already contains. */
  readonly interventions: number;
  /** The trace store's barrier and the number of batches then: single steps within one µs are told apart by them. */
  readonly barrier: number;
  readonly batches: number;
}

const KEPT_MAX = 24;

export class Checkpoints {
  #kept: Checkpoint[] = [];

  add(checkpoint: Checkpoint): void {
    const { at, interventions } = checkpoint;
    // What was done by hand at this very moment can be undone: the one before it stays.
    this.#kept = this.#kept.filter((kept) => kept.at < at || (kept.at === at && kept.interventions < interventions));
    this.#kept.push(checkpoint);
    if (this.#kept.length > KEPT_MAX) this.#thin();
  }

  /** The newest at or before `at` that contains no more than so many interventions. */
  before(at: Micros, interventions: number = Number.POSITIVE_INFINITY): Checkpoint | null {
    const fits = (checkpoint: Checkpoint) => checkpoint.at <= at && checkpoint.interventions <= interventions;
    return this.#kept.findLast(fits) ?? null;
  }

  /** Forgets everything after `at`, and what contains more than so many interventions: the run was rewound. */
  truncate(at: Micros, interventions: number): void {
    this.#kept = this.#kept.filter((kept) => kept.at <= at && kept.interventions <= interventions);
  }

  /** Drops the one whose absence leaves the smallest gap in proportion to its age; never the first or the newest. */
  #thin(): void {
    const newest = (this.#kept.at(-1) as Checkpoint).at;
    let worst = 1;
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = 1; i < this.#kept.length - 1; i++) {
      const gap = (this.#kept[i + 1] as Checkpoint).at - (this.#kept[i - 1] as Checkpoint).at;
      const score = gap / (newest - (this.#kept[i] as Checkpoint).at + 1);
      if (score < smallest) {
        smallest = score;
        worst = i;
      }
    }
    this.#kept.splice(worst, 1);
  }
}
