/** Runs jobs one after the other, in the order they were given: no two calls ever see the run half-way. */
export class JobQueue {
  #tail: Promise<unknown> = Promise.resolve();
  readonly #settle: () => Promise<void> | undefined;

  /** `settle` brings what turns left under way to an end: whatever is no turn comes after it. */
  constructor(settle: () => Promise<void> | undefined) {
    this.#settle = settle;
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    return this.turn(async () => {
      await this.#settle();
      return job();
    });
  }

  /** A turn of a run that plays: it may leave more of them under way. */
  turn<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
