/** Snapshots of a session in storage: named ones, automatic ones while it plays, and taking a run up again. */
import { type Micros, msFromMicros } from '../core/time.ts';
import { TestnetError } from '../core/problem.ts';
import { PROTOCOLS } from '../protocols/registry.ts';
import { type Scenario, validateScenario } from '../scenario/index.ts';
import { showValue } from '../scenario/show.ts';
import { newId } from '../storage/open.ts';
import type { RunRecord, SnapshotRecord, Storage } from '../storage/types.ts';
import type { SnapshotInfo, Speed } from './api.ts';
import { Guard, type MakeLock } from './guard.ts';
import { newRunId } from './inputs.ts';
import { joinTrace, type Payload, readTrace } from './payload.ts';
import { ReviveError, readSaved, revive } from './revive.ts';
import { type OpenExecutor, Run, recordOf, type TraceBatch } from './run.ts';

export interface Resumed {
  readonly run: Run;
  readonly playing: boolean;
  readonly speed: Speed;
}

export interface SavedTrace {
  readonly scenario: Scenario;
  readonly trace: readonly TraceBatch[];
  readonly atMicros: Micros;
}

interface Kept {
  readonly info: SnapshotInfo;
  readonly record: SnapshotRecord;
  readonly trace: readonly TraceBatch[];
}

/** Begins the ids of snapshots that keep where a branch was left, one a run. */
const TIP = 'branch-';
/** Without storage, the branches left last are kept. */
const MEMORY_TIPS_MAX = 24;
const TRASH = 'branches-removed';
const AUTOSAVE_MS = 3_000;
/** Saving may take this share of the time at the most: one part in so many. */
const AUTOSAVE_SHARE = 20;

export class Archive {
  readonly #storage: Storage | null;
  readonly #autosave: boolean;
  readonly #guard: Guard;
  #nextAt = 0;
  #problem: string | null = null;
  /** Without storage snapshots live here. */
  readonly #memory = new Map<string, Kept>();
  readonly #memoryRuns = new Map<string, RunRecord>();
  #createdAt = 0;

  constructor(storage: Storage | null, autosave: boolean, makeLock: MakeLock) {
    this.#storage = storage;
    this.#autosave = autosave && storage !== null;
    this.#guard = new Guard(makeLock);
  }

  /** A sentence for people when saving does not work as usual; null when it does. */
  get notice(): string | null {
    return this.#problem ?? this.#guard.notice ?? this.#storage?.notice ?? null;
  }

