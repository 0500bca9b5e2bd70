/** What the session can keep between visits. Framework-free; `openStorage` in `open.ts` makes one. */
import type { Micros } from '../core/time.ts';

/** Everything needed to continue a run from one barrier. */
export interface SnapshotRecord {
  /** Unique among all snapshots of this browser profile (see `newId`). */
  readonly id: string;
  /** What the user called it; null for unnamed ones. */
  readonly name: string | null;
  readonly runId: string;
  readonly scenarioName: string;
  /** The scenario with everything injected so far, as plain JSON data. Not interpreted here. */
  readonly scenario: unknown;
  readonly atMicros: Micros;
  /** Largest decided height at the barrier. */
  readonly height: number;
  /** Wall-clock ms since 1970, for people and for finding the newest. */
  readonly savedAt: number;
  /** Taken by the session on its own: kept in a ring, pruned when old. Named ones are never pruned by us. */
  readonly automatic: boolean;
  /** Plain data (see core/pack.ts), or bytes that the caller packed. Not interpreted here. */
  readonly payload: unknown;
}

/** What a list shows of a snapshot, readable without loading its payload. */
export interface SnapshotInfo {
  readonly id: string;
  readonly name: string | null;
  readonly runId: string;
  readonly scenarioName: string;
  /** Virtual ms. */
  readonly atMs: number;
  readonly height: number;
  /** Wall-clock ms since 1970, for people. */
  readonly savedAt: number;
  readonly automatic: boolean;
  readonly sizeBytes: number;
}

/** An operating failure: shown to the user, never thrown by the calls that return it. */
export interface StorageFailure {
  readonly ok: false;
  /**
   * quota: the browser's space for this site is used up, even after pruning. unavailable: the database cannot be reached.
   * invalid: what was given cannot be stored (not plain data, a name too long). order: a trace segment does not continue
   * the stored trace.
   */
  readonly reason: 'quota' | 'unavailable' | 'invalid' | 'order';
  /** One sentence for people. */
  readonly message: string;
  /** What this site uses and may use, in bytes, where the browser says so. */
  readonly usageBytes: number | null;
  readonly quotaBytes: number | null;
}

export type Done = { readonly ok: true } | StorageFailure;

export type SaveResult =
  | {
      readonly ok: true;
      readonly info: SnapshotInfo /** Ids of automatic snapshots that made room. */;
      readonly pruned: readonly string[];
    }
  | StorageFailure;

export type LoadResult =
  | { readonly ok: true; readonly record: SnapshotRecord }
  | {
      readonly ok: false;
      /** version: written by a newer release. unavailable: the database cannot be reached. */
      readonly reason: 'missing' | 'damaged' | 'version' | 'unavailable';
      readonly message: string;
    };

/** A stretch of one run's trace, `from` ≤ position < `to`, in the caller's packed form. Releases before pieces wrote longer ones. */
export interface TraceSegment {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

export type TraceResult =
  | {
      readonly ok: true /** Ascending and without gaps; may cover more than was asked for. */;
      readonly segments: readonly TraceSegment[];
    }
  | { readonly ok: false; readonly reason: 'damaged' | 'version' | 'unavailable'; readonly message: string };

/** Words of a trace that left memory, under its number. */
export interface TraceChunk {
  readonly chunk: number;
  readonly words: Uint32Array;
}

/** Where the last session stood, so that a killed tab resumes. */
export interface LastSession {
  readonly runId: string;
  readonly snapshotId: string;
  /** Plain JSON data, enough to start over when the snapshot cannot be read. */
  readonly scenario: unknown;
  readonly playing: boolean;
  readonly speed: number | 'max';
}

/** A scenario that the user keeps in their own library. */
export interface ScenarioEntry {
  readonly id: string;
  readonly name: string;
  /** The document as the user wrote it. */
  readonly text: string;
  /** Wall-clock ms since 1970. */
  readonly savedAt: number;
}

/** One run in the tree of branches. */
export interface RunRecord {
  readonly runId: string;
  /** The run it was forked from; null for a root. */
  readonly parentRunId: string | null;
  /** Where on the parent it was forked; null for a root. */
  readonly forkedAtMicros: Micros | null;
  readonly name: string | null;
  /** Wall-clock ms since 1970. */
  readonly createdAt: number;
}

export interface Usage {
  /** Bytes; null where the browser does not say. */
  readonly usageBytes: number | null;
  readonly quotaBytes: number | null;
}

/**
 * Calls with a result type never throw for an operating failure. The others (lists, deletes) reject with
 * `TestnetError` code `storage` when the database cannot be reached any more.
 */
export interface Storage {
  /** False when nothing outlives the page; `notice` then says why. */
  readonly persistent: boolean;
  /** A sentence for the user about the state of storage, or null when all is well. May change: see `onNotice`. */
  readonly notice: string | null;
  /** Calls back with every new notice; returns a function that stops. */
  onNotice(listener: (notice: string | null) => void): () => void;

