/** All hosts in this thread: tests, sweeps, the command line. The fastest way to run, and the reference for the other. */
import { ENVIRONMENT, type NodeIndex } from '../core/ids.ts';
import { clonePlain } from '../core/clone.ts';
import type { Micros } from '../core/time.ts';
import { HostGroup, type Segment } from '../kernel/group.ts';
import type { WorldConstants } from '../kernel/host/world.ts';
import type { Envelope } from '../kernel/envelope.ts';
import { minimumLatency } from '../kernel/network/index.ts';
import type { FaultPlan, RunPlan, SubmissionPlan } from '../kernel/plan.ts';
import type { Highlight } from '../kernel/trace/highlights.ts';
import { openConstants } from './constants.ts';
import { secretKeys } from './world.ts';
import { RunControl } from './control.ts';
import { EnvelopeMemory } from './envelopes.ts';
import { packHosts, unpackHosts } from './hosts.ts';
import type {
  Advance,
  AdvanceLimit,
  Executor,
  ExecutorInfo,
  ExecutorOptions,
  ExecutorStatus,
  RunObserver,
  RunSnapshot,
} from './executor.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Makes the observers of a run once its keys are known. */
export type ObserverFactory = (world: WorldConstants) => readonly RunObserver[];

export class InProcessExecutor implements Executor {
  readonly info: ExecutorInfo;
  readonly plan: RunPlan;
  readonly lookahead: Micros;
  readonly #world: WorldConstants;
  readonly #group: HostGroup;
  readonly #control: RunControl;
  readonly #observers: readonly RunObserver[];
  readonly #envelopes: EnvelopeMemory | null;
  #finished = false;

  constructor(world: WorldConstants, observers: readonly RunObserver[]) {
    this.#world = world;
    this.plan = world.plan;
    this.lookahead = minimumLatency(world.plan.network, world.plan.validators);
    this.#observers = observers;
    this.#envelopes = world.keepWords ? new EnvelopeMemory() : null;
    const nodes = world.suites.map((_, node) => node);
    this.#group = new HostGroup(world, nodes, secretKeys(world.plan, world, nodes));
    this.#control = new RunControl(world.plan, this.lookahead, world.hash, world.keepWords, observers);
    this.info = {
      kind: 'inprocess',
      workers: 0,
      engine: world.suites[0]?.engine ?? 'modelled',
      verifyAhead: false,
      notice: null,
    };
    this.#group.schedule(this.#control.start());
    this.#group.start();
    this.#control.absorb(this.#take(), 0);
  }

  /** Runs without a pause; the asynchronous face of the interface wraps it. */
  run(limit: AdvanceLimit): Advance {
    const control = this.#control;
    const group = this.#group;
    if (limit.goal !== null) control.setGoal(limit.goal);
    for (let windows = 0; ; windows++) {
      const next = this.#settledNext(limit.until);
      if (windows >= limit.windows) return this.#result('windows');
      const until = control.window(next, limit.until);
      if (until === null) return this.#rest(next, limit);
      group.run(until);
      this.#absorb(until);
    }
  }

  advance(limit: AdvanceLimit): Promise<Advance> {
    return Promise.resolve(this.run(limit));
  }

  stepEvent(): Promise<boolean> {
    const next = this.#settledNext(Number.POSITIVE_INFINITY);
    const until = this.#control.window(next, Number.POSITIVE_INFINITY);
    if (until === null) {
      this.#rest(next, { until: Number.POSITIVE_INFINITY, windows: 0, goal: null });
      return Promise.resolve(false);
    }
    this.#group.runFirst(until, 1);
    this.#absorb(Math.min(this.#group.nextTime, until));
    return Promise.resolve(true);
  }

  inject(fault: FaultPlan): Promise<void> {
    this.#control.inject(fault);
    return this.#tellHosts();
  }

  heal(fault: FaultPlan, at: Micros): Promise<void> {
    this.#control.heal(fault, at);
    return this.#tellHosts();
  }

  submit(submission: SubmissionPlan): Promise<void> {
    this.#control.submit(submission);
    return this.#tellHosts();
  }

