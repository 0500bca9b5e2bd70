/** Judges a trace while it grows: after every state one of four verdicts, by formula progression. */
import type { Micros } from '../../core/time.ts';
import { automatonOf, type Automaton } from './automaton.ts';
import { acceptsEnd, type Demand, DemandLimitError, type Duty, equalDemands, firstDeadline, isMet } from './duties.ts';
import { Foresight } from './foresight.ts';
import { lateReason, lossReason, type Reason } from './reason.ts';
import type { NodeTable } from './nodes.ts';
import { type Moment, type Progressed, Step } from './progress.ts';

/**
 * `satisfied` and `violated` are definite: no state to come can change them. Otherwise the verdict is what it would be if
 * the trace ended now.
 */
export type MonitorVerdict = 'satisfied' | 'violated' | 'currently true' | 'currently false';

/** When the demand was first made that is still open. */
interface Birth {
  readonly key: string;
  readonly position: number;
  readonly t: Micros;
}

/** Plain data: what a monitor must keep between two states. */
export interface MonitorState {
  /** States seen. */
  readonly count: number;
  readonly progressed: Progressed | null;
  readonly births: readonly Birth[];
  readonly definite: Definite | null;
  /** Why the formula is followed no further; null: it is followed. */
  readonly limit: string | null;
  /** While the same propositions hold, states up to this moment change nothing; −1: the last one did. */
  readonly stableUntil: Micros;
}

export interface Definite {
  readonly verdict: 'satisfied' | 'violated';
  /** Position of the state with which it became definite. */
  readonly position: number;
  /** µs: of that state, or of the deadline that had passed before it. */
  readonly t: Micros;
  readonly reason: Reason | null;
}

export class Monitor {
  readonly table: NodeTable;
  readonly #automaton: Automaton;
  readonly #foresight: Foresight;
  #count = 0;
  #progressed: Progressed | null = null;
  #births: readonly Birth[] = [];
  #definite: Definite | null = null;
  #limit: string | null = null;
  #stableUntil: Micros = -1;

  constructor(table: NodeTable) {
    this.table = table;
    this.#automaton = automatonOf(table);
    this.#foresight = new Foresight(table);
  }

  get definite(): Definite | null {
    return this.#definite;
  }

  /** Why the formula is followed no further; null as long as it is. */
  get limit(): string | null {
    return this.#limit;
  }

