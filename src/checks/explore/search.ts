/**
 * Breadth-first search over all states of a model, so that a counterexample is a shortest one. Two reductions:
 *
 * - symmetry: of each orbit one state is kept, that with the least key (Ip & Dill, "Better verification through symmetry", 1996);
 * - sleep sets (Godefroid, LNCS 1032, 1996, §5): an action that commutes with one explored before it, and was itself explored
 *   there, need not be explored again behind it. With visited states remembered, a state keeps the sleep set it was
 *   explored with; when it is reached with a smaller one, what was left out is explored then. No state is lost.
 */
import type { Counterexample, Model, ModelReport, SearchLimits } from './model.ts';

interface Visit<S, A> {
  readonly key: string;
  readonly state: S;
  readonly depth: number;
  /** How it was reached first; null for initial states. */
  readonly parent: Visit<S, A> | null;
  readonly by: A | null;
  /** Keys of actions that need not be explored from here. */
  sleep: Map<string, A>;
  isExpanded: boolean;
}

interface Task<S, A> {
  readonly visit: Visit<S, A>;
  /** Null: all but the sleeping ones; else only these, the sleep set being what it is now. */
  readonly only: ReadonlySet<string> | null;
}

export function searchModel<S, A>(model: Model<S, A>, limits: SearchLimits): ModelReport {
  return new ModelSearch(model, limits).run();
}

class ModelSearch<S, A> {
  readonly #model: Model<S, A>;
  readonly #limits: SearchLimits;
  readonly #visits = new Map<string, Visit<S, A>>();
  readonly #canReduce: boolean;
  #level: Task<S, A>[] = [];
  #nextLevel: Task<S, A>[] = [];
  #generated = 0;
  #depth = 0;
  #deadlocks = 0;
  #isComplete = true;
  #counterexample: Counterexample | null = null;
  readonly #unseen: Set<string>;

  constructor(model: Model<S, A>, limits: SearchLimits) {
    this.#model = model;
    this.#limits = limits;
    // A representative of an orbit has other names than the state it stands for: its sleep set would not fit.
    this.#canReduce = limits.reduce && model.areIndependent !== undefined && model.orbit === undefined;
    this.#unseen = new Set(model.properties.filter(({ kind }) => kind === 'sometimes').map(({ name }) => name));
  }

  run(): ModelReport {
    for (const state of this.#model.initial()) this.#reach(state, null, null, new Map());
    while (this.#nextLevel.length > 0 && this.#counterexample === null) {
      this.#level = this.#nextLevel;
      this.#nextLevel = [];
      for (const task of this.#level) {
        if (this.#counterexample !== null) break;
        this.#expand(task);
      }
    }
    return {
      model: this.#model.name,
      distinctStates: this.#visits.size,
      generatedStates: this.#generated,
      depth: this.#depth,
      deadlocks: this.#deadlocks,
      isComplete: this.#isComplete && this.#counterexample === null,
      counterexample: this.#counterexample,
      neverSeen: [...this.#unseen],
    };
  }

  #expand({ visit, only }: Task<S, A>): void {
    const model = this.#model;
    const actions = model.actions(visit.state);
    if (only === null && actions.length === 0) this.#deadlocks++;
    if (visit.depth >= this.#limits.depthMax) {
      if (actions.length > 0) this.#isComplete = false;
      return;
    }
    visit.isExpanded = true;
    const done = new Map(visit.sleep);
    for (const action of actions) {
      const key = model.actionKey(action);
      if (only === null ? visit.sleep.has(key) : !only.has(key)) continue;
      this.#reach(model.next(visit.state, action), visit, action, this.#sleepBehind(action, done));
      if (this.#counterexample !== null) return;
      if (this.#canReduce) done.set(key, action);
    }
  }

  /** Of what is asleep or explored already, that which commutes with the action. */
  #sleepBehind(action: A, done: ReadonlyMap<string, A>): Map<string, A> {
    const sleep = new Map<string, A>();
    if (!this.#canReduce) return sleep;
    for (const [key, other] of done) if (this.#model.areIndependent?.(action, other) === true) sleep.set(key, other);
    return sleep;
  }

  #reach(reached: S, parent: Visit<S, A> | null, by: A | null, sleep: Map<string, A>): void {
    this.#generated++;
    const { key, state } = this.#representative(reached);
    const known = this.#visits.get(key);
    if (known !== undefined) return this.#reachAgain(known, sleep);
    if (this.#visits.size >= this.#limits.statesMax) {
      this.#isComplete = false;
      return;
    }
    const depth = parent === null ? 0 : parent.depth + 1;
    const visit: Visit<S, A> = { key, state, depth, parent, by, sleep, isExpanded: false };
    this.#visits.set(key, visit);
    this.#depth = Math.max(this.#depth, depth + 1);
    this.#judge(visit);
    this.#nextLevel.push({ visit, only: null });
  }

  #reachAgain(known: Visit<S, A>, sleep: ReadonlyMap<string, A>): void {
    const missing = [...known.sleep.keys()].filter((key) => !sleep.has(key));
    if (missing.length === 0) return;
    for (const key of missing) known.sleep.delete(key);
    // Not expanded yet: it will do without them. Else what was left out is explored now.
    if (known.isExpanded) this.#nextLevel.push({ visit: known, only: new Set(missing) });
  }

  #representative(reached: S): { readonly key: string; readonly state: S } {
    const model = this.#model;
    let [key, state] = [model.key(reached), reached];
    if (!this.#limits.reduce || model.orbit === undefined) return { key, state };
    for (const other of model.orbit(reached)) {
      const otherKey = model.key(other);
      if (otherKey < key) [key, state] = [otherKey, other];
    }
    return { key, state };
  }

  #judge(visit: Visit<S, A>): void {
    for (const { name, kind, holds } of this.#model.properties) {
      const isHeld = holds(visit.state);
      if (kind === 'sometimes' && isHeld) this.#unseen.delete(name);
      if (kind === 'always' && !isHeld) this.#counterexample = { property: name, path: this.#pathTo(visit) };
    }
  }

  #pathTo(visit: Visit<S, A>): string[] {
    const path: string[] = [];
    for (let at: Visit<S, A> | null = visit; at !== null && at.by !== null; at = at.parent) {
      path.push(this.#model.show(at.by));
    }
    return path.reverse();
  }
}
