/** Running a run by steps and towards goals, without a clock. */
import { nodeIndexOf } from '../core/ids.ts';
import { TestnetError } from '../core/problem.ts';
import type { Micros } from '../core/time.ts';
import { transferNameOf } from '../ledger/ledger.ts';
import { showValue } from '../scenario/show.ts';
import type { RunUntil } from './api.ts';
import type { BatchReport } from './observers/board.ts';
import { microsOf, type Run } from './run.ts';
import type { StepGoal } from './step.ts';

const STEP_EVENTS_MAX = 200_000;

/**
 * Advances until the step is over. Events show once their µs is past, so that a step by event never stops within one: all that
 * happens at one moment is one step.
 */
export async function stepTo(run: Run, goal: StepGoal): Promise<void> {
  if (goal.windows) {
    await run.advance({ windows: 1 });
    return;
  }
  for (let count = 0; count < STEP_EVENTS_MAX && !run.finished; count++) {
    const more = goal.byEvent ? await run.stepEvent() : await run.stepWindow();
    const first = await run.pull();
    if (goal.reached(run.store.events(first, run.store.eventCount)) || !more) return;
  }
}

/** Runs until the goal is reached or `deadline`; whether it was reached. */
export async function pursue(run: Run, goal: RunUntil, deadline: Micros): Promise<boolean> {
  const wanted = goal.ms === undefined ? Number.POSITIVE_INFINITY : microsOf(goal.ms, 'ms');
  if (run.horizon >= wanted) return true;
  const { decided } = goal;
  const { validators, clientCount } = run.executor.plan;
  const node = decided === undefined ? null : nodeIndexOf(decided, validators.length, clientCount);
  if (decided !== undefined && node === null) return pursueTransaction(run, decided, Math.min(deadline, wanted));
  const waitsFor = goal.height === undefined && node === null ? null : { height: goal.height ?? null, decidedBy: node };
  const { reason } = await run.advance({ until: Math.min(deadline, wanted), goal: waitsFor });
  return reason === 'goal' || run.horizon >= wanted;
}

async function pursueTransaction(run: Run, id: string, deadline: Micros): Promise<boolean> {
  const name = transferNameOf(id);
  if (name === null) throw new TestnetError('not-found', `${showValue(id)} is neither a node nor a transaction`);
  while (run.horizon < deadline && !run.finished) {
    await run.advance({ until: deadline, windows: 1 });
    const report = (await run.executor.ask('board', name)) as BatchReport | null;
    if (report?.decidedAt != null) return true;
  }
  return false;
}
