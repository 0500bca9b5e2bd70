/** Judges the scenario's expectations, and formulas added by hand, from beside the conductor. */
import { namingOf } from '../../kernel/plan.ts';
import type { Micros } from '../../core/time.ts';
import { msFromMicros } from '../../core/time.ts';
import type { WorldConstants } from '../../kernel/host/world.ts';
import { faultTargets } from '../../kernel/trace/decoder.ts';
import type { Highlight } from '../../kernel/trace/highlights.ts';
import type { RunObserver } from '../../runtime/executor.ts';
import type { CheckResult } from '../judge.ts';
import { bindFormula } from './bind.ts';
import { type Formula, looksAhead } from './formula.ts';
import { nodeTable } from './nodes.ts';
import { describeFormulaProblem } from './parse.ts';
import type { SceneFault, Setting } from './scene.ts';
import { formatTime } from './reason.ts';
import { type Expectation, Watch, type Watched, type WatchState } from './watch.ts';

/** How a formula stands while the run goes on, and how it is judged should the run be over. */
export interface ExpectationReport {
  readonly live: CheckResult;
  readonly final: CheckResult;
}

export interface LtlReport {
  readonly checks: readonly CheckResult[];
  /** The same should the run be over. */
  readonly finalChecks: readonly CheckResult[];
}

/** How a goal stands (`runUntil({ ltl })`). */
export interface GoalReport {
  readonly status: 'reached' | 'failed' | 'open';
  /** Whether the run so far, from the goal's beginning, satisfies the formula if it ends here. */
  readonly holdsNow: boolean;
  readonly detail: string;
}

export type LtlQuestion =
  | { readonly kind: 'goal'; readonly ltl: string | null }
  | { readonly kind: 'goal-report' }
  | { readonly kind: 'adopt'; readonly state: WatchState };

export function settingOf({ protocol, plan }: WorldConstants): Setting {
  const { declaration } = protocol;
  return { declaration, ...namingOf(plan) };
}

export class LtlObserver implements RunObserver {
  readonly name = 'ltl';
  readonly #setting: Setting;
  readonly #expectations: readonly Expectation[];
  #watch: Watch;
  #goal: Goal | null = null;

  constructor(world: WorldConstants) {
    this.#setting = settingOf(world);
    this.#expectations = world.plan.expectations ?? [];
    this.#watch = freshWatch(this.#setting, this.#expectations);
  }

