/**
 * Whether a finite trace satisfies a formula: the definition, state by state from the last to the first (De Giacomo & Vardi,
 * IJCAI 2013, §2; past operators as in Lichtenstein, Pnueli & Zuck 1985). Shares nothing with the monitor but the syntax.
 */
import type { Micros } from '../../core/time.ts';
import type { Formula, Proposition } from './formula.ts';

/** A finite trace of at least one state. */
export interface FiniteTrace {
  readonly length: number;
  holds(proposition: Proposition, position: number): boolean;
  /** µs; asked for timed operators only. Never falls. */
  timeAt(position: number): Micros;
}

/** Truth of the formula at every position. */
export function evaluateAll(formula: Formula, trace: FiniteTrace): readonly boolean[] {
  const { length } = trace;
  const at = (of: (position: number) => boolean): boolean[] => Array.from({ length }, (_, i) => of(i));
  switch (formula.kind) {
    case 'true':
    case 'false':
      return at(() => formula.kind === 'true');
    case 'last':
      return at((i) => i === length - 1);
    case 'proposition':
      return at((i) => trace.holds(formula.proposition, i));
    case 'unary': {
      const operand = evaluateAll(formula.operand, trace);
      return unary(formula, operand, trace, at);
    }
    case 'binary': {
      const [left, right] = [evaluateAll(formula.left, trace), evaluateAll(formula.right, trace)];
      return binary(formula, left, right, trace, at);
    }
  }
}

/** Whether the trace satisfies the formula: its truth at the first position. */
export function evaluate(formula: Formula, trace: FiniteTrace): boolean {
  return evaluateAll(formula, trace)[0] === true;
}

type Values = readonly boolean[];
type At = (of: (position: number) => boolean) => boolean[];

function unary(
  { operator, within }: Extract<Formula, { readonly kind: 'unary' }>,
  operand: Values,
  trace: FiniteTrace,
  at: At,
): Values {
  const end = trace.length - 1;
  const yes = at(() => true);
  switch (operator) {
    case 'not':
      return operand.map((value) => !value);
    case 'next':
      return at((i) => i < end && operand[i + 1] === true);
    case 'weakNext':
      return at((i) => i === end || operand[i + 1] === true);
    case 'eventually':
      return until(yes, operand, trace, within, false);
    case 'always':
      return until(
        yes,
        operand.map((value) => !value),
        trace,
        within,
        false,
      ).map((value) => !value);
    case 'yesterday':
      return at((i) => i > 0 && operand[i - 1] === true);
    case 'once':
      return since(yes, operand);
    case 'historically':
      return since(
        yes,
        operand.map((value) => !value),
      ).map((value) => !value);
  }
}

function binary(
  { operator, within }: Extract<Formula, { readonly kind: 'binary' }>,
  left: Values,
  right: Values,
  trace: FiniteTrace,
  at: At,
): Values {
  const not = (values: Values): Values => values.map((value) => !value);
  switch (operator) {
    case 'and':
      return at((i) => left[i] === true && right[i] === true);
    case 'or':
      return at((i) => left[i] === true || right[i] === true);
    case 'implies':
      return at((i) => left[i] !== true || right[i] === true);
    case 'iff':
      return at((i) => left[i] === right[i]);
    case 'until':
      return until(left, right, trace, within, false);
    case 'weakUntil':
      return until(left, right, trace, within, true);
    case 'release':
      return not(until(not(left), not(right), trace, within, false));
    case 'strongRelease':
      return not(until(not(left), not(right), trace, within, true));
    case 'since':
      return since(left, right);
  }
}

/** Some j ≥ i within the bound with right at j and left from i up to before j; `weak`: or left as far as the bound reaches. */
function until(left: Values, right: Values, trace: FiniteTrace, within: Micros | null, weak: boolean): Values {
  const { length } = trace;
  const result: boolean[] = new Array<boolean>(length).fill(false);
  if (within === null) {
    for (let i = length - 1; i >= 0; i--) {
      const later = i === length - 1 ? weak : (result[i + 1] as boolean);
      result[i] = right[i] === true || (left[i] === true && later);
    }
    return result;
  }
  for (let i = 0; i < length; i++) {
    const limit = trace.timeAt(i) + within;
    let value = weak;
    for (let j = i; j < length && trace.timeAt(j) <= limit; j++) {
      value = right[j] === true;
      if (value || left[j] !== true) break;
      value = weak;
    }
    result[i] = value;
  }
  return result;
}

/** Some j ≤ i with right at j and left from after j up to i. */
function since(left: Values, right: Values): Values {
  const result: boolean[] = [];
  right.forEach((now, i) => {
    result.push(now || (left[i] === true && i > 0 && result[i - 1] === true));
  });
  return result;
}
