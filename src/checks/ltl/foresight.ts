/**
 * Whether a verdict is definite although progression does not show it (`F a & G !a`): a search through all continuations for
 * one that ends the other way. Variables take every value that the formula can tell apart.
 */
import { stateKey } from './automaton.ts';
import { acceptsEnd, DemandLimitError } from './duties.ts';
import { compares, type Literal, type Proposition, variableOf } from './formula.ts';
import type { NodeTable } from './nodes.ts';
import { type Progressed, Step } from './progress.ts';

const VALUATIONS_MAX = 64;
const STATES_MAX = 300;
/** Steps spent on one formula in all; afterwards verdicts are what progression shows. */
const STEPS_MAX = 40_000;
const REMEMBERED_MAX = 2000;

type Foreseen = 'satisfied' | 'violated' | null;

/** What a search found that no limit cut short, and how many steps it took. */
interface Found {
  readonly foreseen: Foreseen;
  readonly steps: number;
}

/** What all runs of a thread share about a formula. */
interface Shared {
  /** Found once, but paid for by every monitor, so that no run depends on the ones before it. */
  readonly found: Map<string, Found>;
  /** `stateKey` of the demands that an automaton remembers. */
  readonly keys: Map<Progressed, string>;
}

const sharedBy = new WeakMap<NodeTable, Shared>();

function sharedOf(table: NodeTable): Shared {
  const before = sharedBy.get(table);
  if (before !== undefined) return before;
  const shared: Shared = { found: new Map(), keys: new Map() };
  sharedBy.set(table, shared);
  return shared;
}

export class Foresight {
  readonly #table: NodeTable;
  readonly #known = new Map<string, Foreseen>();
  readonly #valuations: readonly (readonly boolean[])[] | null;
  #steps = 0;
  /** The same by identity: demands of the automaton are the same objects again and again. */
  readonly #answers = new Map<Progressed, Foreseen>();

  readonly #shared: Shared;

  constructor(table: NodeTable) {
    this.#table = table;
    this.#shared = sharedOf(table);
    this.#valuations = valuationsFor(table);
  }

  /** The verdict of all continuations where they agree; null where they do not, or are too many to look through. */
  of(progressed: Progressed): Foreseen {
    if (this.#valuations === null || this.#steps > STEPS_MAX) return null;
    const before = this.#answers.get(progressed);
    if (before !== undefined) return before;
    const found = this.#foresee(progressed, this.#valuations);
    if (this.#answers.size < REMEMBERED_MAX) this.#answers.set(progressed, found);
    return found;
  }

  #foresee(progressed: Progressed, valuations: readonly (readonly boolean[])[]): Foreseen {
    const key = this.#keyOf(progressed);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#searchOnce(key, progressed, valuations);
    if (this.#known.size < REMEMBERED_MAX) this.#known.set(key, found);
    return found;
  }

  #keyOf(progressed: Progressed): string {
    const { keys } = this.#shared;
    const known = keys.get(progressed);
    if (known !== undefined) return known;
    const key = stateKey(progressed);
    if (keys.size < REMEMBERED_MAX) keys.set(progressed, key);
    return key;
  }

  #searchOnce(key: string, progressed: Progressed, valuations: readonly (readonly boolean[])[]): Foreseen {
    const before = this.#shared.found;
    const known = before.get(key);
    if (known !== undefined && this.#steps + known.steps <= STEPS_MAX) {
      this.#steps += known.steps;
      return known.foreseen;
    }
    const began = this.#steps;
    const foreseen = this.#search(progressed, valuations);
    if (this.#steps <= STEPS_MAX && before.size < REMEMBERED_MAX)
      before.set(key, { foreseen, steps: this.#steps - began });
    return foreseen;
  }

  #search(start: Progressed, valuations: readonly (readonly boolean[])[]): Foreseen {
    const verdict = acceptsEnd(start.residual);
    const seen = new Set([stateKey(start)]);
    const open = [start];
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
      for (const valuation of valuations) {
        this.#steps++;
        const next = this.#step(current, valuation);
        if (next === null || acceptsEnd(next.residual) !== verdict) return null;
        const key = stateKey(next);
        if (seen.has(key)) continue;
        if (seen.size >= STATES_MAX || this.#steps > STEPS_MAX) return null;
        seen.add(key);
        open.push(next);
      }
    }
    return verdict ? 'satisfied' : 'violated';
  }

  #step(before: Progressed, valuation: readonly boolean[]): Progressed | null {
    const moment = { t: 0, holds: (proposition: number) => valuation[proposition] === true };
    try {
      return new Step(this.#table, moment, before).progressed();
    } catch (error) {
      if (error instanceof DemandLimitError) return null;
      throw error;
    }
  }
}

const valuationsBefore = new WeakMap<NodeTable, ReturnType<typeof valuationsOf>>();

/** Worked out once a formula; null for formulas with times. */
function valuationsFor(table: NodeTable): ReturnType<typeof valuationsOf> {
  if (table.isTimed) return null;
  const before = valuationsBefore.get(table);
  if (before !== undefined) return before;
  const valuations = valuationsOf(table.propositions);
  valuationsBefore.set(table, valuations);
  return valuations;
}

/** Every way in which the propositions can be true together, or null when there are too many. */
function valuationsOf(propositions: readonly Proposition[]): readonly (readonly boolean[])[] | null {
  const variables = new Map<string, number[]>();
  propositions.forEach((proposition, index) => {
    const name = variableOf(proposition);
    variables.set(name, [...(variables.get(name) ?? []), index]);
  });
  let valuations: boolean[][] = [propositions.map(() => false)];
  for (const indices of variables.values()) {
    const patterns = patternsOf(indices.map((index) => propositions[index] as Proposition));
    if (valuations.length * patterns.length > VALUATIONS_MAX) return null;
    valuations = valuations.flatMap((valuation) =>
      patterns.map((pattern) => {
        const next = [...valuation];
        indices.forEach((index, i) => {
          next[index] = pattern[i] === true;
        });
        return next;
      }),
    );
  }
  return valuations;
}

/** How the propositions about one variable can be true together: one pattern for each kind of value. */
function patternsOf(propositions: readonly Proposition[]): readonly (readonly boolean[])[] {
  const values = new Set<Literal | null>([true, false, null]);
  const numbers = propositions.flatMap(({ comparison }) =>
    typeof comparison?.value === 'number' ? [comparison.value] : [],
  );
  for (const { comparison } of propositions) if (comparison !== null) values.add(comparison.value);
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  sorted.forEach((value, i) => {
    const next = sorted[i + 1];
    if (i === 0) values.add(value - 1);
    values.add(next === undefined ? value + 1 : (value + next) / 2);
  });
  const patterns = new Map<string, boolean[]>();
  for (const value of values) {
    const pattern = propositions.map(({ comparison }) =>
      comparison === null ? value === true : compares(value, comparison.comparator, comparison.value),
    );
    patterns.set(pattern.join(), pattern);
  }
  return [...patterns.values()];
}
