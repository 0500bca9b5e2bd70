/** Of several tabs of one browser profile, one keeps its run for the next visit; the others are told. */
import type { TabLock, tabLock } from '../storage/tabLock.ts';

export type MakeLock = typeof tabLock;

/** The right to say which run the next visit takes up: one for the whole profile. */
const NEXT_VISIT = 'next-visit';
const ELSEWHERE =
  'Another tab keeps its run for the next visit; this one is not saved by itself. Snapshots you take are kept.';

export class Guard {
  readonly #makeLock: MakeLock;
  #visit: TabLock | null = null;
  /** Held so that storage does not make room by forgetting the run at hand. */
  #run: { readonly runId: string; readonly lock: TabLock } | null = null;
  #closed = false;

  constructor(makeLock: MakeLock) {
    this.#makeLock = makeLock;
  }

  /** A sentence for the user when this tab does not keep its run, or cannot be sure to be alone. */
  get notice(): string | null {
    if (this.#visit === null) return null;
    return this.#visit.held ? this.#visit.message : ELSEWHERE;
  }

  /** Whether this tab may save the run by itself. Asks again each time while another tab does: that one may be closed. */
  async mayKeep(runId: string): Promise<boolean> {
    if (this.#visit?.held !== true) this.#visit = await this.#take(NEXT_VISIT);
    if (!this.#visit.held) return false;
    if (this.#run?.runId !== runId) {
      this.#run?.lock.release();
      this.#run = { runId, lock: await this.#take(runId) };
    }
    return this.#run.lock.held;
  }

  release(): void {
    this.#closed = true;
    this.#run?.lock.release();
    this.#visit?.release();
    this.#run = null;
    this.#visit = null;
  }

  async #take(name: string): Promise<TabLock> {
    const lock = await this.#makeLock(name).acquire();
    if (this.#closed) lock.release();
    return lock;
  }
}