  saveSnapshot(record: SnapshotRecord): Promise<SaveResult>;
  /** Newest first. */
  listSnapshots(): Promise<readonly SnapshotInfo[]>;
  loadSnapshot(id: string): Promise<LoadResult>;
  /** False when there was none. */
  deleteSnapshot(id: string): Promise<boolean>;

  /** Null forgets it. */
  saveLastSession(last: LastSession | null): Promise<Done>;
  loadLastSession(): Promise<LastSession | null>;

  /**
   * Adds pieces of a run's trace, the first at position `from`, all of them or none. Stored pieces at or after `from` are
   * replaced, since a run that was rewound writes its later trace anew; what then does not continue the end is refused (`order`).
   * The pieces are copied before the call returns.
   */
  appendTrace(runId: string, from: number, pieces: readonly Uint8Array[]): Promise<Done>;
  /** The stored segments that touch `from` ≤ p < `to`; none stored is an empty list. */
  readTrace(runId: string, from?: number, to?: number): Promise<TraceResult>;
  /** The piece at a position; null for what is missing, damaged or out of reach. */
  readPiece(runId: string, position: number): Promise<Uint8Array | null>;
  /** Gives a run the first `count` pieces of another one's trace, in the place of its own. */
  copyTrace(fromRunId: string, toRunId: string, count: number): Promise<Done>;

  /**
   * Puts chunks of the trace that is open now on a shelf of this tab, whose lock it holds (`tabLock`): all of them or none, and
   * nothing else is deleted to make room for them. Shelves whose tab is gone are cleared on the way.
   */
  writeChunks(shelf: string, chunks: readonly TraceChunk[]): Promise<Done>;
  /** In the order asked; null for what is missing, damaged or out of reach. */
  readChunks(shelf: string, chunks: readonly number[]): Promise<readonly (Uint32Array | null)[]>;
  /** Clears a shelf, or its chunks before `before`. Never rejects: what stays is cleared when the tab is gone. */
  dropChunks(shelf: string, before?: number): Promise<void>;

  /** `savedAt` is now unless given: handing back what `deleteScenario` returned undoes it exactly. */
  saveScenario(entry: Omit<ScenarioEntry, 'savedAt'> & { readonly savedAt?: number }): Promise<Done>;
  /** By name, then id. */
  listScenarios(): Promise<readonly ScenarioEntry[]>;
  /** The deleted entry, for undo; null when there was none. */
  deleteScenario(id: string): Promise<ScenarioEntry | null>;

  saveRun(run: RunRecord): Promise<Done>;
  /** Oldest first, so that a parent comes before its children. */
  listRuns(): Promise<readonly RunRecord[]>;
  /** The run, its snapshots (named ones too) and its trace. Its children become roots of the tree they hold. */
  deleteRun(runId: string): Promise<void>;

  /** Small plain data under a name, for example the theme. */
  savePreference(key: string, value: unknown): Promise<Done>;
  /** Undefined when never saved or damaged. */
  loadPreference(key: string): Promise<unknown>;

  usage(): Promise<Usage>;
  /** Deletes everything kept here. */
  clear(): Promise<void>;
  close(): void;
}
