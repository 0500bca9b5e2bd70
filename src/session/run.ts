/**
 * One testnet that is loaded: its scenario with everything done by hand so far, the executor that runs it, and its trace.
 * Knows nothing of wall-clock time; `TestnetSession` paces it.
 */
import { ENVIRONMENT, type NodeIndex } from '../core/ids.ts';
import { badInput, badInputs, TestnetError } from '../core/problem.ts';
import { type Micros, microsFromMs, msFromMicros } from '../core/time.ts';
import type { Segment } from '../kernel/group.ts';
import { type RunPlan, namingOf } from '../kernel/plan.ts';
import { missingFor, missingToCut } from '../kernel/trace/away.ts';
import { SegmentWriter, tailOf } from '../kernel/trace/segments.ts';
import { TraceStore } from '../kernel/trace/store.ts';
import { transferId } from '../ledger/ledger.ts';
import type { AnyProtocol } from '../protocols/protocol.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import type { Advance, AdvanceLimit, Executor, ExecutorStatus, RunSnapshot, Turn } from '../runtime/executor.ts';
import { unpackHosts } from '../runtime/hosts.ts';
import type { Goal } from '../runtime/control.ts';
import {
  compileScenario,
  type FaultInput,
  recordFault,
  recordHeal,
  recordSubmission,
  type Scenario,
} from '../scenario/index.ts';
import { showValue } from '../scenario/show.ts';
import type { SnapshotRecord } from '../storage/types.ts';
import type { TransactionInput } from './api.ts';
import { type Checkpoint, Checkpoints } from './checkpoints.ts';
import { judgeAgain, withExpectations } from './formulas.ts';
import type { Payload } from './payload.ts';
import { TraceShelf } from './shelf.ts';

export type OpenExecutor = (plan: RunPlan) => Promise<Executor>;

/** A fault put in, or ended, by its id; a transaction by its own. */
export interface Deed {
  readonly kind: 'fault' | 'heal' | 'transaction';
  readonly id: string;
}

/** What somebody did by hand, with the scenario that records it. Replayed when the run is rewound past it and on. */
export interface Intervention {
  readonly at: Micros;
  /** What was done. */
  readonly deed: Deed;
  readonly scenario: Scenario;
  readonly apply: (executor: Executor) => Promise<void>;
}

/** A part of the trace that `append` takes. */
export interface TraceBatch {
  readonly horizon: Micros;
  readonly segments: readonly Segment[];
}

export class Run {
  runId: string;
  readonly protocol: AnyProtocol;
  readonly executor: Executor;
  readonly store: TraceStore;
  /** Which parts of the store are in memory. */
  readonly shelf: TraceShelf;
  /** The scenario before anything was done by hand. */
  base: Scenario;
  readonly checkpoints = new Checkpoints();
  scenario: Scenario;
  /** Formulas as somebody chose them by hand; null: those of the scenario. */
  #expect: Scenario['expect'] | null = null;
  horizon: Micros = 0;
  status: ExecutorStatus;
  finished = false;
  #interventions: Intervention[] = [];
  /** The scenario as it was when this visit began: what was done by hand in earlier visits is in it. */
  readonly #resumed: Scenario;

  static async open(runId: string, base: Scenario, openExecutor: OpenExecutor): Promise<Run> {
    const executor = await openExecutor(compileScenario(base, PROTOCOLS));
    try {
      const run = new Run(runId, base, executor, await executor.status());
      await run.pull();
      return run;
    } catch (error) {
      await executor.close();
      throw error;
    }
  }

  private constructor(runId: string, base: Scenario, executor: Executor, status: ExecutorStatus) {
    const protocol = PROTOCOLS.get(base.protocol.name);
    if (protocol === undefined) throw new TestnetError('bad-input', `unknown protocol ${base.protocol.name}`);
    this.runId = runId;
    this.base = base;
    this.scenario = base;
    this.#resumed = base;
    this.protocol = protocol;
    this.executor = executor;
    this.status = status;
    this.store = new TraceStore({ declaration: protocol.declaration, ...namingOf(executor.plan) });
    this.store.setFaults(executor.plan.faults);
    this.shelf = new TraceShelf(this.store);
    this.checkpoints.use(this.shelf);
  }

  get plan(): RunPlan {
    return compileScenario(this.scenario, PROTOCOLS);
  }

  /** Validators and clients. */
  get nodeCount(): number {
    const { validators, clientCount } = this.executor.plan;
    return validators.length + clientCount;
  }

  get interventionCount(): number {
    return this.#interventions.length;
  }

  /** What was done by hand in this visit, oldest first. The same list until something is done or undone. */
  get interventions(): readonly Intervention[] {
    return this.#interventions;
  }

  async advance(limit: {
    readonly until?: Micros;
    readonly windows?: number;
    readonly goal?: Goal | null;
  }): Promise<Advance> {
    const { until = Number.POSITIVE_INFINITY, windows = Number.POSITIVE_INFINITY, goal = null } = limit;
    const full: AdvanceLimit = { until, windows, goal };
    const result = await this.executor.advance(full);
    this.#moved(result);
    return result;
  }

