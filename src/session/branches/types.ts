/** The tree of runs that grows when somebody goes back and continues differently, as a live session offers it. */
import type { Micros } from '../../core/time.ts';
import type { TraceEvent } from '../../kernel/trace/events.ts';

/** One branch: a run that can be gone on with. */
export interface BranchInfo {
  readonly runId: string;
  /** The nearest ancestor that is listed too; null for a root. */
  readonly parentRunId: string | null;
  /** Levels below its root. */
  readonly depth: number;
  /** Where on its parent it begins, virtual ms; null for a root. */
  readonly forkedAtMs: number | null;
  /** What somebody called it; null for none. */
  readonly name: string | null;
  readonly scenarioName: string;
  /** How far it has got, virtual ms, and its largest decided height. */
  readonly atMs: number;
  readonly height: number;
  /** Wall-clock ms since 1970, for people. */
  readonly createdAt: number;
  /** The run at hand. */
  readonly isCurrent: boolean;
  /** Shares a root with the run at hand. */
  readonly isInCurrentTree: boolean;
}

/** What is compared: a branch, or the scenario at hand with another seed, run as far as the run at hand has got. */
export type Side = { readonly runId: string } | { readonly seed: number };

export interface SideInfo {
  readonly title: string;
  /** How far it has got, virtual ms. */
  readonly atMs: number;
  readonly eventCount: number;
}

/** Two events at one place in the order (time, node, place in the node's stream); null: there is none there. */
export interface ComparedEvents {
  readonly left: TraceEvent | null;
  readonly right: TraceEvent | null;
  readonly isSame: boolean;
}

/** What one side decided for a slot: every hash with when it was decided first and by how many nodes. */
export type SlotDecisions = readonly { readonly digest: string; readonly at: Micros; readonly nodeCount: number }[];

export interface ComparedSlot {
  readonly slot: number;
  readonly left: SlotDecisions;
  readonly right: SlotDecisions;
  readonly verdict: 'same' | 'different' | 'left only' | 'right only';
}

export interface Comparison {
  readonly left: SideInfo;
  readonly right: SideInfo;
  /** Only events before this are compared: as far as both have got, virtual ms. */
  readonly untilMs: number;
  /** How many events from the beginning on are the same. */
  readonly commonCount: number;
  /** The first event that differs; null when there is none before `untilMs`. */
  readonly firstAtMs: number | null;
  /** The last common events, the first that differs, and what follows on both sides. */
  readonly rows: readonly ComparedEvents[];
  /** Slots that either side decided before `untilMs`, ascending. */
  readonly slots: readonly ComparedSlot[];
}

export interface Branches {
  /** Parents before their children, roots oldest first. */
  list(): Promise<readonly BranchInfo[]>;
  /** Goes on with another branch where it was left. Rejects with code 'not-found' when there is no such branch. */
  switchTo(runId: string): Promise<{ readonly runId: string }>;
  /** Null takes the name away. Rejects with code 'bad-input' for a name that is too long. */
  rename(runId: string, name: string | null): Promise<void>;
  /** Takes a branch out of the list; it is deleted for good with the next visit. The run at hand cannot be removed. */
  remove(runId: string): Promise<void>;
  /** Puts a branch back that was removed in this visit. */
  undoRemove(runId: string): Promise<void>;
  compare(left: Side, right: Side): Promise<Comparison>;
}
