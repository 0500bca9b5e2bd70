/** Formulas added to a run by hand: judged over its whole trace so far, and from then on with it. */
import { namingOf } from '../kernel/plan.ts';
import type { LtlQuestion } from '../checks/ltl/observer.ts';
import { replayEvent, VISIBLE } from '../checks/ltl/replay.ts';
import { Watch } from '../checks/ltl/watch.ts';
import { describeProblem, TestnetError } from '../core/problem.ts';
import { EVENT_KIND } from '../kernel/trace/decoder.ts';
import type { TraceStore } from '../kernel/trace/store.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import type { Executor } from '../runtime/executor.ts';
import { type Scenario, validateScenario } from '../scenario/index.ts';

/** The scenario with these expectations. @throws TestnetError 'bad-input' with every problem */
export function withExpectations(scenario: Scenario, expect: Scenario['expect']): Scenario {
  const validated = validateScenario({ ...scenario, expect }, PROTOCOLS);
  if ('scenario' in validated) return validated.scenario;
  const [first] = validated.problems;
  const detail = first === undefined ? '' : `: ${describeProblem(first)}`;
  throw new TestnetError('bad-input', `this formula cannot be watched${detail}`, validated.problems);
}

/** Makes the executor judge exactly these formulas, as if it had from the beginning of the trace in the store. */
export async function judgeAgain(executor: Executor, store: TraceStore, expect: Scenario['expect']): Promise<void> {
  const setting = { declaration: store.declaration, ...namingOf(executor.plan) };
  const watch = new Watch(setting);
  for (const expectation of expect) watch.add(expectation);
  for (let seq = 0; seq < store.eventCount; seq++) {
    const kind = EVENT_KIND[store.read(seq).kind];
    if (kind !== undefined && VISIBLE.has(kind)) replayEvent(watch, store.event(seq), setting);
  }
  watch.settle(store.horizon);
  const question: LtlQuestion = { kind: 'adopt', state: watch.capture() };
  await executor.ask('ltl', question);
}