  /** One window; false when the run is over. */
  async stepWindow(): Promise<boolean> {
    await this.advance({ windows: 1 });
    return !this.finished;
  }

  /**
   * One event of one node; false when the run is over. May stop within a µs, before other events of it; whoever puts
   * something in by hand goes on until the horizon has passed it (see `stepTo`), or the recorded run would differ.
   */
  async stepEvent(): Promise<boolean> {
    const more = await this.executor.stepEvent();
    const status = await this.executor.status();
    this.horizon = status.horizon;
    if (!more) this.finished = true;
    return more;
  }

  /** Takes new trace records into the store; returns the position of the first new event. */
  async pull(): Promise<number> {
    const first = this.store.eventCount;
    await this.#append(await this.executor.takeSegments());
    return first;
  }

  /** Takes in a turn that ran ahead. */
  async takeIn(turn: Turn): Promise<void> {
    this.#moved(turn);
    await this.#append(turn.segments);
    // The store has its own copy; a large testnet brings a megabyte a block.
    turn.release();
  }

  async #append(segments: readonly Segment[]): Promise<void> {
    const append = (): void => this.store.append(segments, this.horizon);
    await this.shelf.whenReady(() => missingFor(this.store, segments), append);
    await this.shelf.relieve();
  }

  /** The trace so far in one batch, made from the store. */
  async wholeTrace(): Promise<TraceBatch> {
    const writer = new SegmentWriter(this.store);
    for (const chunk of writer.chunks) await this.shelf.whenHere(() => writer.add(chunk), [chunk]);
    return { horizon: this.store.horizon, segments: writer.end() };
  }

  async refresh(): Promise<ExecutorStatus> {
    return this.takeStatus(await this.executor.status());
  }

  takeStatus(status: ExecutorStatus): ExecutorStatus {
    this.status = { ...status, finished: status.finished || this.finished };
    this.horizon = Math.max(this.horizon, this.status.horizon);
    return this.status;
  }

  /** Snapshot of the run at its horizon; also a point that can be rewound to. */
  async capture(): Promise<RunSnapshot> {
    await this.pull();
    const snapshot = await this.executor.capture();
    this.#checkpoint(snapshot);
    await this.checkpoints.relieve();
    return snapshot;
  }

  /** The same with what tells later whether it came back whole. */
  async save(): Promise<Omit<Payload, 'batches'>> {
    const snapshot = await this.capture();
    const fingerprint = await this.executor.fingerprint();
    return { base: this.base, snapshot, fingerprint };
  }

  /** The trace behind the chunks that storage keeps of this run, its texts left out: they are in the state of its nodes. */
  tail(): TraceBatch {
    return { horizon: this.store.horizon, segments: tailOf(this.store, this.shelf.record.end) };
  }

  #checkpoint(snapshot: RunSnapshot): void {
    this.checkpoints.add({
      at: this.horizon,
      snapshot,
      interventions: this.#interventions.length,
      barrier: this.store.barrier,
    });
  }

  /** Puts the run back to one of its own checkpoints. */
  async #restore(checkpoint: Checkpoint): Promise<void> {
    const { at, snapshot, interventions, barrier } = checkpoint;
    await this.executor.restore(snapshot);
    const cut = (): void => {
      this.store.truncate(at, barrier);
      this.shelf.cut();
    };
    await this.shelf.whenReady(() => missingToCut(this.store, at, barrier), cut);
    this.checkpoints.truncate(at, interventions);
    this.horizon = at;
    this.finished = false;
    this.#interventions = this.#interventions.slice(0, interventions);
    this.scenario = this.#interventions.at(-1)?.scenario ?? this.#resumed;
    if (this.#expect !== null) this.scenario = { ...this.scenario, expect: this.#expect };
    await this.refresh();
  }

  /** Goes back to `at` and becomes a run of its own: what happens from here on is another history. */
  async branch(runId: string, at: Micros, keep?: number): Promise<void> {
    await this.rewind(at, keep);
    this.runId = runId;
  }

  /** Continues where a snapshot of an earlier visit left off. The run was opened with the scenario recorded by then. */
  async takeUp({ base, snapshot }: Payload, at: Micros, trace: readonly TraceBatch[]): Promise<void> {
    this.store.clear();
    for (const batch of trace) this.store.append(batch.segments, batch.horizon);
    // Without its past the trace goes on from here; texts that were given before are still referred to.
    if (trace.length === 0) {
      for (const { node, snapshot: host } of unpackHosts(snapshot.hosts))
        this.store.seedTexts(node, host.recorder.texts);
      this.store.seedTexts(ENVIRONMENT, snapshot.control.recorder.texts);
    }
    if (this.store.horizon < at) this.store.append([], at);
    await this.executor.restore(snapshot);
    this.base = base;
    this.horizon = at;
    this.finished = false;
    await this.refresh();
    this.#checkpoint(snapshot);
  }

  /**
   * Goes back to `at`: restores the nearest earlier checkpoint and runs again, with the first `keep` interventions; where not
   * said, those before `at`.
   */
  async rewind(at: Micros, keep = this.#interventions.filter((done) => done.at < at).length): Promise<void> {
    if (at >= this.horizon && keep >= this.#interventions.length) return;
    const checkpoint = await this.checkpoints.before(at, keep);
    if (checkpoint === null) throw new TestnetError('not-found', 'this run has no snapshot that early');
    const redo = this.#interventions.slice(checkpoint.interventions, keep);
    await this.#restore(checkpoint);
    for (const intervention of redo) {
      if (intervention.at > this.horizon) await this.advance({ until: intervention.at });
      await this.#apply(intervention);
    }
    if (at > this.horizon) await this.advance({ until: at });
    await this.pull();
    if (this.#expect !== null) await this.expect(this.#expect);
    await this.refresh();
  }

  /** Judges these formulas from now on, as if it had from the beginning; a rewind keeps them. They change nothing in the run. */
  async expect(expectations: Scenario['expect']): Promise<void> {
    this.scenario = withExpectations(this.scenario, expectations);
    this.#expect = this.scenario.expect;
    await judgeAgain(this, this.#expect);
  }

  async inject(fault: FaultInput): Promise<string> {
    const recorded = recordFault(this.scenario, fault, msFromMicros(this.horizon), PROTOCOLS);
    if ('problems' in recorded) throw badInputs('this fault cannot be put in', recorded.problems);
    const planned = compileScenario(recorded.scenario, PROTOCOLS).faults.find(({ id }) => id === recorded.faultId);
    if (planned === undefined) throw new TestnetError('internal', `fault ${recorded.faultId} was not compiled`);
    const deed = { kind: 'fault', id: recorded.faultId } as const;
    const apply = (executor: Executor) => executor.inject(planned);
    await this.#apply({ at: this.horizon, deed, scenario: recorded.scenario, apply });
    return recorded.faultId;
  }

  async heal(faultId: string): Promise<void> {
    const recorded = recordHeal(this.scenario, faultId, msFromMicros(this.horizon), PROTOCOLS);
    if ('problems' in recorded) throw badInputs('this fault cannot be healed', recorded.problems);
    const planned = compileScenario(recorded.scenario, PROTOCOLS).faults.find(({ id }) => id === faultId);
    if (planned?.until == null) throw new TestnetError('internal', `fault ${faultId} was not compiled`);
    const { until } = planned;
    await this.#apply({
      at: this.horizon,
      deed: { kind: 'heal', id: faultId },
      scenario: recorded.scenario,
      apply: (executor) => executor.heal(planned, until),
    });
  }

  /** Submits a transfer now; resolves to its id. */
  async submit(transaction: TransactionInput): Promise<string> {
    const recorded = recordSubmission(this.scenario, transaction, msFromMicros(this.horizon), PROTOCOLS);
    if ('problems' in recorded) throw badInputs('this transaction cannot be submitted', recorded.problems);
    const planned = compileScenario(recorded.scenario, PROTOCOLS).submissions.at(-1);
    if (planned === undefined) throw new TestnetError('internal', 'the transaction was not compiled');
    const sequence = await this.#nextSequence(planned.client);
    const id = transferId({ client: planned.client, sequence }, 0);
    const apply = (executor: Executor) => executor.submit(planned);
    await this.#apply({ at: this.horizon, deed: { kind: 'transaction', id }, scenario: recorded.scenario, apply });
    return id;
  }

  async close(): Promise<void> {
    await this.shelf.close();
    await this.executor.close();
  }

  async #apply(intervention: Intervention): Promise<void> {
    await intervention.apply(this.executor);
    this.#interventions = [...this.#interventions, intervention];
    this.scenario = intervention.scenario;
    if (this.#expect !== null) this.scenario = { ...this.scenario, expect: this.#expect };
    this.store.setFaults(this.plan.faults);
  }

  /** Submissions at one moment go out in order, each as a batch of its own; those recorded for now are still to go. */
  async #nextSequence(client: NodeIndex): Promise<number> {
    const report = await this.executor.inspect(client);
    const next = Number(report?.knowledge?.details['nextSequence'] ?? 0);
    const ahead = this.plan.submissions.filter((planned) => planned.client === client && planned.at === this.horizon);
    return next + ahead.length;
  }

  #moved({ horizon, reason }: Advance): void {
    this.horizon = horizon;
    if (reason === 'stopped' || reason === 'quiet') this.finished = true;
  }
}

/** The run as storage and files describe it. */
export function recordOf(
  run: Run,
  of: Pick<SnapshotRecord, 'id' | 'name' | 'automatic'> & { readonly payload: Payload },
): SnapshotRecord {
  return {
    ...of,
    runId: run.runId,
    scenarioName: run.scenario.name,
    scenario: run.scenario,
    atMicros: run.horizon,
    height: run.status.height,
    savedAt: Date.now(),
  };
}

/** Far beyond any run, and exact in µs. */
const MS_MAX = 1e12;

/** Virtual ms of the public contract to µs; refuses what is not a time. */
export function microsOf(ms: number, what: string): Micros {
  if (Number.isFinite(ms) && ms >= 0 && ms <= MS_MAX) return microsFromMs(ms);
  throw badInput(what, showValue(ms), 'virtual milliseconds, 0 or more');
}
