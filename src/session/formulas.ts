/** Formulas added to a run by hand: judged over its whole trace so far, and from then on with it. */
import { namingOf } from '../kernel/plan.ts';
import type { LtlQuestion } from '../checks/ltl/observer.ts';
import { replayEvent, VISIBLE } from '../checks/ltl/replay.ts';
import { Watch } from '../checks/ltl/watch.ts';
import { badInputs } from '../core/problem.ts';
import { EVENT_KIND } from '../kernel/trace/decoder.ts';
import type { TraceEvent } from '../kernel/trace/events.ts';
import type { TraceStore } from '../kernel/trace/store.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import type { Executor } from '../runtime/executor.ts';
import { type Scenario, validateScenario } from '../scenario/index.ts';
import type { TraceShelf } from './shelf.ts';

interface JudgedRun {
  readonly executor: Executor;
  readonly store: TraceStore;
  readonly shelf: Pick<TraceShelf, 'eachPiece'>;
}

/** The scenario with these expectations. @throws TestnetError 'bad-input' with every problem */
export function withExpectations(scenario: Scenario, expect: Scenario['expect']): Scenario {
  const validated = validateScenario({ ...scenario, expect }, PROTOCOLS);
  if ('scenario' in validated) return validated.scenario;
  throw badInputs('this formula cannot be watched', validated.problems);
}

/** Makes the executor judge exactly these formulas, as if it had from the beginning of the trace in the store. */
export async function judgeAgain(run: JudgedRun, expect: Scenario['expect']): Promise<void> {
  const { executor, store, shelf } = run;
  const setting = { declaration: store.declaration, ...namingOf(executor.plan) };
  const watch = new Watch(setting);
  for (const expectation of expect) watch.add(expectation);
  await shelf.eachPiece(0, store.eventCount, (from, to) => {
    const events: TraceEvent[] = [];
    for (let seq = from; seq < to; seq++) {
      const kind = EVENT_KIND[store.read(seq).kind];
      if (kind !== undefined && VISIBLE.has(kind)) events.push(store.event(seq));
    }
    for (const event of events) replayEvent(watch, event, setting);
  });
  watch.settle(store.horizon);
  const question: LtlQuestion = { kind: 'adopt', state: watch.capture() };
  await executor.ask('ltl', question);
}
