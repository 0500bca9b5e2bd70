/** Formulas of the run at hand, as the page adds and removes them. */
import type { Expectation } from '../checks/ltl/watch.ts';
import { TestnetError } from '../core/problem.ts';
import { showValue } from '../scenario/show.ts';
import type { Run } from './run.ts';

/** What a page does with the formulas of a run. */
export interface Formulas {
  /** Judges one more, over the whole trace so far and from now on. Rejects with code 'bad-input' and where it is wrong. */
  add(expectation: Expectation): Promise<void>;
  /** Rejects with code 'not-found' when there is none of that name. */
  remove(name: string): Promise<void>;
}

export class FormulaDesk implements Formulas {
  readonly #withRun: (act: (run: Run) => Promise<void>) => Promise<void>;

  constructor(withRun: (act: (run: Run) => Promise<void>) => Promise<void>) {
    this.#withRun = withRun;
  }

  add({ name, ltl }: Expectation): Promise<void> {
    return this.#withRun(async (run) => {
      await run.pull();
      await run.expect([...run.scenario.expect, { name, ltl }]);
    });
  }

  remove(name: string): Promise<void> {
    return this.#withRun(async (run) => {
      const kept = run.scenario.expect.filter((expectation) => expectation.name !== name);
      if (kept.length === run.scenario.expect.length) {
        throw new TestnetError('not-found', `no formula is called ${showValue(name)}`);
      }
      await run.pull();
      await run.expect(kept);
    });
  }
}
