/** What the parts of storage share: the backend, the order of writes, making room, and the notice to the user. */
import { TestnetError } from '../core/problem.ts';
import { type Backend, type Change, QuotaError, UnavailableError, UnreadableError } from './backend.ts';
import { readInfo, readRun } from './records.ts';
import { abandonedRuns, expendable, removableRuns, type Retention } from './retention.ts';
import type { RunRecord, SnapshotInfo, StorageFailure, Usage } from './types.ts';

/** What storage asks of the browser besides the database. */
export interface Environment {
  /** Wall-clock ms since 1970. */
  now(): number;
  estimate(): Promise<Usage>;
  /** Runs that some tab holds the lock of. */
  lockedRuns(): Promise<ReadonlySet<string>>;
}

/** The run that a write belongs to and the snapshot it saves: neither is deleted to make room for it. */
export interface Writer {
  readonly runId: string | null;
  readonly savingId: string | null;
}

export interface Context {
  readonly backend: Backend;
  readonly environment: Environment;
  readonly retention: Retention;
  readonly notice: Notice;
  /** Runs calls that change something one after the other. */
  enqueue<T>(work: () => Promise<T>): Promise<T>;
  /** Writes all changes or none; when space runs out, makes room and tries once more. */
  commit(
    changes: readonly Change[],
    writer: Writer,
  ): Promise<StorageFailure | { readonly ok: true; readonly pruned: readonly string[] }>;
  infos(): Promise<readonly SnapshotInfo[]>;
  runs(): Promise<readonly RunRecord[]>;
  /** Locked runs and the one this tab wrote to last. */
  runsInUse(): Promise<ReadonlySet<string>>;
  setCurrentRun(runId: string): void;
  /** Where the stored trace of runs ends that were appended to; forgotten when something else happens to them. */
  readonly traceEnds: Map<string, number>;
  /** The deletions that remove these snapshots, and what they leave without use. */
  removalsOf(gone: readonly SnapshotInfo[]): Promise<readonly Change[]>;
}

export function createContext(
  backend: Backend,
  environment: Environment,
  retention: Retention,
  notice: Notice,
): Context {
  let tail: Promise<unknown> = Promise.resolve();
  let currentRun: string | null = null;

  const context: Context = {
    backend,
    environment,
    retention,
    notice,
    traceEnds: new Map(),
    enqueue: (work) => {
      const result = tail.then(work);
      tail = result.catch(() => {});
      return result;
    },
    commit: async (changes, writer) => {
      try {
        const pruned = await writeMakingRoom(context, changes, writer);
        notice.set('saving', null);
        return { ok: true, pruned };
      } catch (error) {
        return failureOf(context, error);
      }
    },
    infos: async () => (await backend.values('snapshots')).map(readInfo).filter((info) => info !== null),
    runs: async () => (await backend.values('runs')).map(readRun).filter((run) => run !== null),
    runsInUse: async () => {
      const inUse = new Set(await environment.lockedRuns());
      if (currentRun !== null) inUse.add(currentRun);
      return inUse;
    },
    setCurrentRun: (runId) => {
      currentRun = runId;
    },
    removalsOf: async (gone) => {
      const changes: Change[] = gone.flatMap(({ id }) => [
        { kind: 'remove', store: 'snapshots', key: id },
        { kind: 'remove', store: 'snapshotBytes', key: id },
      ]);
      const abandoned = abandonedRuns(await context.infos(), gone, await context.runsInUse());
      for (const runId of abandoned) {
        context.traceEnds.delete(runId);
        for (const key of await backend.traceKeys(runId)) changes.push({ kind: 'remove', store: 'trace', key });
      }
      for (const key of removableRuns(await context.runs(), abandoned))
        changes.push({ kind: 'remove', store: 'runs', key });
      return changes;
    },
  };
  return context;
}

/** Ids of the snapshots that were deleted to make room. */
async function writeMakingRoom(
  context: Context,
  changes: readonly Change[],
  writer: Writer,
): Promise<readonly string[]> {
  try {
    await context.backend.write(changes);
    return [];
  } catch (error) {
    if (!(error instanceof QuotaError)) throw error;
    const gone = expendable(await context.infos(), writer.runId, writer.savingId, await context.runsInUse());
    if (gone.length === 0) throw error;
    await context.backend.write(await context.removalsOf(gone));
    await context.backend.write(changes);
    return gone.map((info) => info.id);
  }
}

/** The result value for an error of the backend; other errors are bugs and pass through. */
export async function failureOf(context: Context, error: unknown): Promise<StorageFailure> {
  if (error instanceof QuotaError) {
    const usage = await context.environment.estimate();
    const full = `The browser's space for this site is used up${describeUsage(usage)}.`;
    const message = `${full} The run goes on, but is not saved: delete snapshots or free disk space.`;
    context.notice.set('saving', message);
    return { ok: false, reason: 'quota', message, ...usage };
  }
  if (error instanceof UnavailableError || error instanceof UnreadableError) {
    context.notice.set('saving', error.message);
    return failure('unavailable', error.message);
  }
  throw error;
}

export function failure(reason: StorageFailure['reason'], message: string): StorageFailure {
  return { ok: false, reason, message, usageBytes: null, quotaBytes: null };
}

/** For calls without a result type: the same failures as an error of the public contract. */
export async function orThrow<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof QuotaError || error instanceof UnavailableError || error instanceof UnreadableError) {
      throw new TestnetError('storage', error.message);
    }
    throw error;
  }
}

function describeUsage({ usageBytes, quotaBytes }: Usage): string {
  if (usageBytes === null || quotaBytes === null) return '';
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  return ` (${megabytes(usageBytes)} of ${megabytes(quotaBytes)})`;
}

/** Sentences for the user: on the connection (stays) and on the last attempt to save. The first is shown if there are both. */
export interface Notice {
  readonly text: string | null;
  set(source: 'connection' | 'saving', text: string | null): void;
  listen(listener: (text: string | null) => void): () => void;
}

export function createNotice(): Notice {
  const texts: { connection: string | null; saving: string | null } = { connection: null, saving: null };
  const listeners = new Set<(text: string | null) => void>();
  const shown = () => texts.connection ?? texts.saving;
  return {
    get text() {
      return shown();
    },
    set: (source, text) => {
      const before = shown();
      texts[source] = text;
      if (shown() !== before) for (const listener of [...listeners]) listener(shown());
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