  status(): Promise<ExecutorStatus> {
    const { horizon, height, view, active } = this.#control;
    for (const observer of this.#observers) observer.onHorizon(horizon);
    const reports = Object.fromEntries(this.#observers.map((observer) => [observer.name, observer.report()]));
    const work = this.#group.work();
    return Promise.resolve({
      horizon,
      height,
      view,
      active,
      finished: this.#finished,
      reports,
      work,
      events: this.events(),
    });
  }

  ask(observer: string, question: unknown): Promise<unknown> {
    const asked = this.#observers.find(({ name }) => name === observer);
    return Promise.resolve(clonePlain(asked?.answer?.(question) ?? null));
  }

  /** Number of trace events so far. */
  events(): number {
    return this.#group.events + this.#control.recorder.count;
  }

  inspect(node: NodeIndex) {
    return Promise.resolve(clonePlain(this.#group.inspect(node)));
  }

  fingerprint(): Promise<string> {
    return Promise.resolve(this.fingerprintNow());
  }

  fingerprintNow(): string {
    const environment = { node: ENVIRONMENT, digest: this.#control.recorder.digest() };
    return fingerprintOf(this.#world.hash, [...this.#group.digests(), environment]);
  }

  capture(): Promise<RunSnapshot> {
    const observers = Object.fromEntries(this.#observers.map((observer) => [observer.name, observer.capture()]));
    const own = clonePlain({ control: this.#control.capture(), observers });
    return Promise.resolve({ ...own, hosts: packHosts(this.#group.capture()) });
  }

  restore(snapshot: RunSnapshot): Promise<void> {
    const own = clonePlain({ control: snapshot.control, observers: snapshot.observers });
    this.#group.restore(unpackHosts(snapshot.hosts));
    this.#control.restore(own.control);
    for (const observer of this.#observers) observer.restore(own.observers[observer.name]);
    this.#finished = false;
    return Promise.resolve();
  }

  takeSegments(): Promise<readonly Segment[]> {
    const segments = this.#group.takeSegments();
    const words = this.#control.recorder.takeSegment();
    if (words !== null) segments.push({ node: ENVIRONMENT, words });
    return Promise.resolve(segments);
  }

  envelope(origin: NodeIndex, sequence: number): Promise<Envelope | null> {
    return Promise.resolve(this.#envelopes?.get(origin, sequence) ?? null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Time of the next event once conditions on time are dealt with and hosts know of all faults. */
  #settledNext(limit: Micros): Micros {
    const control = this.#control;
    let next = this.#group.nextTime;
    control.settle(Math.min(next, limit));
    const fresh = control.takeFresh();
    if (fresh.length > 0) {
      this.#group.schedule(fresh);
      next = this.#group.nextTime;
    }
    return next;
  }

  #absorb(until: Micros): void {
    this.#control.absorb(this.#take(), until);
    const fresh = this.#control.takeFresh();
    if (fresh.length > 0) this.#group.schedule(fresh);
  }

  #take(): readonly Highlight[] {
    const highlights = this.#group.takeHighlights();
    this.#envelopes?.keep(highlights);
    return highlights;
  }

  /** Nothing more happens before the limit: time itself moves there. */
  #rest(next: Micros, limit: AdvanceLimit): Advance {
    const control = this.#control;
    const end = Math.min(limit.until, control.stopAt, control.goalAt);
    if (end < Number.POSITIVE_INFINITY) control.absorb(NOTHING, end);
    if (control.goalAt <= end) return this.#result('goal');
    if (control.stopAt <= end) {
      this.#finished = true;
      return this.#result('stopped');
    }
    return this.#result(next === Number.POSITIVE_INFINITY && end === Number.POSITIVE_INFINITY ? 'quiet' : 'limit');
  }

  #result(reason: Advance['reason']): Advance {
    if (reason === 'goal') this.#control.setGoal(null);
    return { horizon: this.#control.horizon, reason };
  }

  #tellHosts(): Promise<void> {
    this.#group.schedule(this.#control.takeFresh());
    return Promise.resolve();
  }
}

const NOTHING: readonly Highlight[] = [];

/** Opens suites and keys, then builds the testnet at t = 0. */
export async function openInProcess(
  plan: RunPlan,
  options: ExecutorOptions,
  observers: ObserverFactory,
): Promise<InProcessExecutor> {
  const world = await openConstants(plan, options);
  return new InProcessExecutor(world, observers(world));
}
