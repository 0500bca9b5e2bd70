/** The public contract of a testnet: `window.testnet` in the page, the same object in Node. Times are virtual ms. */
import type { FaultInput, Scenario, ScenarioInput } from '../scenario/types.ts';
import type { TraceEvent, ReservedKind, TraceEventKind } from '../kernel/trace/events.ts';
import type { NodeKnowledge } from '../protocols/protocol.ts';
import type { SnapshotInfo } from '../storage/types.ts';

export type Speed = number | 'max';
export type StepUnit = 'event' | 'message' | 'window' | 'phase' | 'decision';
export type RunStatus = 'empty' | 'paused' | 'playing' | 'running' | 'finished' | 'failed';
export type Verdict = 'holds' | 'pending' | 'violated';

export interface CheckResult {
  readonly name: string;
  readonly kind: 'invariant' | 'ltl' | 'petri';
  readonly verdict: Verdict;
  /** Virtual ms of the violation; null otherwise. */
  readonly atMs: number | null;
  readonly detail: string;
}

export interface NodeSummary {
  readonly id: string;
  readonly kind: 'validator' | 'client';
  readonly alive: boolean;
  readonly byzantine: boolean;
  readonly role: string;
  readonly view: number;
  readonly height: number;
  readonly phase: string;
}

export interface ActiveFault {
  readonly id: string;
  readonly kind: string;
  readonly targets: readonly string[];
  readonly text: string;
  readonly sinceMs: number;
}

export interface TestnetState {
  readonly timeMs: number;
  readonly status: RunStatus;
  /** The largest height that any correct node decided. */
  readonly height: number;
  readonly decided: Readonly<Record<string, readonly { readonly height: number; readonly hash: string }[]>>;
  readonly leader: string | null;
  readonly view: number;
  readonly nodes: readonly NodeSummary[];
  readonly faults: readonly ActiveFault[];
}

export interface NodeDetails extends NodeKnowledge {
  readonly id: string;
  /** Same as `epoch`, under the names of the protocols. */
  readonly view: number;
  readonly alive: boolean;
  readonly byzantine: boolean;
  readonly timers: readonly { readonly timer: string; readonly dueMs: number }[];
  readonly cpuBusyUntilMs: number;
  readonly inboxLength: number;
}

export interface TransactionStatus {
  readonly id: string;
  readonly status: 'submitted' | 'included' | 'decided' | 'refused' | 'unknown';
  readonly shards: readonly string[];
  readonly phase: string;
  readonly times: {
    readonly submittedMs: number | null;
    readonly proposedMs: number | null;
    readonly decidedMs: number | null;
  };
  readonly block: { readonly height: number; readonly hash: string } | null;
  /** Where transactions cross shards, once the first shard has ended it: which have, and their share, 0 … 1. */
  readonly perShard?: readonly { readonly shard: string; readonly ended: boolean }[];
  readonly complete?: number;
}

export interface Metrics {
  readonly timeMs: number;
  readonly blocks: number;
  readonly transactions: number;
  readonly blocksPerSecond: number;
  readonly transactionsPerSecond: number;
  /** From proposal to each correct node's decision, virtual ms. */
  readonly blockLatencyMs: Percentiles;
  /** From a client's submission to the first decision by a correct node, virtual ms. */
  readonly transactionLatencyMs: Percentiles;
  readonly messages: Readonly<Record<string, { readonly count: number; readonly bytes: number }>>;
  readonly messagesTotal: number;
  readonly bytesTotal: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly viewChanges: number;
  readonly signatures: { readonly made: number; readonly verified: number; readonly cpuMs: number };
  readonly health: Health;
}

export interface Health {
  readonly status: 'healthy' | 'degraded';
  /** What is wrong, over all monitors. */
  readonly reasons: readonly string[];
  /** The five questions asked of every run. */
  readonly monitors: readonly HealthMonitor[];
}

export interface HealthMonitor {
  readonly name: 'leader' | 'latency' | 'participation' | 'progress' | 'byzantine';
  readonly title: string;
  readonly verdict: 'healthy' | 'degraded' | 'failing';
  /** What was measured, for people. */
  readonly reading: string;
  readonly reasons: readonly string[];
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export type { SnapshotInfo };

export interface RunUntil {
  readonly ms?: number;
  readonly height?: number;
  /** A transaction id, or a node id that must decide next. */
  readonly decided?: string;
  readonly ltl?: string;
}

export interface TransactionInput {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  readonly client?: string;
}

export interface TestnetEvents {
  readonly decision: { readonly node: string; readonly height: number; readonly hash: string; readonly atMs: number };
  readonly viewChange: { readonly node: string; readonly view: number; readonly atMs: number };
  readonly fault: {
    readonly kind: 'fault' | 'heal';
    readonly id: string;
    readonly text: string;
    readonly atMs: number;
  };
  readonly violation: CheckResult;
  readonly window: { readonly timeMs: number; readonly height: number };
}

export interface Testnet {
  load(scenario: ScenarioInput | string): Promise<{ readonly runId: string; readonly nodes: readonly string[] }>;
  play(options?: { readonly speed?: Speed }): Promise<void>;
  pause(): Promise<void>;
  step(unit?: StepUnit): Promise<{ readonly timeMs: number }>;
  runUntil(goal: RunUntil, options?: { readonly maxMs?: number }): Promise<TestnetState>;
  inject(fault: FaultInput): Promise<string>;
  heal(faultId: string): Promise<void>;
  submit(transaction: TransactionInput): Promise<string>;
  state(): Promise<TestnetState>;
  node(id: string): Promise<NodeDetails>;
  transaction(id: string): Promise<TransactionStatus>;
  trace(filter?: TraceFilter): Promise<readonly TraceEvent[]>;
  checks(): Promise<readonly CheckResult[]>;
  metrics(): Promise<Metrics>;
  fingerprint(): Promise<string>;
  snapshot(name?: string): Promise<string>;
  snapshots(): Promise<readonly SnapshotInfo[]>;
  restore(id: string): Promise<void>;
  fork(from: string | { readonly atMs: number }): Promise<{ readonly runId: string }>;
  scenario(): Promise<Scenario>;
  /** `format`: one of `EXPORT_FORMATS`; `options` restricts those that follow time to a window of it. */
  export(format: string, options?: ExportOptions): Promise<string>;
  /** Returns a function that stops listening. */
  on<K extends keyof TestnetEvents>(event: K, listener: (payload: TestnetEvents[K]) => void): () => void;
  close(): Promise<void>;
}

/** The part of the run to export, virtual ms; from the start to the end where not said. `toMs` is exclusive. */
export interface ExportOptions {
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface TraceFilter {
  readonly fromMs?: number;
  readonly toMs?: number;
  /** `slash` and `parameter` may be named, and find nothing yet. */
  readonly kinds?: readonly (TraceEventKind | ReservedKind)[];
  readonly nodes?: readonly string[];
  readonly limit?: number;
}
