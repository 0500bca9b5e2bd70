import { MILLISECOND, type Micros } from '../core/time.ts';
import type { ConditionPlan } from '../kernel/plan.ts';

/** The first moment at or after `from` at which the condition holds if height and view stay as they are; or Infinity. */
export function earliest(condition: ConditionPlan, from: Micros, height: number, view: number): Micros {
  let lower = from;
  let upper = Number.POSITIVE_INFINITY;
  for (const { field, comparison, value } of condition.terms) {
    if (field === 'timeMs') {
      const at = Math.ceil(value * MILLISECOND);
      if (comparison === '>=' || comparison === '==') lower = Math.max(lower, at);
      if (comparison === '>') lower = Math.max(lower, at + 1);
      if (comparison === '<=' || comparison === '==') upper = Math.min(upper, at);
      if (comparison === '<') upper = Math.min(upper, at - 1);
    } else if (!compare(field === 'height' ? height : view, comparison, value)) {
      return Number.POSITIVE_INFINITY;
    }
  }
  return lower <= upper ? lower : Number.POSITIVE_INFINITY;
}

function compare(actual: number, comparison: ConditionPlan['terms'][number]['comparison'], value: number): boolean {
  switch (comparison) {
    case '>=':
      return actual >= value;
    case '>':
      return actual > value;
    case '<=':
      return actual <= value;
    case '<':
      return actual < value;
    case '==':
      return actual === value;
  }
}
