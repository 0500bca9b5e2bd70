/**
 * What the page reads: a projection of the one trace at any moment, and a small live frame. Framework-free; components
 * reach it through the store in `ui/`. All times here are integer virtual µs unless the name says ms.
 */
import type { Formulas } from './formula-desk.ts';
import type { NodeIndex } from '../core/ids.ts';
import type { Micros } from '../core/time.ts';
import type { TraceEvent } from '../kernel/trace/events.ts';
import type { Declaration, PhaseRole } from '../protocols/protocol.ts';
import type { Scenario } from '../scenario/types.ts';
import type { Caught } from './catch.ts';
import type { Branches } from './branches/types.ts';
import type { ShardView } from './trace-view/crossing.ts';
import type { DiagramView } from './trace-view/diagram.ts';
export type { Band, Candidate, Cone, DiagramView, Mark, MarkKind, Stretch, VoteTally } from './trace-view/diagram.ts';
export type {
  HeldLock,
  LifeStep,
  LockWait,
  OpenTransaction,
  ShardMoment,
  ShardShape,
  ShardTotals,
  ShardView,
  TransactionLife,
  TransactionPart,
} from './trace-view/crossing.ts';
import type { ActiveFault, CheckResult, Metrics, RunStatus, Speed } from './api.ts';

/** Published at most once per animation frame, immutable; everything else is asked of `TraceView`. */
export interface Frame {
  readonly runId: string;
  readonly scenario: Scenario;
  readonly declaration: Declaration;
  readonly nodes: readonly {
    readonly id: string;
    readonly index: NodeIndex;
    readonly kind: 'validator' | 'client';
    readonly region: string;
    readonly stake: number;
    readonly suite: string;
  }[];
  readonly status: RunStatus;
  readonly speed: Speed;
  /** Where the run has got to. */
  readonly head: Micros;
  /** Where the views look: follows a paced head, or wherever somebody scrubbed to. */
  readonly playhead: Micros;
  readonly following: boolean;
  readonly eventCount: number;
  /** How much of the trace there is to look at. */
  readonly trace: {
    /** 0, unless nothing could take what was too much for memory: then the earliest moment that can still be shown. */
    readonly beginsAt: Micros;
    /** What the views looked at last is on its way back from storage; they show what is here and are drawn again. */
    readonly isLoading: boolean;
  };
  readonly height: number;
  readonly view: number;
  readonly leader: string | null;
  readonly fingerprint: string;
  readonly checks: readonly CheckResult[];
  readonly faults: readonly ActiveFault[];
  /** What was done by hand in this visit, oldest first: `undo` takes one back. */
  readonly interventions: readonly {
    readonly at: Micros;
    readonly kind: 'fault' | 'heal' | 'transaction';
    readonly text: string;
  }[];
  readonly metrics: Metrics;
  /** How the testnet runs: where nodes live and which engine signs and verifies. */
  readonly runtime: {
    readonly executor: 'inprocess' | 'workers';
    readonly workers: number;
    readonly suite: string;
    readonly engine: string;
    readonly verifyAhead: boolean;
    readonly notice: string | null;
  };
}

/** A copy on its way at the playhead. */
export interface Flight {
  readonly messageId: string;
  readonly from: NodeIndex;
  readonly to: NodeIndex;
  /** Position in `Declaration.messages`. */
  readonly type: number;
  /** In lives of transactions: the type of the message inside which it travels; absent where it travels by itself. */
  readonly carrier?: number;
  readonly sentAt: Micros;
  /** When it arrives; for a lost copy, when it would have; for a held one, Infinity. */
  readonly arrivesAt: Micros;
  readonly fate: 'delivered' | 'lost' | 'held';
  readonly bytes: number;
}

export interface NodeMoment {
  readonly alive: boolean;
  readonly byzantine: string | null;
  /** Values of `Declaration.fields`, by name. */
  readonly fields: Readonly<Record<string, number | string | boolean | null>>;
  /** When a field changed last. */
  readonly changedAt: Micros;
}

/** Distinct votes that a node holds for its most advanced open vote at the playhead. */
export interface QuorumProgress {
  readonly type: number;
  readonly phase: PhaseRole;
  readonly slot: number;
  readonly epoch: number;
  readonly digest: string;
  readonly voters: readonly NodeIndex[];
  readonly needed: number;
  /** When the quorum closed, or null while open. */
  readonly closedAt: Micros | null;
}

export type MarkerKind = 'decision' | 'viewChange' | 'fault' | 'heal' | 'violation' | 'evidence';

