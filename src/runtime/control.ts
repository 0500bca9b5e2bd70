/**
 * The conductor's judgement, the same in every executor: how far a window may reach, which faults begin when their
 * condition has held, and when the run is over.
 *
 * A condition that becomes true at t* takes effect at t* + L, where L is the lookahead. No window reaches further than
 * t* + L, however the run is cut into windows, so the effect is the same in one thread and in many.
 */
import { ENVIRONMENT, type NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import {
  beginOrder,
  type ControlEvent,
  compareControls,
  endOrder,
  faultIndex,
  submissionOrder,
} from '../kernel/control.ts';
import { type ConditionPlan, type FaultPlan, type RunPlan, type SubmissionPlan, namingOf } from '../kernel/plan.ts';
import type { Highlight } from '../kernel/trace/highlights.ts';
import { type HashFunction, Recorder, type RecorderSnapshot } from '../kernel/trace/recorder.ts';
import { RECORD } from '../kernel/trace/records.ts';
import { earliest } from './condition.ts';
import { describeFault } from './describe-fault.ts';

/** What somebody waits for; plain data. Reached at t* like a stop condition. */
export interface Goal {
  readonly height: number | null;
  /** Any decision of this node from now on. */
  readonly decidedBy: NodeIndex | null;
  /** What an observer waits for (`Observer.reachedBefore`). */
  readonly observed?: boolean;
}

/** Watches the run; gets every highlight in the total order (time, node, position in the node's stream). */
export interface Observer {
  onHighlight(highlight: Highlight): void;
  /** All before `horizon` is final. Called when somebody asks for a report, and at the end of the run. */
  onHorizon(horizon: Micros): void;
  /** When what it waits for came about, all before `horizon` being final; null: it has not, or it waits for nothing. */
  reachedBefore?(horizon: Micros): Micros | null;
}

export interface ControlSnapshot {
  readonly recorder: RecorderSnapshot;
  readonly upcoming: readonly ControlEvent[];
  readonly waiting: readonly WaitingFault[];
  readonly pending: readonly Highlight[];
  readonly heights: readonly number[];
  readonly view: number;
  readonly byzantine: readonly NodeIndex[];
  readonly down: readonly NodeIndex[];
  readonly active: readonly ActiveFaultEntry[];
  readonly faultCount: number;
  readonly submissionCount: number;
  readonly stopAt: Micros;
  readonly horizon: Micros;
  readonly settled: Micros;
}

interface WaitingFault {
  readonly fault: FaultPlan;
  readonly edge: 'begin' | 'end';
  readonly condition: ConditionPlan;
}

export interface ActiveFaultEntry {
  readonly fault: FaultPlan;
  readonly since: Micros;
}

const VIEW_FIELD = 1;

export class RunControl {
  readonly lookahead: Micros;
  readonly recorder: Recorder;
  /** Everything before it is final: conditions and observers have seen it. */
  horizon: Micros = 0;
  /** The run ends here; Infinity until a stop condition is met. */
  stopAt: Micros;
  active: ActiveFaultEntry[] = [];
  readonly #plan: RunPlan;
  readonly #observers: readonly Observer[];
  #upcoming: ControlEvent[] = [];
  #waiting: WaitingFault[] = [];
  #pending: Highlight[] = [];
  #heights: number[];
  /** Of correct nodes: asked for at every decision of every node. */
  #highest = 0;
  #view = 0;
  #byzantine = new Set<NodeIndex>();
  #down = new Set<NodeIndex>();
  #faultCount: number;
  #submissionCount: number;
  /** Conditions have been looked at up to here. */
  #settled: Micros = 0;
  #goal: Goal | null = null;
  #goalAt: Micros = Number.POSITIVE_INFINITY;
  /** Controls that conditions brought about and hosts must still be told. */
  #fresh: ControlEvent[] = [];

  constructor(
    plan: RunPlan,
    lookahead: Micros,
    hash: HashFunction,
    keepWords: boolean,
    observers: readonly Observer[],
  ) {
    this.#plan = plan;
    this.lookahead = lookahead;
    this.#observers = observers;
    this.recorder = new Recorder(ENVIRONMENT, hash, keepWords);
    this.stopAt = plan.stop.at ?? Number.POSITIVE_INFINITY;
    this.#heights = plan.validators.map(() => 0);
    this.#faultCount = plan.faults.length;
    this.#submissionCount = plan.submissions.length;
  }

  /** Largest height that a correct node decided. */
  get height(): number {
    return this.#highest;
  }

  /** Largest view a correct node was in. */
  get view(): number {
    return this.#view;
  }

  get goalAt(): Micros {
    return this.#goalAt;
  }

  /** Whether what hosts do may still change the run's course: a condition waits, or the run ends at a height. */
  get mayAct(): boolean {
    return this.#waiting.length > 0 || this.#goal !== null || this.#plan.stop.height !== null;
  }

  /** The controls known from the start; to be scheduled in every host. */
  start(): readonly ControlEvent[] {
    for (const fault of this.#plan.faults) this.#planFault(fault);
    this.#plan.submissions.forEach((submission, index) => {
      this.#add({ kind: 'submit', at: submission.at, order: submissionOrder(index), submission });
    });
    return this.takeFresh();
  }

  /** Where the next window ends, given the time of the next event anywhere; null when nothing happens before `limit`. */
  window(next: Micros, limit: Micros): Micros | null {
    const bound = Math.min(limit, this.stopAt, this.#goalAt);
    if (next >= bound) return null;
    return Math.min(next + this.lookahead, bound);
  }

  setGoal(goal: Goal | null): void {
    this.#goal = goal;
    this.#goalAt = goal !== null && this.#goalReached(goal) ? this.horizon : Number.POSITIVE_INFINITY;
  }

  /** Takes in what hosts did; everything before `until` is now final. Afterwards `takeFresh` may hold new controls. */
  absorb(highlights: readonly Highlight[], until: Micros): void {
    this.horizon = Math.max(this.horizon, until);
    for (const highlight of highlights) this.#pending.push(highlight);
    const first = this.#upcoming[0];
    const idle = this.#pending.length === 0 && this.#waiting.length === 0;
    if (idle && (first === undefined || first.at >= until)) {
      this.#settled = until;
      return;
    }
    const ready = this.#takeReady(until);
    let since = this.#settled;
    for (const highlight of ready) {
      this.#checkConditions(since, highlight.t);
      this.#applyControls(highlight.t + 1);
      this.#see(highlight);
      since = highlight.t;
    }
    this.#checkConditions(since, until);
    this.#applyControls(until);
    this.#settled = until;
    if (this.#goal?.observed === true) this.#askObservers(until);
  }

  /** Nothing happens before `next`: fires the conditions on time alone that come true until then. */
  settle(next: Micros): void {
    this.#checkConditions(this.#settled, next);
    this.#settled = Math.max(this.#settled, Math.min(next, this.horizon));
  }

  takeFresh(): readonly ControlEvent[] {
    if (this.#fresh.length === 0) return NO_CONTROLS;
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  /** A fault put in by hand at the horizon. Its id is the next free one. */
  inject(fault: FaultPlan): void {
    this.#faultCount = Math.max(this.#faultCount, faultIndex(fault) + 1);
    this.#planFault(fault);
  }

  /** Ends a fault at `at`, not before the horizon. */
  heal(fault: FaultPlan, at: Micros): void {
    this.#upcoming = this.#upcoming.filter((event) => !(event.kind === 'end' && event.fault.id === fault.id));
    this.#waiting = this.#waiting.filter((entry) => entry.fault.id !== fault.id);
    this.#add({ kind: 'end', at, order: endOrder(faultIndex(fault)), fault });
  }

  submit(submission: SubmissionPlan): number {
    const index = this.#submissionCount++;
    this.#add({ kind: 'submit', at: submission.at, order: submissionOrder(index), submission });
    return index;
  }

  capture(): ControlSnapshot {
    return {
      recorder: this.recorder.snapshot(),
      upcoming: this.#upcoming,
      waiting: this.#waiting,
      pending: this.#pending,
      heights: this.#heights,
      view: this.#view,
      byzantine: [...this.#byzantine],
      down: [...this.#down],
      active: this.active,
      faultCount: this.#faultCount,
      submissionCount: this.#submissionCount,
      stopAt: this.stopAt,
      horizon: this.horizon,
      settled: this.#settled,
    };
  }

  restore(snapshot: ControlSnapshot): void {
    this.recorder.restore(snapshot.recorder);
    this.#upcoming = [...snapshot.upcoming];
    this.#waiting = [...snapshot.waiting];
    this.#pending = [...snapshot.pending];
    this.#heights = [...snapshot.heights];
    this.#view = snapshot.view;
    this.#byzantine = new Set(snapshot.byzantine);
    this.#highest = this.#highestCorrect();
    this.#down = new Set(snapshot.down);
    this.active = [...snapshot.active];
    this.#faultCount = snapshot.faultCount;
    this.#submissionCount = snapshot.submissionCount;
    this.stopAt = snapshot.stopAt;
    this.horizon = snapshot.horizon;
    this.#settled = snapshot.settled;
    this.#goal = null;
    this.#goalAt = Number.POSITIVE_INFINITY;
    this.#fresh = [];
  }

  #planFault(fault: FaultPlan): void {
    const index = faultIndex(fault);
    if (fault.at !== null) this.#add({ kind: 'begin', at: fault.at, order: beginOrder(index), fault });
    else if (fault.when !== null) this.#waiting.push({ fault, edge: 'begin', condition: fault.when });
    if (fault.at !== null) this.#planEnd(fault);
  }

  #planEnd(fault: FaultPlan): void {
    if (fault.until !== null) {
      this.#add({ kind: 'end', at: fault.until, order: endOrder(faultIndex(fault)), fault });
    } else if (fault.untilWhen !== null) {
      this.#waiting.push({ fault, edge: 'end', condition: fault.untilWhen });
    }
  }

  #add(event: ControlEvent): void {
    this.#fresh.push(event);
    this.#upcoming.push(event);
    this.#upcoming.sort(compareControls);
  }

  /** Records the faults that begin or end before `until` and tells the observers. */
  #applyControls(until: Micros): void {
    for (;;) {
      const event = this.#upcoming[0];
      if (event === undefined || event.at >= until) return;
      this.#upcoming.shift();
      if (event.kind === 'submit') continue;
      const { fault, at } = event;
      const starts = event.kind === 'begin';
      if (starts) this.active.push({ fault, since: at });
      else this.active = this.active.filter((entry) => entry.fault.id !== fault.id);
      if (fault.kind === 'byzantine' && starts) {
        this.#byzantine.add(fault.target);
        this.#highest = this.#highestCorrect();
      }
      if (fault.kind === 'crash') starts ? this.#down.add(fault.target) : this.#down.delete(fault.target);
      const text = describeFault(fault, namingOf(this.#plan));
      this.recorder.fault(at, starts ? RECORD.fault : RECORD.heal, faultIndex(fault), text);
      this.#tell({ kind: starts ? 'fault' : 'heal', t: at, node: ENVIRONMENT, fault });
    }
  }

  /** What happened before `until`, in the total order; what a node said of one moment stays as it said it. */
  #takeReady(until: Micros): readonly Highlight[] {
    const pending = this.#pending;
    let isAll = true;
    for (let i = 0; isAll && i < pending.length; i++) isAll = (pending[i] as Highlight).t < until;
    const ready = isAll ? pending : pending.filter(({ t }) => t < until);
    this.#pending = isAll ? [] : pending.filter(({ t }) => t >= until);
    sortByTime(ready);
    return ready;
  }

  #see(highlight: Highlight): void {
    if (highlight.kind === 'decide') {
      const { node, decision } = highlight;
      const height = Math.max(this.#heights[node] ?? 0, decision.slot);
      this.#heights[node] = height;
      if (height > this.#highest && !this.#byzantine.has(node)) this.#highest = height;
      this.#checkStop(highlight.t, node);
    } else if (highlight.kind === 'state' && !this.#byzantine.has(highlight.node)) {
      const view = highlight.fields[VIEW_FIELD] as number;
      if (highlight.node < this.#heights.length && view > this.#view) this.#view = view;
    }
    this.#tell(highlight);
  }

  #tell(highlight: Highlight): void {
    for (const observer of this.#observers) observer.onHighlight(highlight);
  }

  #checkStop(now: Micros, node: NodeIndex): void {
    const { height } = this.#plan.stop;
    if (height !== null && this.#reached(height)) this.stopAt = Math.min(this.stopAt, now + this.lookahead);
    const goal = this.#goal;
    if (goal === null || this.#goalAt < Number.POSITIVE_INFINITY) return;
    if (goal.decidedBy === node || this.#goalReached(goal)) this.#goalAt = now + this.lookahead;
  }

  #askObservers(until: Micros): void {
    for (const observer of this.#observers) {
      const at = observer.reachedBefore?.(until) ?? null;
      if (at !== null) this.#goalAt = Math.min(this.#goalAt, Math.max(at + this.lookahead, until));
    }
  }

  #highestCorrect(): number {
    return this.#heights.reduce((most, height, node) => (this.#byzantine.has(node) ? most : Math.max(most, height)), 0);
  }

  #goalReached(goal: Goal): boolean {
    return goal.height !== null && this.#reached(goal.height);
  }

  /** Every correct node that is up has decided `height`, or some correct node is already past it. */
  #reached(height: number): boolean {
    if (this.height > height) return true;
    for (let node = 0; node < this.#heights.length; node++) {
      if ((this.#heights[node] as number) >= height || this.#byzantine.has(node) || this.#down.has(node)) continue;
      return false;
    }
    return true;
  }

  /** Fires the conditions that come true in [from, before), during which heights and views do not change. */
  #checkConditions(from: Micros, before: Micros): void {
    if (this.#waiting.length === 0) return;
    const still: WaitingFault[] = [];
    for (const entry of this.#waiting) {
      const trueAt = earliest(entry.condition, from, this.height, this.#view);
      if (trueAt >= before) {
        still.push(entry);
        continue;
      }
      const { fault, edge } = entry;
      const index = faultIndex(fault);
      const order = edge === 'begin' ? beginOrder(index) : endOrder(index);
      this.#add({ kind: edge, at: trueAt + this.lookahead, order, fault });
    }
    const fired = this.#waiting.filter((entry) => !still.includes(entry));
    this.#waiting = still;
    for (const { fault, edge } of fired) if (edge === 'begin') this.#planEnd(fault);
  }
}

/** By (time, node), stable, in place. An insertion sort: each node's are in order already, and a window has few. */
function sortByTime(highlights: Highlight[]): void {
  if (highlights.length > 64) {
    highlights.sort((a, b) => a.t - b.t || a.node - b.node);
    return;
  }
  for (let i = 1; i < highlights.length; i++) {
    const highlight = highlights[i] as Highlight;
    let hole = i;
    for (; hole > 0; hole--) {
      const before = highlights[hole - 1] as Highlight;
      if (before.t < highlight.t || (before.t === highlight.t && before.node <= highlight.node)) break;
      highlights[hole] = before;
    }
    highlights[hole] = highlight;
  }
}

const NO_CONTROLS: readonly ControlEvent[] = [];
