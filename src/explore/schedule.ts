/**
 * Hands out the indices of a search to whoever has time and puts the answers back into order. The first violation is the one
 * with the smallest index, whatever thread was faster: the result does not depend on how many there are.
 */
import type { IndexReport } from './explorer.ts';

export interface SearchTotals {
  /** Indices looked at, in order, up to and with the first violation. */
  readonly runs: number;
  readonly events: number;
  readonly faults: number;
  readonly decidedRuns: number;
  readonly errors: readonly Extract<IndexReport, { readonly kind: 'error' }>[];
}

/** Null while nothing was found. */
export type FoundReport = Extract<IndexReport, { readonly kind: 'run' }> | null;

export interface Chunk {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const CHUNK = 4;
const ERRORS_MAX = 10;

export class Schedule {
  readonly budget: number;
  readonly #early = new Map<number, IndexReport>();
  #nextStart = 0;
  #nextIndex = 0;
  /** Nothing at or above it needs to be run. */
  #limit: number;
  #totals = { runs: 0, events: 0, faults: 0, decidedRuns: 0 };
  #errors: Extract<IndexReport, { readonly kind: 'error' }>[] = [];
  #found: FoundReport = null;
  #isExhausted = false;

  constructor(budget: number) {
    this.budget = budget;
    this.#limit = budget;
  }

  /** What to run next; null when there is nothing left to hand out. */
  next(): Chunk | null {
    const to = Math.min(this.#nextStart + CHUNK, this.#limit);
    if (to <= this.#nextStart) return null;
    const chunk = { from: this.#nextStart, to };
    this.#nextStart = to;
    return chunk;
  }

  take(reports: readonly IndexReport[]): void {
    // What others were still busy with when it ended does not count.
    if (this.isDone) return;
    for (const report of reports) {
      this.#early.set(report.index, report);
      const isEnd = report.kind === 'exhausted' || (report.kind === 'run' && report.findings.length > 0);
      if (isEnd) this.#limit = Math.min(this.#limit, report.index + 1);
    }
    for (let ready = this.#early.get(this.#nextIndex); ready !== undefined; ready = this.#early.get(this.#nextIndex)) {
      this.#early.delete(this.#nextIndex++);
      this.#count(ready);
      if (this.isDone) this.#early.clear();
    }
  }

  /** Found something, reached the end of the enumeration, or spent the budget. */
  get isDone(): boolean {
    return this.#found !== null || this.#isExhausted || this.#nextIndex >= this.budget;
  }

  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  get found(): FoundReport {
    return this.#found;
  }

  get totals(): SearchTotals {
    return { ...this.#totals, errors: this.#errors };
  }

  #count(report: IndexReport): void {
    if (report.kind === 'exhausted') {
      this.#isExhausted = true;
      return;
    }
    const totals = this.#totals;
    totals.runs++;
    if (report.kind === 'error') {
      if (this.#errors.length < ERRORS_MAX) this.#errors.push(report);
      return;
    }
    totals.events += report.events;
    totals.faults += report.faultCount;
    if (report.height > 0) totals.decidedRuns++;
    if (report.findings.length > 0) this.#found = report;
  }
}
