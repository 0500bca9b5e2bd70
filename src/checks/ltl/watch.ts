/**
 * Follows a run and judges formulas about it. A state of the run is a moment (µs) at which something visible happened: a
 * message was sent, a block decided, a declared field changed, a fault began or ended, or evidence was found. Events are true in
 * the state in which they happen; values are those at the end of the moment. So a state depends neither on the order
 * within a moment nor on which formulas are watched.
 */
import type { NodeIndex } from '../../core/ids.ts';
import type { Micros } from '../../core/time.ts';
import { type Atom, Atoms } from './atoms.ts';
import { type Binding, type BoundFormula, bindFormula } from './bind.ts';
import { propositionText } from './formula.ts';
import { Monitor, type MonitorState } from './monitor.ts';
import { describeFormulaProblem } from './parse.ts';
import { IndexSet } from './index-set.ts';
import { describeReason, formatTime } from './reason.ts';
import { FIELD, Scene, type SceneFault, type SceneState, type Setting } from './scene.ts';

/** A formula with the name under which it is judged. */
export interface Expectation {
  readonly name: string;
  readonly ltl: string;
}

/** A formula under watch. */
export interface Watched extends Expectation {
  readonly bound: BoundFormula;
  readonly monitor: Monitor;
  /** By position in `NodeTable.propositions`: index of the atom. */
  readonly atoms: readonly number[];
  /** Why it is violated, once it is; in one line. */
  detail: string | null;
}

/** Plain data. */
export interface WatchState {
  readonly scene: SceneState;
  /** Moment whose state is still incomplete; null: none. */
  readonly open: Micros | null;
  /** Atoms of events that have happened in it. */
  readonly happened: readonly string[];
  readonly count: number;
  readonly lastAt: Micros;
  readonly leader: NodeIndex | null;
  readonly atoms: readonly { readonly key: string; readonly truth: boolean }[];
  readonly watched: readonly (Expectation & { readonly monitor: MonitorState; readonly detail: string | null })[];
}

