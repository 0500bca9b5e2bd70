/** Faults and submissions as events in every node's own queue: nobody has to be told anything while a window runs. */
import type { Micros } from '../core/time.ts';
import type { FaultPlan, SubmissionPlan } from './plan.ts';

export type ControlEvent =
  | {
      readonly kind: 'begin' | 'end';
      readonly at: Micros /** total order among controls of one µs */;
      readonly order: number;
      readonly fault: FaultPlan;
    }
  | { readonly kind: 'submit'; readonly at: Micros; readonly order: number; readonly submission: SubmissionPlan };

/** Controls of the k-th fault: begin 2k, end 2k+1; submissions follow after all faults. */
export const beginOrder = (faultIndex: number): number => 2 * faultIndex;
export const endOrder = (faultIndex: number): number => 2 * faultIndex + 1;
const SUBMISSION_ORDER_BASE = 1 << 20;
export const submissionOrder = (index: number): number => SUBMISSION_ORDER_BASE + index;

/** Position of a fault from its id `f12`. */
export function faultIndex(fault: FaultPlan): number {
  return Number(fault.id.slice(1));
}

/** Ascending by (time, order). */
export function compareControls(a: ControlEvent, b: ControlEvent): number {
  return a.at - b.at || a.order - b.order;
}
