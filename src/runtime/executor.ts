/** What a session needs of an executor. Two stand behind it: all hosts in this thread, or hosts in workers. */
import type { NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import type { Engine } from '../crypto/suite.ts';
import type { FaultPlan, RunPlan, SubmissionPlan } from '../kernel/plan.ts';
import type { Segment } from '../kernel/group.ts';
import type { HostReport } from '../kernel/host/snapshot.ts';
import type { Work } from '../kernel/host/work.ts';
import type { ActiveFaultEntry, ControlSnapshot, Goal, Observer } from './control.ts';
import type { PackedHost } from './hosts.ts';

export interface ExecutorOptions {
  /** Pack the trace for views and exports; sweeps leave it off. */
  readonly keepWords: boolean;
  /** 'decisions' is for kernel benchmarks: no checks, no conditions on views. */
  readonly highlights: 'all' | 'decisions';
}

/** How far `advance` may go. */
export interface AdvanceLimit {
  /** Everything before this moment, µs; Infinity: until the run is over. */
  readonly until: Micros;
  /** At most so many windows; Infinity: no bound. */
  readonly windows: number;
  readonly goal: Goal | null;
}

/** Why `advance` returned. */
export type AdvanceReason = 'limit' | 'windows' | 'goal' | 'stopped' | 'quiet';

export interface Advance {
  /** Everything before it has happened. */
  readonly horizon: Micros;
  readonly reason: AdvanceReason;
}

/** The run between two windows: a consistent global snapshot. Plain data, which nobody may write to: it shares what is long. */
export interface RunSnapshot {
  readonly control: ControlSnapshot;
  readonly hosts: readonly PackedHost[];
  /** What the observers remember (checks, metrics), by their name. */
  readonly observers: Readonly<Record<string, unknown>>;
}

/** A judge or meter that watches a run from beside the conductor. Its state is plain data. */
export interface RunObserver extends Observer {
  readonly name: string;
  /** Plain data for the session, made on demand: small, it is asked for many times a second. */
  report(): unknown;
  /** Answers a question of the session that a report does not; plain data both ways. */
  answer?(question: unknown): unknown;
  capture(): unknown;
  restore(state: unknown): void;
}

export interface ExecutorStatus {
  readonly horizon: Micros;
  readonly height: number;
  readonly view: number;
  readonly active: readonly ActiveFaultEntry[];
  readonly finished: boolean;
  readonly reports: Readonly<Record<string, unknown>>;
  readonly work: Work;
  readonly events: number;
}

export interface ExecutorInfo {
  readonly kind: 'inprocess' | 'workers';
  readonly workers: number;
  readonly engine: Engine;
  readonly verifyAhead: boolean;
  /** Something people should know: a fallback, a restarted worker; null when all is as wanted. */
  readonly notice: string | null;
}

/** A step of a run that is let run ahead, with all it brought. */
export interface Turn extends Advance {
  /** Packed records since the last turn, or the last `takeSegments`. */
  readonly segments: readonly Segment[];
  /** Gives back the memory of the segments, which are empty from then on. */
  release(): void;
}

export interface Executor {
  readonly info: ExecutorInfo;
  readonly plan: RunPlan;
  readonly lookahead: Micros;
  advance(limit: AdvanceLimit): Promise<Advance>;
  /**
   * `advance` and `takeSegments` in one. More may be asked for before this one has answered: calls are answered in their
   * order, each from the barrier that the one before it left. Absent where nothing runs beside the caller.
   */
  turn?(limit: AdvanceLimit): Promise<Turn>;
  /** One event of the node whose turn it is; false when the run is over. */
  stepEvent(): Promise<boolean>;
  /** Puts a fault in at the horizon (`fault.at` must be it). */
  inject(fault: FaultPlan): Promise<void>;
  heal(fault: FaultPlan, at: Micros): Promise<void>;
  submit(submission: SubmissionPlan): Promise<void>;
  status(): Promise<ExecutorStatus>;
  /** Puts a question to the observer of that name; null when it has no answer. */
  ask(observer: string, question: unknown): Promise<unknown>;
  inspect(node: NodeIndex): Promise<HostReport | null>;
  fingerprint(): Promise<string>;
  capture(): Promise<RunSnapshot>;
  restore(snapshot: RunSnapshot): Promise<void>;
  /** Packed records since the last call, all nodes; the environment's included. */
  takeSegments(): Promise<readonly Segment[]>;
  /** Bytes of messages seen lately, for the inspector; null when no longer kept. */
  envelope(
    origin: NodeIndex,
    sequence: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly signature: Uint8Array; readonly claimedFrom: NodeIndex } | null>;
  /** Terminates the worker behind a node and brings in another; absent where there are no workers. */
  killWorker?(node: NodeIndex): Promise<void>;
  close(): Promise<void>;
}