export class Watch {
  readonly scene: Scene;
  /** Called after every state. */
  onState: (() => void) | null = null;
  readonly #setting: Setting;
  #watched: Watched[] = [];
  #atoms = new Atoms();
  #open: Micros | null = null;
  /** Positions of the formulas to step at the end of the moment: one of their atoms has turned, or they change by themselves. */
  #dirty = new IndexSet();
  /** By position: states of the run that the formula was not stepped through, because nothing changed for it. */
  #passed: number[] = [];
  /** Until when the formulas that are not dirty stay as they are. */
  #calmUntil: Micros = Number.MAX_SAFE_INTEGER;
  readonly #due: number[] = [];
  readonly #onTurn = (atom: Atom): void => {
    for (const user of atom.users) this.#dirty.add(user);
  };
  /** The state as the formula sees it that is being stepped. */
  #looking: readonly number[] = [];
  readonly #moment = {
    t: 0,
    holds: (proposition: number): boolean => this.#atoms.truth(this.#looking[proposition] as number),
  };
  #count = 0;
  #lastAt: Micros = 0;
  #leader: NodeIndex | null = null;
  /** Whether somebody came up, went down or changed its role, epoch or height in the open moment. */
  #hasMoved = true;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.scene = new Scene(setting);
  }

  /** States seen so far. */
  get count(): number {
    return this.#count;
  }

  /** Time of the last of them, µs. */
  get lastAt(): Micros {
    return this.#lastAt;
  }

  get watched(): readonly Watched[] {
    return this.#watched;
  }

  /** Judges one more formula, from the next state on. @throws Error when it means nothing in this testnet */
  add({ name, ltl }: Expectation): Watched {
    const found = bindFormula(ltl, this.#setting);
    if ('problem' in found) throw new Error(`${name}: ${describeFormulaProblem(found.problem)}`);
    return this.addBound(name, ltl, found.bound);
  }

  addBound(name: string, ltl: string, bound: BoundFormula): Watched {
    const index = this.#watched.length;
    const atoms = bound.table.propositions.map((proposition, i) =>
      this.#atoms.add(propositionText(proposition), bound.bindings[i] as Binding, index),
    );
    const watched = { name, ltl, bound, monitor: new Monitor(bound.table), atoms, detail: null };
    this.#watched.push(watched);
    this.#passed[index] = this.#count;
    this.#dirty.add(index);
    return watched;
  }

  /** Everything from here on happens at `t` or later. */
  at(t: Micros): void {
    if (this.#open !== null && t > this.#open) this.#close(this.#open);
    this.#open = t;
  }

  /** Nothing more happens before `horizon`. */
  settle(horizon: Micros): void {
    if (this.#open === null || this.#open >= horizon) return;
    this.#close(this.#open);
    this.#open = null;
  }

  sent(type: number, node: NodeIndex): void {
    this.#atoms.happen('sent', type, node);
  }

  decide(node: NodeIndex, slot: number): void {
    const { heights } = this.scene;
    if (slot > (heights[node] ?? 0)) heights[node] = slot;
    this.#atoms.happen('decide', -1, node);
    this.#atoms.touch('front', -1);
  }

  state(node: NodeIndex, alive: boolean, fields: ArrayLike<number>): void {
    const { scene } = this;
    if (node >= this.#setting.validatorCount) return;
    const before = scene.fields[node];
    const moved = alive !== scene.alive[node] || !agree(before, fields, FRONT);
    scene.alive[node] = alive;
    scene.fields[node] = fields;
    const isLater = (fields[FIELD.epoch] as number) > (before?.[FIELD.epoch] ?? 0);
    if (isLater && scene.isCorrect(node)) this.#atoms.happen('epochChanged', -1, node);
    if (moved) {
      this.#atoms.touch('front', node);
      this.#hasMoved = true;
    }
    if (moved || !agree(before, fields, fields.length)) this.#atoms.touch('state', node);
  }

  fault(fault: SceneFault): void {
    this.scene.begin(fault);
    for (const event of fault.kind === 'crash' ? (['fault', 'crash'] as const) : (['fault'] as const)) {
      for (const target of fault.targets) this.#atoms.happen(event, -1, target);
      if (fault.targets.length === 0) this.#atoms.happen(event, -1, -1);
    }
    if (fault.kind === 'partition') this.#atoms.happen('partition', -1, -1);
    this.#atoms.touch('fault', -1);
    if (fault.kind === 'byzantine') this.#touchAll();
  }

  heal(fault: SceneFault): void {
    this.scene.end(fault.id);
    for (const event of fault.kind === 'crash' ? (['heal', 'restart'] as const) : (['heal'] as const)) {
      for (const target of fault.targets) this.#atoms.happen(event, -1, target);
      if (fault.targets.length === 0) this.#atoms.happen(event, -1, -1);
    }
    this.#atoms.touch('fault', -1);
  }

  evidence(against: NodeIndex): void {
    this.#atoms.happen('evidence', -1, against);
  }

  /** Steps one formula through the present: values as they are, no event. For goals, which begin now. */
  stepNow(watched: Watched): void {
    for (const index of watched.atoms) {
      const atom = this.#atomAt(index);
      if (atom.binding.kind === 'value') atom.truth = atom.binding.holds(this.scene);
    }
    const isTrue = (index: number): boolean => {
      const atom = this.#atomAt(watched.atoms[index] as number);
      return atom.binding.kind === 'value' && atom.truth;
    };
    watched.monitor.step({ t: this.scene.t, holds: isTrue });
  }

  capture(): WatchState {
    this.#countPassed();
    return {
      scene: this.scene.capture(),
      open: this.#open,
      happened: this.#atoms.happened(),
      count: this.#count,
      lastAt: this.#lastAt,
      leader: this.#leader,
      atoms: this.#atoms.all.map(({ key, truth }) => ({ key, truth })),
      watched: this.#watched.map(({ name, ltl, monitor, detail }) => ({
        name,
        ltl,
        monitor: monitor.capture(),
        detail,
      })),
    };
  }

  /** Becomes the watch that was captured, with its formulas. @throws Error when one means nothing in this testnet */
  restore(state: WatchState): void {
    this.#watched = [];
    this.#atoms = new Atoms();
    this.scene.restore(state.scene);
    for (const { monitor, detail, ...expectation } of state.watched) {
      const watched = this.add(expectation);
      watched.monitor.restore(monitor);
      watched.detail = detail;
    }
    this.#atoms.restore(new Map(state.atoms.map(({ key, truth }) => [key, truth])), new Set(state.happened));
    this.#open = state.open;
    this.#count = state.count;
    this.#passed = this.#watched.map(() => state.count);
    this.#dirty = new IndexSet(this.#watched.keys());
    this.#calmUntil = Number.MAX_SAFE_INTEGER;
    this.#lastAt = state.lastAt;
    this.#leader = state.leader;
    this.#hasMoved = true;
  }

  #close(t: Micros): void {
    this.scene.t = t;
    this.#count++;
    this.#lastAt = t;
    if (this.#hasMoved && this.#atoms.followsLeader) this.#lookAtLeader();
    this.#hasMoved = false;
    this.#atoms.close(this.scene, this.#onTurn);
    if (this.#dirty.size > 0 || t > this.#calmUntil) this.#stepFormulas(t);
    this.onState?.();
  }

  #stepFormulas(t: Micros): void {
    if (t > this.#calmUntil) this.#wakeFormulas(t);
    const due = this.#due;
    this.#moment.t = t;
    for (let i = 0; i < this.#dirty.size; i++) due.push(this.#dirty.at(i));
    this.#dirty.clear();
    for (const index of due) {
      const watched = this.#watched[index] as Watched;
      const { monitor } = watched;
      if (monitor.definite !== null) continue;
      monitor.repeat(this.#count - 1 - (this.#passed[index] as number));
      this.#passed[index] = this.#count;
      this.#looking = watched.atoms;
      monitor.step(this.#moment);
      if (watched.detail === null && watched.monitor.definite?.verdict === 'violated')
        watched.detail = this.#why(watched);
      if (monitor.stableUntil < 0) this.#dirty.add(index);
      else if (monitor.stableUntil < this.#calmUntil) this.#calmUntil = monitor.stableUntil;
    }
    due.length = 0;
  }

  /** A deadline has passed: whose it was is stepped. */
  #wakeFormulas(t: Micros): void {
    this.#calmUntil = Number.MAX_SAFE_INTEGER;
    this.#watched.forEach(({ monitor }, index) => {
      if (!monitor.isStable(t)) this.#dirty.add(index);
      else if (monitor.stableUntil < this.#calmUntil) this.#calmUntil = monitor.stableUntil;
    });
  }

  /** Monitors count the states that passed them by. */
  #countPassed(): void {
    this.#watched.forEach(({ monitor }, index) => {
      monitor.repeat(this.#count - (this.#passed[index] as number));
      this.#passed[index] = this.#count;
    });
  }

  /** What is told of correct validators alone is told of fewer. */
  #touchAll(): void {
    this.#atoms.touch('front', -1);
    this.#atoms.touch('state', -1);
  }

  #atomAt(index: number): Atom {
    return this.#atoms.all[index] as Atom;
  }

  #lookAtLeader(): void {
    const { leader } = this.scene;
    if (leader === null || leader === this.#leader) return;
    if (this.#leader !== null) this.#atoms.happen('leaderChanged', -1, -1);
    this.#leader = leader;
  }

  /** Why the formula fails at the present state, in one line; null where it does not. */
  #why({ monitor, bound }: Watched): string | null {
    const reason = monitor.whyNot();
    if (reason === null) return null;
    return describeReason(reason, formatTime, (proposition) => {
      const binding = bound.bindings[proposition];
      return binding?.kind === 'value' ? binding.shows(this.scene) : null;
    });
  }

  /** What a formula that does not hold yet waits for, or why it failed; null where it holds. */
  whyNot(watched: Watched): string | null {
    return watched.detail ?? this.#why(watched);
  }
}

/** The fields that every protocol declares first. */
const FRONT = Object.keys(FIELD).length;

/** Whether the first `count` fields are the same. */
function agree(a: ArrayLike<number> | null | undefined, b: ArrayLike<number>, count: number): boolean {
  if (a === null || a === undefined) return false;
  for (let i = 0; i < count; i++) if (a[i] !== b[i]) return false;
  return true;
}
