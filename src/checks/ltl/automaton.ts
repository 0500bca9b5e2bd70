/**
 * What progression found before, by formula: for the same demand and the same truths it finds the same again. So a formula
 * becomes, while it is judged, the table of a finite automaton, which all runs of a thread share. Of a formula with times only the
 * demands without a deadline belong to it: what leads from one to another is the same at any time.
 */
import { type Demand, DemandLimitError, demandKey, firstDeadline } from './duties.ts';
import type { NodeTable } from './nodes.ts';
import { type Moment, type Progressed, Step } from './progress.ts';

/** Truths are the bits of one number. */
const PROPOSITIONS_MAX = 30;
/** Demands remembered of one formula, and ways out of one of them. */
const STATES_MAX = 2000;
const EDGES_MAX = 256;

/** By truths of the propositions: what is demanded next, or the message of the limit that was met. */
type Edges = Map<number, Progressed | string>;

const known = new WeakMap<NodeTable, Automaton>();

/** The automaton of a formula. */
export function automatonOf(table: NodeTable): Automaton {
  const before = known.get(table);
  if (before !== undefined) return before;
  const automaton = new Automaton(table);
  known.set(table, automaton);
  return automaton;
}

export class Automaton {
  readonly #table: NodeTable;
  readonly #isSmall: boolean;
  readonly #states = new Map<string, Progressed>();
  readonly #edges = new Map<Progressed | null, Edges>();

  constructor(table: NodeTable) {
    this.#table = table;
    this.#isSmall = table.propositions.length <= PROPOSITIONS_MAX;
  }

  /**
   * What is demanded after the moment. Equal demands that are remembered are one object.
   * `before`: null at the first state. @throws DemandLimitError
   */
  next(before: Progressed | null, moment: Moment): Progressed {
    if (!this.#isSmall || !this.#isTimeless(before))
      return this.same(new Step(this.#table, moment, before).progressed());
    const truths = this.#truths(moment);
    const edges = this.#edges.get(before);
    const found = edges?.get(truths);
    if (found !== undefined) {
      if (typeof found === 'string') throw new DemandLimitError();
      return found;
    }
    return this.#explore(before, moment, truths);
  }

  /** The one object that is remembered for these demands; they themselves where there are too many. */
  same(progressed: Progressed): Progressed {
    if (!this.#isSmall || !this.#isTimeless(progressed)) return progressed;
    const key = stateKey(progressed);
    const before = this.#states.get(key);
    if (before !== undefined) return before;
    if (this.#states.size < STATES_MAX) this.#states.set(key, progressed);
    return progressed;
  }

  #explore(before: Progressed | null, moment: Moment, truths: number): Progressed {
    let edges = this.#edges.get(before);
    const isKnown = before === null || edges !== undefined || this.#states.get(stateKey(before)) === before;
    if (edges === undefined && isKnown) {
      edges = new Map();
      this.#edges.set(before, edges);
    }
    const remember = (found: Progressed | string): void => {
      if (edges !== undefined && edges.size < EDGES_MAX) edges.set(truths, found);
    };
    try {
      const next = this.same(new Step(this.#table, moment, before).progressed());
      if (this.#isTimeless(next)) remember(next);
      return next;
    } catch (error) {
      if (error instanceof DemandLimitError) remember(error.message);
      throw error;
    }
  }

  #isTimeless(progressed: Progressed | null): boolean {
    if (progressed === null || !this.#table.isTimed) return true;
    const hasDeadline = (demand: Demand): boolean => firstDeadline(demand) !== Number.POSITIVE_INFINITY;
    return !hasDeadline(progressed.residual) && !progressed.past.some(hasDeadline);
  }

  #truths(moment: Moment): number {
    let bits = 0;
    for (let i = 0; i < this.#table.propositions.length; i++) if (moment.holds(i)) bits |= 1 << i;
    return bits;
  }
}

/** The same for equal demands only. */
export function stateKey({ residual, past }: Progressed): string {
  return [residual, ...past].map(demandKey).join('|');
}
