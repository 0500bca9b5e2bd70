/** The Testnet facade: `window.testnet` in the page and the same object in Node. Calls run one after the other. */
import { namingOf } from '../kernel/plan.ts';
import { TestnetError } from '../core/problem.ts';
import { type Micros, msFromMicros } from '../core/time.ts';
import type { TraceEvent } from '../kernel/trace/events.ts';
import type { FaultInput, Scenario, ScenarioInput } from '../scenario/index.ts';
import type {
  CheckResult,
  ExportOptions,
  Metrics,
  NodeDetails,
  RunUntil,
  SnapshotInfo,
  Speed,
  StepUnit,
  Testnet,
  TestnetEvents,
  TestnetState,
  TraceFilter,
  TransactionInput,
  TransactionStatus,
} from './api.ts';
import { Announcer } from './announce.ts';
import { notReached, pursue, stepTo } from './drive.ts';
import { newRunId, readForkPoint, readGoal, readId, readName, readScenario, readSpeed, traceQuery } from './inputs.ts';
import { Archive } from './archive.ts';
import { Flow, type Report } from './flow.ts';
import { FormulaDesk } from './formula-desk.ts';
import { BranchDesk } from './branches/desk.ts';
import { askDecided, askMetrics, askNode, askTransaction, killWorkerOf } from './asks.ts';
import { type Caught, catchMessage, undo } from './catch.ts';
import { exportRun } from './exports/index.ts';
import { Listeners } from './listeners.ts';
import type { Loaded, SessionOptions } from './options.ts';
import { Pacer } from './pacer.ts';
import { JobQueue } from './queue.ts';
import { Run } from './run.ts';
import { readTrace } from './read-trace.ts';
import { readRunFile, writeRunFile } from './run-file.ts';
import { Stage } from './stage.ts';
import { checksOf, testnetState } from './state.ts';
import { keepTrace } from './make-view.ts';
import { stepGoal } from './step.ts';
import type { Frame, LiveSession, TraceView } from './view.ts';
import { tabLock } from '../storage/tabLock.ts';