  /** Null before the first state and once the formula is followed no further. */
  get verdict(): MonitorVerdict | null {
    if (this.#definite !== null) return this.#definite.verdict;
    if (this.#progressed === null || this.#limit !== null) return null;
    return acceptsEnd(this.#progressed.residual) ? 'currently true' : 'currently false';
  }

  /** Whether a state at `t` in which the same propositions hold as in the last one would change nothing. */
  isStable(t: Micros): boolean {
    return t <= this.#stableUntil;
  }

  /** Until when states in which the same propositions hold as in the last one change nothing; −1: the next one may. */
  get stableUntil(): Micros {
    return this.#stableUntil;
  }

  /** So many states like the last one in every proposition, for a stable monitor. */
  repeat(states = 1): void {
    this.#count += states;
  }

  /** The next state. */
  step(moment: Moment): void {
    const position = this.#count++;
    if (this.#definite !== null || this.#limit !== null) return;
    const before = this.#progressed;
    try {
      this.#progressed = this.#automaton.next(before, moment);
    } catch (error) {
      if (!(error instanceof DemandLimitError)) throw error;
      this.#limit = `${error.message} at state ${position}`;
      return;
    }
    if (this.#progressed === before) {
      // It was open before and nothing has changed: so it is now, for as long as the same propositions hold. Without a deadline.
      this.#stableUntil = Number.MAX_SAFE_INTEGER;
      return;
    }
    this.#settle(position, moment, before);
  }

  /** Why the trace, if it ended here, would violate the formula; null where it would not. */
  whyNot(): Reason | null {
    if (this.#definite !== null) return this.#definite.reason;
    if (this.#progressed === null || acceptsEnd(this.#progressed.residual)) return null;
    return lateReason(this.table, this.#progressed.residual, (duty) => this.#birthOf(duty));
  }

  capture(): MonitorState {
    return {
      count: this.#count,
      progressed: this.#progressed,
      births: this.#births,
      definite: this.#definite,
      limit: this.#limit,
      stableUntil: this.#stableUntil,
    };
  }

  restore(state: MonitorState): void {
    this.#count = state.count;
    this.#progressed = state.progressed === null ? null : this.#automaton.same(state.progressed);
    this.#births = state.births;
    this.#definite = state.definite;
    this.#limit = state.limit;
    this.#stableUntil = state.stableUntil;
  }

  #settle(position: number, moment: Moment, before: Progressed | null): void {
    const progressed = this.#progressed as Progressed;
    const { residual } = progressed;
    if (isMet(residual)) {
      this.#definite = { verdict: 'satisfied', position, t: moment.t, reason: null };
    } else if (residual.length === 0) {
      const late = before === null ? null : this.#missed(before.residual, moment.t);
      const reason = late ?? lossReason(this.table, new Step(this.table, moment, before), before?.residual ?? null);
      this.#definite = { verdict: 'violated', position, t: late?.t ?? moment.t, reason };
    } else {
      const foreseen = this.#foresight.of(progressed);
      if (foreseen !== null) {
        const reason = foreseen === 'violated' ? FORESEEN : null;
        this.#definite = { verdict: foreseen, position, t: moment.t, reason };
      }
    }
    this.#births = this.#bear(residual, position, moment.t);
    const stable = before !== null && isSame(progressed, before);
    this.#stableUntil = this.#definite !== null ? Number.MAX_SAFE_INTEGER : stable ? deadlineOf(progressed) : -1;
  }

  /** The deadline that passed before `t` unmet, where that alone loses the demand. */
  #missed(residual: Demand, t: Micros): (Reason & { readonly t: Micros }) | null {
    const deadlines = new Set<Micros>();
    for (const clause of residual) for (const { until } of clause) if (until >= 0 && until < t) deadlines.add(until);
    for (const deadline of [...deadlines].sort((a, b) => a - b)) {
      const late = ({ weak, until }: Duty): boolean => !weak && until >= 0 && until <= deadline;
      if (!residual.every((clause) => clause.some(late))) continue;
      const found = residual[0]?.find(late) as Duty;
      return { text: this.table.texts[found.node] ?? '', kind: 'late', since: this.#birthOf(found), t: deadline };
    }
    return null;
  }

  #birthOf(duty: Duty): { readonly position: number; readonly t: Micros } | null {
    const key = keyOf(duty);
    return this.#births.find((birth) => birth.key === key) ?? null;
  }

  #bear(residual: Demand, position: number, t: Micros): readonly Birth[] {
    const keys = this.table.isTimed ? keysOf(residual) : rememberedKeysOf(residual);
    const isAsBefore = keys.length === this.#births.length && keys.every((key, i) => this.#births[i]?.key === key);
    return isAsBefore ? this.#births : keys.map((key) => this.#birth(key, position, t));
  }

  #birth(key: string, position: number, t: Micros): Birth {
    return this.#births.find((birth) => birth.key === key) ?? { key, position, t };
  }
}

const FORESEEN: Reason = { text: '', kind: 'hopeless', since: null };

function keyOf({ node, weak, until }: Duty): string {
  return `${node}${weak ? 'w' : 's'}${until}`;
}

/** The duties of a demand, each once. */
function keysOf(demand: Demand): readonly string[] {
  const first = demand[0];
  if (demand.length === 1 && first?.length === 1) return first.map(keyOf);
  return [...new Set(demand.flat().map(keyOf))];
}

/** By demand: without deadlines they are the automaton's, the same objects again and again. */
const keysBefore = new WeakMap<Demand, readonly string[]>();

function rememberedKeysOf(demand: Demand): readonly string[] {
  const before = keysBefore.get(demand);
  if (before !== undefined) return before;
  const keys = keysOf(demand);
  keysBefore.set(demand, keys);
  return keys;
}

function isSame(a: Progressed, b: Progressed): boolean {
  return equalDemands(a.residual, b.residual) && a.past.every((demand, i) => equalDemands(demand, b.past[i] as Demand));
}

function deadlineOf({ residual, past }: Progressed): Micros {
  const first = past.reduce((least, demand) => Math.min(least, firstDeadline(demand)), firstDeadline(residual));
  return Math.min(first, Number.MAX_SAFE_INTEGER);
}