  async newRun({ runId }: Run, parentRunId: string | null, forkedAtMicros: Micros | null): Promise<void> {
    // Runs of one millisecond must still come in the order in which they were made.
    this.#createdAt = Math.max(Date.now(), this.#createdAt + 1);
    await this.saveRunRecord({ runId, parentRunId, forkedAtMicros, name: null, createdAt: this.#createdAt });
  }

  async saveRunRecord(record: RunRecord): Promise<void> {
    if (this.#storage === null) this.#memoryRuns.set(record.runId, record);
    const done = await this.#storage?.saveRun(record);
    if (done?.ok === false) this.#problem = done.message;
  }

  /** Oldest first. */
  async runs(): Promise<readonly RunRecord[]> {
    return this.#storage === null ? [...this.#memoryRuns.values()] : this.#storage.listRuns();
  }

  /** The snapshots that somebody or the session took; those that only keep a branch are not among them. */
  async list(): Promise<readonly SnapshotInfo[]> {
    return (await this.infos()).filter(({ id }) => !id.startsWith(TIP));
  }

  /** All snapshots, newest first. */
  async infos(): Promise<readonly SnapshotInfo[]> {
    if (this.#storage !== null) return this.#storage.listSnapshots();
    return [...this.#memory.values()].map(({ info }) => info).reverse();
  }

  /** Keeps where a run stands, in the place of where it was kept before, so that it can be gone on with as a branch. */
  async keep(run: Run): Promise<void> {
    this.#memory.delete(`${TIP}${run.runId}`);
    await this.#store(run, null, false, `${TIP}${run.runId}`);
    const tips = [...this.#memory.keys()].filter((id) => id.startsWith(TIP));
    for (const id of tips.slice(0, Math.max(0, tips.length - MEMORY_TIPS_MAX))) this.#memory.delete(id);
  }

  /** Under which id a run can be gone on with here: its own, unless another tab keeps it. */
  async idToGoOn(runId: string): Promise<string> {
    return !this.#autosave || (await this.#guard.mayKeep(runId)) ? runId : newRunId();
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#storage?.deleteRun(runId);
    this.#memoryRuns.delete(runId);
    for (const [id, { record }] of this.#memory) if (record.runId === runId) this.#memory.delete(id);
  }

  /** Runs that were taken out of the tree and are to be deleted. */
  async loadTrash(): Promise<readonly string[]> {
    const saved = await this.#storage?.loadPreference(TRASH);
    return Array.isArray(saved) ? saved.filter((runId) => typeof runId === 'string') : [];
  }

  async saveTrash(runIds: readonly string[]): Promise<void> {
    const done = await this.#storage?.savePreference(TRASH, [...runIds]);
    if (done?.ok === false) this.#problem = done.message;
  }

  /** The scenario and trace of a snapshot, to be read and not to be run. */
  async readTraceOf(id: string): Promise<SavedTrace> {
    const kept = this.#memory.get(id);
    const record = kept?.record ?? (await this.#load(id));
    const trace = kept?.trace ?? (await this.#loadTrace(record));
    return { scenario: readSaved(record).scenario, trace, atMicros: record.atMicros };
  }

  /** Saves a snapshot at the run's horizon; resolves to its id. Rejects with code 'storage' when it could not. */
  async snapshot(run: Run, name: string | null): Promise<string> {
    const id = await this.#store(run, name, false);
    if (id === null) throw new TestnetError('storage', this.#problem ?? 'the snapshot could not be saved');
    return id;
  }

  /** Whether a run that plays is to be saved now. */
  get isDue(): boolean {
    return performance.now() >= this.#nextAt;
  }

  /** Saves the run so that a later visit can take it up here. Where it may not, the run still gets a point to rewind to. */
  async save(run: Run, playing: boolean, speed: Speed): Promise<void> {
    const began = performance.now();
    if (this.#storage === null || !this.#autosave || !(await this.#guard.mayKeep(run.runId))) {
      await run.capture();
    } else {
      const id = await this.#store(run, null, true);
      const last = { runId: run.runId, snapshotId: id ?? '', scenario: run.scenario, playing, speed };
      const done = id === null ? null : await this.#storage.saveLastSession(last);
      if (done?.ok === false) this.#problem = done.message;
    }
    const took = performance.now() - began;
    this.#nextAt = performance.now() + Math.max(AUTOSAVE_MS, took * AUTOSAVE_SHARE);
  }

  /** The run of the last visit, or null. What cannot be read starts over from its scenario. */
  async resume(freshRunId: string, openExecutor: OpenExecutor): Promise<Resumed | null> {
    const last = await this.#storage?.loadLastSession();
    if (last == null) return null;
    const { playing, speed } = last;
    // A run that another tab saves goes on here as a run of its own.
    const runId = this.#autosave && (await this.#guard.mayKeep(last.runId)) ? last.runId : freshRunId;
    try {
      return { run: await this.open(last.snapshotId, runId, openExecutor), playing, speed };
    } catch (error) {
      if (error instanceof TestnetError && error.code === 'worker') throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const validated = validateScenario(last.scenario, PROTOCOLS);
      if ('problems' in validated) {
        this.#problem = `The last run could not be read: ${reason}`;
        return null;
      }
      const run = await Run.open(freshRunId, validated.scenario, openExecutor);
      this.#problem = `The last run starts over: ${reason}`;
      return { run, playing, speed };
    }
  }

  /** Builds a run from a snapshot, under `runId`, with the trace that led to it. */
  async open(id: string, runId: string, openExecutor: OpenExecutor): Promise<Run> {
    const kept = this.#memory.get(id);
    const record = kept?.record ?? (await this.#load(id));
    const continues = runId === record.runId;
    try {
      const trace = kept?.trace ?? (await this.#loadTrace(record));
      const run = await revive(record, trace, runId, openExecutor);
      if (continues) this.#continue(run, readSaved(record).payload);
      else await this.newRun(run, record.runId, record.atMicros);
      return run;
    } catch (error) {
      if (!(error instanceof ReviveError)) throw error;
      throw new TestnetError('storage', `the snapshot cannot be restored: ${error.message}`, error.problems);
    }
  }

  close(): void {
    this.#memory.clear();
    this.#guard.release();
  }

  /** What storage holds of this very run need not be written again. */
  #continue({ runId, shelf, store }: Run, { tail, batches }: Payload): void {
    const isWhole = tail !== undefined && store.arena.fullCount >= batches;
    if (this.#storage !== null && isWhole) shelf.record.continueIn(this.#storage, runId, batches);
  }

  async #store(run: Run, name: string | null, automatic: boolean, id = newId()): Promise<string | null> {
    const saved = await run.save();
    if (this.#storage === null) {
      const trace = [await run.wholeTrace()];
      const record = recordOf(run, { id, name, automatic, payload: { ...saved, batches: trace.length } });
      this.#memory.set(id, { info: infoOf(record), record, trace });
      return id;
    }
    // Without its trace a snapshot is not worth keeping.
    const kept = await run.shelf.keepIn(this.#storage, run.runId);
    if (!kept.ok) {
      this.#problem = kept.message;
      return null;
    }
    const payload = { ...saved, batches: run.shelf.record.count, tail: run.tail() } satisfies Payload;
    const result = await this.#storage.saveSnapshot(recordOf(run, { id, name, automatic, payload }));
    this.#problem = result.ok ? null : result.message;
    return result.ok ? id : null;
  }

  async #load(id: string): Promise<SnapshotRecord> {
    const loaded = await this.#storage?.loadSnapshot(id);
    if (loaded?.ok === true) return loaded.record;
    if (loaded === undefined || loaded.reason === 'missing') {
      throw new TestnetError('not-found', `there is no snapshot ${showValue(id)}`);
    }
    throw new TestnetError('storage', loaded.message);
  }

  /** The trace up to a snapshot; without it the run still continues, only its past cannot be shown. */
  async #loadTrace(record: SnapshotRecord): Promise<readonly TraceBatch[]> {
    const { scenario, payload } = readSaved(record);
    const result = await this.#storage?.readTrace(record.runId, 0, payload.batches);
    if (result === undefined) return [];
    const put = result.ok ? joinTrace(result.segments, payload) : { problems: [] };
    const fields = PROTOCOLS.get(scenario.protocol.name)?.declaration.fields ?? [];
    const read =
      'problems' in put ? put : readTrace(put.batches, { fields, batches: put.expected, at: record.atMicros });
    if ('trace' in read) return read.trace;
    const reason = result.ok ? new ReviveError(read.problems).message : result.message;
    this.#problem = `The earlier trace could not be read: ${reason}`;
    return [];
  }
}

function infoOf(record: SnapshotRecord): SnapshotInfo {
  const { id, name, runId, scenarioName, atMicros, height, savedAt, automatic } = record;
  return { id, name, runId, scenarioName, atMs: msFromMicros(atMicros), height, savedAt, automatic, sizeBytes: 0 };
}
