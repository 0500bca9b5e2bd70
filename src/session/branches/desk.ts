/** Branches of a session: keeps where each run was left, lists them, goes on with another one, compares two. */
import { namingOf } from '../../kernel/plan.ts';
import { TestnetError } from '../../core/problem.ts';
import type { Micros } from '../../core/time.ts';
import { TraceStore } from '../../kernel/trace/store.ts';
import { PROTOCOLS } from '../../protocols/registry.ts';
import { compileScenario, type Scenario } from '../../scenario/index.ts';
import { showValue } from '../../scenario/show.ts';
import type { Archive } from '../archive.ts';
import { newRunId } from '../inputs.ts';
import { type OpenExecutor, Run } from '../run.ts';
import { type ComparedSide, compareTraces } from './compare.ts';
import { branchTree, newestOf } from './tree.ts';
import type { BranchInfo, Branches, Comparison, Side } from './types.ts';

const NAME_LENGTH_MAX = 80;
const SEED_MAX = 0xffffffff;

export class BranchDesk implements Branches {
  readonly #archive: Archive;
  readonly #openExecutor: OpenExecutor;
  readonly #current: () => Run | null;
  readonly #enter: (open: () => Promise<Run>) => Promise<{ readonly runId: string }>;
  /** Runs that were removed in this visit. Loaded from storage once, when the last visit's are deleted for good. */
  #removed: Promise<Set<string>> | null = null;

  /** `enter` has another run take the place of the one at hand. */
  constructor(
    archive: Archive,
    options: { readonly openExecutor: OpenExecutor },
    current: () => Run | null,
    enter: (open: () => Promise<Run>) => Promise<{ readonly runId: string }>,
  ) {
    this.#archive = archive;
    this.#openExecutor = options.openExecutor;
    this.#current = current;
    this.#enter = enter;
  }

  /** The run becomes another one: where it stood is kept, and so is where the new one begins. */
  async branch(run: Run, act: (run: Run, runId: string) => Promise<Micros>): Promise<Run> {
    const parent = run.runId;
    await this.#archive.keep(run);
    await this.#archive.newRun(run, parent, await act(run, newRunId()));
    await this.#archive.keep(run);
    return run;
  }

  /** Before another run takes its place: where this one stands is kept if it is part of a tree. */
  async leave(): Promise<void> {
    const run = this.#current();
    if (run === null) return;
    const runs = await this.#archive.runs();
    const record = runs.find(({ runId }) => runId === run.runId);
    const isInTree =
      record !== undefined &&
      (record.parentRunId !== null ||
        record.name !== null ||
        runs.some(({ parentRunId }) => parentRunId === run.runId));
    if (isInTree) await this.#archive.keep(run);
  }

