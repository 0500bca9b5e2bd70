/**
 * What the exhaustive search explores: an abstract transition system. States are plain data that nobody changes; equal keys are
 * equal states.
 */

export interface ModelProperty<S> {
  readonly name: string;
  /** always: in every reachable state. sometimes: in at least one, which shows that the model is not vacuous. */
  readonly kind: 'always' | 'sometimes';
  holds(state: S): boolean;
}

export interface Model<S, A> {
  readonly name: string;
  /** One sentence for people, with its source. */
  readonly explain: string;
  initial(): readonly S[];
  /** Everything that can happen in a state, in an order that depends on the state alone. */
  actions(state: S): readonly A[];
  /** The state after an enabled action; `state` stays as it is. */
  next(state: S, action: A): S;
  key(state: S): string;
  actionKey(action: A): string;
  show(action: A): string;
  readonly properties: readonly ModelProperty<S>[];
  /** States that differ by names only, the given one included: one of them stands for all. Absent: no symmetry. */
  orbit?(state: S): readonly S[];
  /**
   * Whether, wherever both are enabled, neither disables the other and both orders lead to one state. Absent: nothing is
   * known. Used for sleep sets, which leave out transitions, never states.
   */
  areIndependent?(a: A, b: A): boolean;
}

export interface SearchLimits {
  /** Distinct states at most. */
  readonly statesMax: number;
  /** Actions from an initial state at most. */
  readonly depthMax: number;
  /** Sleep sets and symmetry, where the model declares what they need. */
  readonly reduce: boolean;
}

/** A violated property and a shortest way to it. */
export interface Counterexample {
  readonly property: string;
  /** Actions from an initial state, as `show` tells them. */
  readonly path: readonly string[];
}

export interface ModelReport {
  readonly model: string;
  readonly distinctStates: number;
  /** Initial states and successors, however often each was reached: what TLC calls states generated. */
  readonly generatedStates: number;
  /** States on the longest of all shortest paths, the initial one included, as TLC counts. */
  readonly depth: number;
  /** States without any action. */
  readonly deadlocks: number;
  /** False where a limit ended the search. */
  readonly isComplete: boolean;
  readonly counterexample: Counterexample | null;
  /** Names of the `sometimes` properties that no state showed. */
  readonly neverSeen: readonly string[];
}