export interface Marker {
  readonly kind: MarkerKind;
  readonly at: Micros;
  readonly label: string;
  /** Position in the trace. */
  readonly seq: number;
}

export interface MessageDetails {
  readonly id: string;
  readonly from: string;
  readonly claimedFrom: string;
  readonly type: string;
  readonly label: string;
  readonly slot: number;
  readonly epoch: number;
  readonly digest: string;
  readonly sentAtMs: number;
  readonly bytes: number;
  /** The decoded message as JSON-like data, the raw bytes and the signature in hex; null when no longer kept in memory. */
  readonly content: unknown;
  readonly rawHex: string | null;
  readonly signatureHex: string | null;
  readonly signature: { readonly suite: string; readonly valid: boolean | null; readonly verifyMicros: Micros };
  readonly copies: readonly {
    readonly to: string;
    readonly arrivesAtMs: number | null;
    readonly fate: 'delivered' | 'lost' | 'held' | 'in flight' | 'refused';
    readonly reason: string | null;
  }[];
}

export interface TraceView extends DiagramView, ShardView {
  readonly head: Micros;
  readonly eventCount: number;
  /** Position of the first event at or after `at`. */
  positionAt(at: Micros): number;
  /** Events `from` ≤ seq < `to`, decoded; those that are not in memory are left out, and on their way. */
  events(from: number, to: number): readonly TraceEvent[];
  /** Copies on their way at `at`: sentAt ≤ at < arrivesAt (lost ones until where they vanish). */
  flights(at: Micros): readonly Flight[];
  nodeAt(node: NodeIndex, at: Micros): NodeMoment;
  quorumAt(node: NodeIndex, at: Micros): QuorumProgress | null;
  /** Ascending by time. */
  readonly markers: readonly Marker[];
  /** Pairs of nodes that a partition cuts at `at` (from cannot reach to). */
  cutsAt(at: Micros): readonly { readonly from: NodeIndex; readonly to: NodeIndex }[];
  faultsAt(at: Micros): readonly ActiveFault[];
  message(id: string): Promise<MessageDetails | null>;
  /** What it says alone, `MessageDetails.content`: nothing is read of the trace. Null when it is no longer kept in memory. */
  contentOf(id: string): Promise<unknown>;
  /** Blocks decided up to `at`, each with who decided it when. */
  blocksAt(at: Micros): readonly {
    readonly height: number;
    readonly digest: string;
    readonly epoch: number;
    readonly decidedBy: readonly { readonly node: NodeIndex; readonly at: Micros }[];
  }[];
  /** Throughput and latency over time, for charts: one sample per virtual second. */
  samples(): readonly {
    readonly second: number;
    readonly blocks: number;
    readonly transactions: number;
    readonly messages: number;
    readonly bytes: number;
    readonly latencyP50Ms: number | null;
    readonly latencyP95Ms: number | null;
  }[];
}

/** What a live session offers the page beyond `Testnet`. */
export interface LiveSession {
  /** The tree of runs that grows with every fork. */
  readonly branches: Branches;
  /** Temporal formulas judged besides the invariants. */
  readonly formulas: Formulas;
  /** Null before the first `load`. */
  frame(): Frame | null;
  /** Calls back after the frame changed; returns a function that stops. */
  subscribe(listener: () => void): () => void;
  /** The trace as views read it; `Testnet.trace(filter)` is the public call. */
  view(): TraceView;
  /** Moves the playhead; null follows the head again. */
  seek(at: Micros | null): void;
  /** Takes back `Frame.interventions[index]` and all after it: the run goes on from the moment before, as another one. */
  undo(index: number): Promise<{ readonly runId: string }>;
  /** Goes back to before a message was sent, has the network catch it, and runs to where the run was, as another one. */
  catchMessage(caught: Caught): Promise<{ readonly runId: string }>;
  /** Takes up the run of the last visit where it was saved; false when there is none. */
  resume(): Promise<boolean>;
  /** The run at its head as the bytes of a file: its scenario, its state and its trace. */
  exportRunFile(): Promise<Uint8Array>;
  /** Goes on with the run in a file. Rejects with code 'bad-input' and the problems; the run at hand then goes on. */
  importRunFile(bytes: Uint8Array): Promise<{ readonly runId: string; readonly nodes: readonly string[] }>;
  /** Terminates the worker behind a node, for tests: it is replaced and the run goes on as if nothing had happened. */
  killWorker(id: string): Promise<void>;
}