  async list(): Promise<readonly BranchInfo[]> {
    const run = this.#current();
    const removed = await this.#trash();
    const current =
      run === null
        ? null
        : {
            runId: run.runId,
            scenarioName: run.scenario.name,
            atMicros: run.horizon,
            height: run.status.height,
          };
    return branchTree(await this.#archive.runs(), await this.#archive.infos(), current, removed);
  }

  async switchTo(runId: string): Promise<{ readonly runId: string }> {
    await this.#need(runId);
    if (runId === this.#current()?.runId) return { runId };
    return this.#enter(async () => {
      // Leaving may have kept a newer state of it: looked for only now.
      const newest = newestOf(runId, await this.#archive.infos());
      if (newest === null) throw notFound(runId);
      return this.#archive.open(newest.id, await this.#archive.idToGoOn(runId), this.#openExecutor);
    });
  }

  async rename(runId: string, name: string | null): Promise<void> {
    const wanted = name?.trim() ?? '';
    if (wanted.length > NAME_LENGTH_MAX) {
      const expected = `at most ${NAME_LENGTH_MAX} characters`;
      const problem = { path: 'name', found: `${wanted.length} characters`, expected };
      throw new TestnetError('bad-input', `the name of a branch has ${expected}`, [problem]);
    }
    await this.#need(runId);
    const record = (await this.#archive.runs()).find((run) => run.runId === runId);
    if (record === undefined) throw notFound(runId);
    await this.#archive.saveRunRecord({ ...record, name: wanted === '' ? null : wanted });
  }

  async remove(runId: string): Promise<void> {
    if (runId === this.#current()?.runId)
      throw new TestnetError('bad-input', 'the branch at hand cannot be deleted: switch to another one first');
    await this.#need(runId);
    const removed = await this.#trash();
    removed.add(runId);
    await this.#archive.saveTrash([...removed]);
  }

  async undoRemove(runId: string): Promise<void> {
    const removed = await this.#trash();
    if (removed.delete(runId)) await this.#archive.saveTrash([...removed]);
  }

  async compare(left: Side, right: Side): Promise<Comparison> {
    const [one, other] = [await this.#side(left), await this.#side(right)];
    // Only the run at hand may have a part of its trace elsewhere.
    const shelf = this.#current()?.shelf;
    return shelf === undefined ? compareTraces(one, other) : shelf.whenHere(() => compareTraces(one, other));
  }

  async #side(side: Side): Promise<ComparedSide> {
    return 'seed' in side ? this.#seeded(side.seed) : this.#saved(side.runId);
  }

  /** The scenario at hand from the beginning, with another seed, as far as the run at hand has got. */
  async #seeded(seed: number): Promise<ComparedSide> {
    const current = this.#current();
    if (current === null) throw new TestnetError('not-loaded', 'no scenario is loaded');
    if (!Number.isInteger(seed) || seed < 0 || seed > SEED_MAX) {
      const problem = { path: 'seed', found: showValue(seed), expected: 'an integer from 0 to 4294967295' };
      throw new TestnetError('bad-input', `seed: found ${problem.found}, expected ${problem.expected}`, [problem]);
    }
    const { horizon, scenario } = current;
    const title = `seed ${seed}`;
    if (seed === scenario.seed) return { title, store: current.store, horizon };
    const run = await Run.open(newRunId(), { ...scenario, seed }, this.#openExecutor);
    try {
      await run.advance({ until: horizon });
      await run.pull();
      return { title, store: run.store, horizon: Math.min(horizon, run.finished ? horizon : run.horizon) };
    } finally {
      await run.close();
    }
  }

  async #saved(runId: string): Promise<ComparedSide> {
    const branch = await this.#need(runId);
    const title = branch.name ?? branch.scenarioName;
    const current = this.#current();
    if (current?.runId === runId) return { title, store: current.store, horizon: current.horizon };
    const newest = newestOf(runId, await this.#archive.infos());
    if (newest === null) throw notFound(runId);
    const { scenario, trace, atMicros } = await this.#archive.readTraceOf(newest.id);
    return { title, store: storeOf(scenario, trace, atMicros), horizon: atMicros };
  }

  async #need(runId: string): Promise<BranchInfo> {
    const branch = (await this.list()).find((info) => info.runId === runId);
    if (branch === undefined) throw notFound(runId);
    return branch;
  }

  #trash(): Promise<Set<string>> {
    this.#removed ??= this.#emptyTrash();
    return this.#removed;
  }

  /** What the last visit removed and did not take back is deleted. */
  async #emptyTrash(): Promise<Set<string>> {
    const old = await this.#archive.loadTrash();
    for (const runId of old) if (runId !== this.#current()?.runId) await this.#archive.deleteRun(runId);
    if (old.length > 0) await this.#archive.saveTrash([]);
    return new Set();
  }
}

function storeOf(
  scenario: Scenario,
  trace: Awaited<ReturnType<Archive['readTraceOf']>>['trace'],
  horizon: Micros,
): TraceStore {
  const plan = compileScenario(scenario, PROTOCOLS);
  const protocol = PROTOCOLS.get(plan.protocol.name);
  if (protocol === undefined) throw new TestnetError('bad-input', `unknown protocol ${plan.protocol.name}`);
  const store = new TraceStore({ declaration: protocol.declaration, ...namingOf(plan) });
  store.setFaults(plan.faults);
  for (const batch of trace) store.append(batch.segments, batch.horizon);
  if (store.horizon < horizon) store.append([], horizon);
  return store;
}

function notFound(runId: string): TestnetError {
  return new TestnetError('not-found', `there is no branch ${showValue(runId)}`);
}
