/**
 * What a formula still demands of the states to come: alternatives, each a set of duties that must all be met. The
 * alternatives are kept minimal (none implied by another), so that one demand has one form and the number of forms is
 * bounded by the formula. Plain data.
 */
import type { Micros } from '../../core/time.ts';

/** From the next state on, `node` must hold. */
export interface Duty {
  readonly node: number;
  /** Met as well when no state follows. */
  readonly weak: boolean;
  /** Last moment of a timed operator that has begun, µs; −1: none has. */
  readonly until: Micros;
}

/** All of them must be met, in the order of `compareDuties`; none: met already. */
export type Clause = readonly Duty[];
/** One of them must be met; none: it can no longer be met. */
export type Demand = readonly Clause[];

export const MET: Demand = [[]];
export const LOST: Demand = [];

const CLAUSES_MAX = 256;
const DUTIES_MAX = 256;

/** The formula has more alternatives than are followed. */
export class DemandLimitError extends Error {
  constructor() {
    super(`more than ${CLAUSES_MAX} alternatives to follow`);
  }
}

export function isMet(demand: Demand): boolean {
  return demand[0]?.length === 0;
}

/** Whether the demand is met when no state follows. */
export function acceptsEnd(demand: Demand): boolean {
  return demand.some((clause) => clause.every(({ weak }) => weak));
}

export function duty(node: number, weak: boolean, until: Micros = -1): Demand {
  return [[{ node, weak, until }]];
}

export function both(a: Demand, b: Demand): Demand {
  if (a.length === 0 || b.length === 0) return LOST;
  if (isMet(a)) return b;
  if (isMet(b)) return a;
  if (a.length * b.length > CLAUSES_MAX * 16) throw new DemandLimitError();
  const clauses: Clause[] = [];
  for (const left of a) for (const right of b) clauses.push(joined(left, right));
  return minimal(clauses);
}

export function either(a: Demand, b: Demand): Demand {
  if (a.length === 0 || isMet(b)) return b;
  if (b.length === 0 || isMet(a)) return a;
  return minimal([...a, ...b]);
}

export function equalDemands(a: Demand, b: Demand): boolean {
  if (a === b) return true;
  return (
    a.length === b.length &&
    a.every((clause, i) => {
      const other = b[i] as Clause;
      return clause.length === other.length && clause.every((one, j) => compareDuties(one, other[j] as Duty) === 0);
    })
  );
}

/** A text that is the same for equal demands only. */
export function demandKey(demand: Demand): string {
  return demand
    .map((clause) => `(${clause.map(({ node, weak, until }) => `${node}${weak ? 'w' : 's'}${until}`).join(',')})`)
    .join('');
}

/** The first deadline of any duty; Infinity where none has one. */
export function firstDeadline(demand: Demand): Micros {
  let first = Number.POSITIVE_INFINITY;
  for (const clause of demand) {
    for (const { until } of clause) if (until >= 0 && until < first) first = until;
  }
  return first;
}

export function compareDuties(a: Duty, b: Duty): number {
  return a.node - b.node || Number(a.weak) - Number(b.weak) || a.until - b.until;
}

/** Whether meeting `a` meets `b`. A strong operator is harder the sooner its time is up, a weak one the later. */
function implies(a: Duty, b: Duty): boolean {
  if (a.node !== b.node) return false;
  if (a.until === b.until) return !a.weak || b.weak;
  if (a.until < 0 || b.until < 0 || a.weak !== b.weak) return false;
  return a.weak ? a.until > b.until : a.until < b.until;
}

function joined(a: Clause, b: Clause): Clause {
  const all = [...a, ...b].sort(compareDuties);
  const kept = all.filter(
    (one, i) => !all.some((other, j) => i !== j && implies(other, one) && (j < i || !implies(one, other))),
  );
  if (kept.length > DUTIES_MAX) throw new DemandLimitError();
  return kept;
}

/** Whether `weaker` is met whenever `stronger` is. */
function follows(weaker: Clause, stronger: Clause): boolean {
  return weaker.every((wanted) => stronger.some((given) => implies(given, wanted)));
}

function minimal(clauses: readonly Clause[]): Demand {
  const kept = clauses.filter(
    (one, i) => !clauses.some((other, j) => i !== j && follows(other, one) && (j < i || !follows(one, other))),
  );
  if (kept.length > CLAUSES_MAX) throw new DemandLimitError();
  return kept.length < 2 ? kept : kept.sort(compareClauses);
}

function compareClauses(a: Clause, b: Clause): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareDuties(a[i] as Duty, b[i] as Duty);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
