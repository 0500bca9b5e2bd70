import { badInput } from '../core/problem.ts';
import type { TraceEvent } from '../kernel/trace/events.ts';
import { oneOf, showValue } from '../scenario/show.ts';
import type { StepUnit } from './api.ts';

/** When a step is over. */
export interface StepGoal {
  /** One window and no more. */
  readonly windows: boolean;
  /** Event by event, or window by window. */
  readonly byEvent: boolean;
  reached(events: readonly TraceEvent[]): boolean;
}

const any = (kind: TraceEvent['kind']) => (events: readonly TraceEvent[]) =>
  events.some((event) => event.kind === kind);

const GOALS: Readonly<Record<StepUnit, () => StepGoal>> = {
  event: () => ({ windows: false, byEvent: true, reached: (events) => events.length > 0 }),
  message: () => ({ windows: false, byEvent: true, reached: any('deliver') }),
  window: () => ({ windows: true, byEvent: false, reached: () => true }),
  phase: () => ({ windows: false, byEvent: true, reached: phaseChange() }),
  decision: () => ({ windows: false, byEvent: false, reached: any('decide') }),
};

export function stepGoal(unit: StepUnit): StepGoal {
  if (typeof unit === 'string' && Object.hasOwn(GOALS, unit)) return GOALS[unit]();
  throw badInput('unit', showValue(unit), oneOf(Object.keys(GOALS)));
}

/** Some node's phase is not what it was when it was seen last. */
function phaseChange(): (events: readonly TraceEvent[]) => boolean {
  const phases = new Map<string, unknown>();
  return (events) => {
    let changed = false;
    for (const event of events) {
      if (event.kind !== 'state') continue;
      const phase = event.fields['phase'];
      if (phases.has(event.node) && phases.get(event.node) !== phase) changed = true;
      phases.set(event.node, phase);
    }
    return changed;
  };
}
