import type { SuiteName } from '../crypto/suite.ts';
import type { RunPlan } from '../kernel/plan.ts';

/** Suite of every node: validators their own, clients that of validator 0. */
export function suiteNames(plan: RunPlan): SuiteName[] {
  const validators = plan.validators.map((validator) => validator.suite);
  const first = validators[0] as SuiteName;
  return [...validators, ...Array.from({ length: plan.clientCount }, () => first)];
}