  onHighlight(highlight: Highlight): void {
    feed(this.#watch, highlight);
    if (this.#goal !== null) feed(this.#goal.watch, highlight);
  }

  onHorizon(horizon: Micros): void {
    this.#watch.settle(horizon);
  }

  /** When the goal was reached or lost, all before `horizon` being final; null: neither. */
  reachedBefore(horizon: Micros): Micros | null {
    return this.#goal?.settledAt(horizon) ?? null;
  }

  report(): LtlReport {
    const reports = this.#watch.watched.map((watched) => reportOf(this.#watch, watched));
    return { checks: reports.map(({ live }) => live), finalChecks: reports.map(({ final }) => final) };
  }

  answer(question: unknown): unknown {
    const asked = question as LtlQuestion;
    if (asked.kind === 'goal') {
      this.#goal = asked.ltl === null ? null : new Goal(this.#setting, asked.ltl, this.#watch);
      return this.#goal?.report() ?? null;
    }
    if (asked.kind === 'goal-report') return this.#goal?.report() ?? null;
    this.#watch = new Watch(this.#setting);
    this.#watch.restore(asked.state);
    return true;
  }

  capture(): WatchState {
    return this.#watch.capture();
  }

  /** A snapshot that knows of no formulas leaves them to begin here. */
  restore(state: unknown): void {
    this.#goal = null;
    this.#watch = freshWatch(this.#setting, this.#expectations);
    if (state !== undefined && state !== null) this.#watch.restore(state as WatchState);
  }
}

function freshWatch(setting: Setting, expectations: readonly Expectation[]): Watch {
  const watch = new Watch(setting);
  for (const expectation of expectations) watch.add(expectation);
  return watch;
}

/**
 * A formula judged from now on; its first state is the present one, without events. Reached when it is satisfied for good or turns
 * from currently false to currently true. One that speaks of no later state is waited for, as if F stood before it.
 */
class Goal {
  readonly watch: Watch;
  readonly #watched: Watched;
  #wasFalse = false;
  #settled: { readonly reached: boolean; readonly t: Micros } | null = null;

  constructor(setting: Setting, ltl: string, from: Watch) {
    const found = bindFormula(ltl, setting);
    if ('problem' in found) throw new Error(describeFormulaProblem(found.problem));
    const { formula } = found.bound;
    const wanted: Formula = looksAhead(formula)
      ? formula
      : { kind: 'unary', operator: 'eventually', operand: formula, within: null, span: formula.span };
    this.watch = new Watch(setting);
    this.watch.scene.restore(from.scene.capture());
    this.#watched = this.watch.addBound('goal', ltl, {
      ...found.bound,
      formula: wanted,
      table: nodeTable(wanted, ltl),
    });
    this.watch.stepNow(this.#watched);
    this.watch.onState = () => this.#look();
    this.#look();
  }

  settledAt(horizon: Micros): Micros | null {
    this.watch.settle(horizon);
    return this.#settled?.t ?? null;
  }

  report(): GoalReport {
    const { verdict } = this.#watched.monitor;
    const holdsNow = verdict === 'satisfied' || verdict === 'currently true';
    const status = this.#settled === null ? 'open' : this.#settled.reached ? 'reached' : 'failed';
    return { status, holdsNow, detail: this.watch.whyNot(this.#watched) ?? '' };
  }

  #look(): void {
    if (this.#settled !== null) return;
    const { verdict } = this.#watched.monitor;
    const { t } = this.watch.scene;
    if (verdict === 'satisfied' || (verdict === 'currently true' && this.#wasFalse)) {
      this.#settled = { reached: true, t };
    } else if (verdict === 'violated') this.#settled = { reached: false, t };
    else if (verdict === 'currently false') this.#wasFalse = true;
  }
}

function feed(watch: Watch, highlight: Highlight): void {
  // No word of a formula speaks of locks.
  if (highlight.kind === 'mark') return;
  watch.at(highlight.t);
  switch (highlight.kind) {
    case 'message':
      return watch.sent(highlight.type, highlight.node);
    case 'decide':
      return watch.decide(highlight.node, highlight.decision.slot);
    case 'state':
      return watch.state(highlight.node, highlight.alive, highlight.fields);
    case 'fault':
    case 'heal': {
      const { fault } = highlight;
      const seen: SceneFault = { id: fault.id, kind: fault.kind, targets: faultTargets(fault) };
      return highlight.kind === 'fault' ? watch.fault(seen) : watch.heal(seen);
    }
    case 'evidence':
      return watch.evidence(highlight.against);
  }
}

/** Both readings of one formula. */
export function reportOf(watch: Watch, watched: Watched): ExpectationReport {
  const { name, ltl, monitor } = watched;
  const at = watch.count === 0 ? 'no state so far' : `state ${watch.count - 1}, ${formatTime(watch.lastAt)}`;
  const result = (verdict: CheckResult['verdict'], t: Micros | null, says: string): CheckResult => ({
    name,
    kind: 'ltl',
    verdict,
    atMs: t === null ? null : msFromMicros(t),
    detail: name === ltl ? says : `${ltl}: ${says}`,
  });
  const { definite, limit, verdict } = monitor;
  if (limit !== null) {
    const given = result('pending', null, `not judged: ${limit}`);
    return { live: given, final: given };
  }
  const why = watch.whyNot(watched);
  if (definite !== null) {
    const when = `at state ${definite.position} (${formatTime(definite.t)})`;
    const judged =
      definite.verdict === 'violated'
        ? result('violated', definite.t, `violated ${when}: ${why ?? ''}`)
        : result('holds', null, `satisfied for good ${when}`);
    return { live: judged, final: judged };
  }
  if (verdict === 'currently true') {
    return { live: result('holds', null, `holds so far (${at})`), final: result('holds', null, `holds (${at})`) };
  }
  const waits = result('pending', null, why === null ? at : `waits for ${why.replace(/: never came$/, '')} (${at})`);
  if (verdict === null) return { live: waits, final: waits };
  const final = result('violated', watch.lastAt, `violated, the run ended at ${at}: ${why ?? ''}`);
  return { live: waits, final };
}