export class TestnetSession implements Testnet, LiveSession {
  readonly #options: SessionOptions;
  readonly #queue = new JobQueue(() => this.#flow?.settle().catch((error: unknown) => this.#fail(error)));
  readonly #listeners = new Listeners();
  readonly #announcer = new Announcer(this.#listeners);
  readonly #stage = new Stage(() => this.#publish());
  readonly branches: BranchDesk;
  readonly formulas = new FormulaDesk((act) => this.#byHand(act));
  readonly #archive: Archive;
  readonly #pacer: Pacer;
  #run: Run | null = null;
  /** The run's turns that are under way. */
  #flow: Flow | null = null;
  #running = false;
  #failure: string | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#archive = new Archive(options.storage, options.autosave, options.makeLock ?? tabLock);
    const enter = (open: () => Promise<Run>) => this.#enter(open);
    this.branches = new BranchDesk(this.#archive, options, () => this.#run, enter);
    this.#pacer = new Pacer({
      advance: (until, windows) => {
        const run = this.#run;
        return this.#queue.turn(() => this.#paced(run, until, windows));
      },
      publish: () => this.#publish(),
      fail: (error) => this.#fail(error),
    });
  }

  async load(scenario: ScenarioInput | string): Promise<Loaded> {
    const checked = readScenario(scenario);
    return this.#enter(async () => {
      const run = await Run.open(newRunId(), checked, this.#options.openExecutor);
      await this.#archive.newRun(run, null, null);
      return run;
    });
  }

  async play(options: { readonly speed?: Speed } = {}): Promise<void> {
    const speed = readSpeed(options, this.#pacer.speed);
    await this.#queue.run(async () => {
      const run = this.#need();
      this.#stage.follow();
      this.#start(run, speed);
      this.#publish();
    });
  }

  async pause(): Promise<void> {
    this.#pacer.stop();
    // Said at once, although the turn under way has still to end: whoever chooses a speed now must not set it playing again.
    this.#publish();
    await this.#queue.run(async () => {
      const run = this.#need();
      await this.#settle(run);
      await this.#archive.save(run, false, this.#pacer.speed);
      this.#publish();
    });
  }

  async step(unit: StepUnit = 'event'): Promise<{ readonly timeMs: number }> {
    const goal = stepGoal(unit);
    this.#pacer.stop();
    return this.#queue.run(async () => {
      const run = this.#need();
      this.#stage.follow();
      await stepTo(run, goal);
      await this.#settle(run);
      return { timeMs: msFromMicros(run.horizon) };
    });
  }

  async runUntil(wanted: RunUntil, options: { readonly maxMs?: number } = {}): Promise<TestnetState> {
    const { goal, budget } = readGoal(wanted, options);
    this.#pacer.stop();
    return this.#queue.run(async () => {
      const run = this.#need();
      this.#stage.follow();
      this.#running = true;
      try {
        const missed = await pursue(run, goal, run.horizon + budget);
        await this.#settle(run);
        if (missed !== null) throw notReached(run, budget, missed);
      } finally {
        this.#running = false;
      }
      this.#publish();
      return this.#stateOf(run);
    });
  }

  inject(fault: FaultInput): Promise<string> {
    return this.#byHand((run) => run.inject(fault));
  }

  heal(faultId: string): Promise<void> {
    return this.#byHand(async (run) => {
      const { active } = run.status;
      for (const id of faultId === 'all' ? active.map(({ fault }) => fault.id) : [faultId]) await run.heal(id);
    });
  }

  submit(transaction: TransactionInput): Promise<string> {
    return this.#byHand((run) => run.submit(transaction));
  }

  state(): Promise<TestnetState> {
    return this.#queue.run(async () => {
      const run = this.#need();
      await run.refresh();
      return this.#stateOf(run);
    });
  }

  node(id: string): Promise<NodeDetails> {
    return this.#queue.run(() => askNode(this.#need(), id));
  }

  transaction(id: string): Promise<TransactionStatus> {
    return this.#queue.run(() => askTransaction(this.#need(), id));
  }

  trace(filter: TraceFilter = {}): Promise<readonly TraceEvent[]> {
    return this.#queue.run(async () => readTrace(this.#need(), traceQuery(filter)));
  }

  checks(): Promise<readonly CheckResult[]> {
    return this.#queue.run(async () => checksOf(await this.#need().refresh()));
  }

  metrics(): Promise<Metrics> {
    return this.#queue.run(() => askMetrics(this.#need()));
  }

  fingerprint(): Promise<string> {
    return this.#queue.run(() => this.#need().executor.fingerprint());
  }

  snapshot(name?: string): Promise<string> {
    return this.#queue.run(async () => {
      const run = this.#need();
      const id = await this.#archive.snapshot(run, readName(name));
      await this.#settle(run);
      return id;
    });
  }

  snapshots(): Promise<readonly SnapshotInfo[]> {
    return this.#archive.list();
  }

  async restore(id: string): Promise<void> {
    const from = readId(id, 'snapshot');
    await this.#enter(() => this.#archive.open(from, newRunId(), this.#options.openExecutor));
  }

  async fork(from: string | { readonly atMs: number }): Promise<{ readonly runId: string }> {
    const point = readForkPoint(from);
    if (typeof point === 'string')
      return this.#enter(() => this.#archive.open(point, newRunId(), this.#options.openExecutor));
    return this.#branch((run, runId) => run.branch(runId, point).then(() => point));
  }

  undo(index: number): Promise<{ readonly runId: string }> {
    return this.#branch((run, runId) => undo(run, runId, index));
  }

  catchMessage(caught: Caught): Promise<{ readonly runId: string }> {
    return this.#branch((run, runId) => catchMessage(run, runId, caught));
  }

  exportRunFile(): Promise<Uint8Array> {
    return this.#queue.run(() => writeRunFile(this.#need()));
  }

  async importRunFile(bytes: Uint8Array): Promise<Loaded> {
    return this.#enter(() => readRunFile(bytes, newRunId(), this.#options.openExecutor));
  }

  scenario(): Promise<Scenario> {
    return this.#queue.run(async () => this.#need().scenario);
  }

  export(format: string, options: ExportOptions = {}): Promise<string> {
    return this.#queue.run(async () => {
      const run = this.#need();
      await run.refresh();
      return exportRun(run, format, options);
    });
  }

  on<K extends keyof TestnetEvents>(event: K, listener: (payload: TestnetEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener);
  }

  async close(): Promise<void> {
    this.#pacer.stop();
    await this.#queue.run(async () => {
      await this.#run?.close();
      this.#run = null;
      this.#archive.close();
    });
  }

  frame(): Frame | null {
    return this.#stage.frame;
  }

  subscribe(listener: () => void): () => void {
    return this.#stage.subscribe(listener);
  }

  view(): TraceView {
    return this.#stage.view;
  }

  seek(at: Micros | null): void {
    if (this.#run !== null) this.#stage.seek(this.#run, at);
  }

  resume(): Promise<boolean> {
    return this.#queue.run(async () => {
      const resumed = await this.#archive.resume(newRunId(), this.#options.openExecutor);
      if (resumed === null) return false;
      await this.#adopt(resumed.run);
      if (resumed.playing) this.#start(resumed.run, resumed.speed);
      return true;
    });
  }

  async killWorker(id: string): Promise<void> {
    await killWorkerOf(this.#need(), id);
  }

  #need(): Run {
    if (this.#run === null) throw new TestnetError('not-loaded', 'no scenario is loaded: call load() first');
    if (this.#failure !== null) throw new TestnetError('internal', this.#failure);
    return this.#run;
  }

  /** Another run takes this one's place once it stands; if it cannot be had, this one goes on as it was. */
  #enter(open: () => Promise<Run>, leaves = true): Promise<Loaded> {
    return this.#queue.run(async () => {
      if (leaves) await this.branches.leave();
      const run = await open();
      await this.#adopt(run);
      return { runId: run.runId, nodes: (this.#stage.frame?.nodes ?? []).map(({ id }) => id) };
    });
  }

  /** The run goes back and becomes another one, from the moment that `act` returns. */
  #branch(act: (run: Run, runId: string) => Promise<Micros>): Promise<{ readonly runId: string }> {
    return this.#enter(() => {
      this.#pacer.stop();
      return this.branches.branch(this.#need(), act);
    }, false);
  }

  async #adopt(run: Run): Promise<void> {
    this.#pacer.stop();
    const previous = this.#run;
    this.#run = run;
    this.#flow = new Flow(run, this.#pacer, this.#archive, (report) => this.#tell(run, report));
    this.#failure = null;
    this.#announcer.follow(run);
    keepTrace(run, this.#options, () => this.#publish());
    this.#stage.enter(run, previous === run);
    if (previous !== null && previous !== run) await previous.close();
    if (run.checkpoints.count === 0) await run.capture();
    await this.#settle(run);
  }

  async #byHand<T>(act: (run: Run) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      const run = this.#need();
      await run.refresh();
      const result = await act(run);
      await this.#settle(run);
      return result;
    });
  }

  /** One turn of the pacer: runs, takes the trace in, saves now and then. Returns how far the run got. */
  async #paced(paced: Run | null, until: Micros, windows: number): Promise<Pick<Run, 'horizon' | 'finished'>> {
    const run = this.#need();
    // The turn was queued for a run that has been paused or replaced since.
    if (run !== paced) return { horizon: run.horizon, finished: run.finished };
    await this.#flow?.turn(until, windows);
    return { horizon: run.horizon, finished: run.finished };
  }

  /** Brings trace, status and frame up to date. */
  async #settle(run: Run): Promise<void> {
    await run.pull();
    await this.#flow?.reportNow();
    this.#publish();
  }

  async #tell(run: Run, { status, fingerprint }: Report): Promise<void> {
    run.takeStatus(status);
    await this.#announcer.tell(run);
    this.#stage.takeReport(run, fingerprint);
  }

  async #stateOf(run: Run): Promise<TestnetState> {
    const decided = await askDecided(run.executor);
    return testnetState(
      run.status,
      decided,
      run.protocol.declaration,
      namingOf(run.executor.plan),
      this.#statusOf(run),
    );
  }

  #statusOf(run: Run): TestnetState['status'] {
    if (this.#failure !== null) return 'failed';
    if (this.#pacer.playing) return 'playing';
    if (this.#running) return 'running';
    return run.finished ? 'finished' : 'paused';
  }

  #start(run: Run, speed: Speed): void {
    this.#pacer.start(speed, run.horizon, { nodes: run.nodeCount, workers: run.executor.info.workers });
  }

  #publish(): void {
    const run = this.#run;
    if (run === null) return;
    this.#stage.show(run, {
      status: this.#statusOf(run),
      speed: this.#pacer.speed,
      playhead: this.#pacer.playhead(run.horizon),
      notice: this.#failure ?? run.executor.info.notice ?? this.#archive.notice,
    });
  }

  #fail(error: unknown): void {
    this.#pacer.stop();
    this.#flow = null;
    this.#failure = error instanceof Error ? error.message : String(error);
    this.#publish();
  }
}
