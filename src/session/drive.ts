/** Running a run by steps and towards goals, without a clock. */
import { namingOf } from '../kernel/plan.ts';
import { bindFormula } from '../checks/ltl/bind.ts';
import type { GoalReport, LtlQuestion } from '../checks/ltl/observer.ts';
import { nodeIndexOf } from '../core/ids.ts';
import { badInput, TestnetError } from '../core/problem.ts';
import { type Micros, msFromMicros, SECOND } from '../core/time.ts';
import { transferNameOf } from '../ledger/ledger.ts';
import { showValue } from '../scenario/show.ts';
import type { Advance, AdvanceLimit } from '../runtime/executor.ts';
import type { RunUntil } from './api.ts';
import type { BatchReport } from './observers/board.ts';
import { microsOf, type Run } from './run.ts';
import type { StepGoal } from './step.ts';

const STEP_EVENTS_MAX = 200_000;
/**
 * A long run goes in stretches of about so much wall-clock time and at most so much virtual time: in between its trace is taken over,
 * so that it does not pile up where it is made, and every few seconds there is a point to go back to.
 */
const STRETCH_MS = 1_000;
const STRETCH_MAX = 60 * SECOND;
const STRETCH_FIRST = SECOND;
const STRETCH_MIN = SECOND / 4;
const KEPT_EVERY_MS = 5_000;

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
    const events = await run.shelf.whenHere(() => run.store.events(first, run.store.eventCount));
    if (goal.reached(events) || !more) return;
  }
}

/** How the rest begins when it stopped because the goal can no longer be reached. */
const HOPELESS = ': violated for good, ';

/** What `runUntil` rejects with. `missed`: what `pursue` gave. */
export function notReached(run: Run, budget: Micros, missed: string): TestnetError {
  const passed = missed.startsWith(HOPELESS) ? 'stopped' : `${msFromMicros(budget)} ms passed`;
  const end = run.finished ? 'the run ended' : passed;
  return new TestnetError('timeout', `${end} at ${msFromMicros(run.horizon)} ms before the goal was reached${missed}`);
}

/** Runs until the goal is reached or `deadline`; null when it was reached, else what more there is to say about it. */
export async function pursue(run: Run, goal: RunUntil, deadline: Micros): Promise<string | null> {
  const wanted = goal.ms === undefined ? Number.POSITIVE_INFINITY : microsOf(goal.ms, 'ms');
  if (run.horizon >= wanted) return null;
  if (goal.ltl !== undefined) return pursueFormula(run, goal, goal.ltl, Math.min(deadline, wanted));
  const { decided } = goal;
  const node = decided === undefined ? null : nodeIndexOf(decided, namingOf(run.executor.plan));
  if (decided !== undefined && node === null) return pursueTransaction(run, decided, Math.min(deadline, wanted));
  const waitsFor = goal.height === undefined && node === null ? null : { height: goal.height ?? null, decidedBy: node };
  const reason = await advanceFar(run, Math.min(deadline, wanted), waitsFor);
  return reason === 'goal' || run.horizon >= wanted ? null : '';
}

/** Goes on until the goal, `end` or the end of the run, in stretches. */
async function advanceFar(run: Run, end: Micros, goal: AdvanceLimit['goal']): Promise<Advance['reason']> {
  let stretch = STRETCH_FIRST;
  let keptAt = performance.now();
  for (;;) {
    const began = performance.now();
    const until = Math.min(end, run.horizon + stretch);
    const { reason } = await run.advance({ until, goal });
    if (reason === 'goal' || run.finished || run.horizon < until || until === end) return reason;
    const now = performance.now();
    stretch =
      now - began < STRETCH_MS ? Math.min(2 * stretch, STRETCH_MAX) : Math.max(STRETCH_MIN, Math.floor(stretch / 2));
    if (now - keptAt < KEPT_EVERY_MS) await run.pull();
    else {
      await run.capture();
      keptAt = performance.now();
    }
  }
}

async function pursueTransaction(run: Run, id: string, deadline: Micros): Promise<string | null> {
  const name = transferNameOf(id);
  if (name === null) throw new TestnetError('not-found', `${showValue(id)} is neither a node nor a transaction`);
  while (run.horizon < deadline && !run.finished) {
    await run.advance({ until: deadline, windows: 1 });
    const report = (await run.executor.ask('board', name)) as BatchReport | null;
    if (report?.decidedAt != null) return null;
  }
  return '';
}

/**
 * Runs until the formula, judged from now on, is satisfied for good or turns from currently false to currently true; also to the
 * height or decision of the goal. One that holds from the first state on and never fails is reached at the deadline or
 * the end of the run. @throws TestnetError 'bad-input' where it means nothing in this testnet
 */
async function pursueFormula(run: Run, goal: RunUntil, ltl: string, deadline: Micros): Promise<string | null> {
  const { executor, protocol } = run;
  const setting = { declaration: protocol.declaration, ...namingOf(executor.plan) };
  const bound = bindFormula(ltl, setting);
  if ('problem' in bound) {
    const { line, column, found, expected } = bound.problem;
    throw badInput('ltl', `${found} at line ${line}, column ${column}`, expected);
  }
  const node = goal.decided === undefined ? null : nodeIndexOf(goal.decided, setting);
  if (goal.decided !== undefined && node === null) {
    throw badInput('decided', showValue(goal.decided), 'a node, beside a formula');
  }
  const ask = (question: LtlQuestion): Promise<unknown> => executor.ask('ltl', question);
  let report = (await ask({ kind: 'goal', ltl })) as GoalReport;
  let reached = false;
  if (report.status === 'open') {
    const waitsFor = { height: goal.height ?? null, decidedBy: node, observed: true };
    const reason = await advanceFar(run, deadline, waitsFor);
    report = (await ask({ kind: 'goal-report' })) as GoalReport;
    reached = report.status === 'open' && (report.holdsNow || reason === 'goal');
  }
  await ask({ kind: 'goal', ltl: null });
  if (reached || report.status === 'reached') return null;
  return `${report.status === 'failed' ? HOPELESS : ': '}${report.detail}`;
}
