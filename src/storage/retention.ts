/** Which automatic snapshots make room for newer ones. Pure; the caller deletes. Named snapshots are never chosen. */
import type { RunRecord, SnapshotInfo } from './types.ts';

export interface Retention {
  /** Newest automatic snapshots kept of each run. */
  readonly automaticPerRun: number;
  /** Newest runs whose automatic snapshots are kept. */
  readonly automaticRuns: number;
}

export const RETENTION: Retention = { automaticPerRun: 5, automaticRuns: 3 };

/**
 * The automatic snapshots that go when `saved` has been added to `infos` (which contain it): all but the newest few of its
 * run, and all of runs that are neither among the newest few, nor its own, nor in use.
 */
export function surplus(
  infos: readonly SnapshotInfo[],
  saved: SnapshotInfo,
  runsInUse: ReadonlySet<string>,
  retention: Retention = RETENTION,
): readonly SnapshotInfo[] {
  const automatic = newestFirst(infos, saved).filter((info) => info.automatic);
  const runs = new Set([saved.runId, ...automatic.map((info) => info.runId)]);
  const kept = new Set([...runs].slice(0, retention.automaticRuns));
  const own = automatic.filter((info) => info.runId === saved.runId).slice(retention.automaticPerRun);
  return [...own, ...automatic.filter((info) => !kept.has(info.runId) && !runsInUse.has(info.runId))];
}

/**
 * What may go when space has run out: every automatic snapshot except the newest of `ownRunId` and of each run in use, and
 * except `savingId`, which is about to be written.
 */
export function expendable(
  infos: readonly SnapshotInfo[],
  ownRunId: string | null,
  savingId: string | null,
  runsInUse: ReadonlySet<string>,
): readonly SnapshotInfo[] {
  const spared = new Set<string>();
  return newestFirst(infos, null).filter((info) => {
    if (!info.automatic || info.id === savingId) return false;
    const active = info.runId === ownRunId || runsInUse.has(info.runId);
    if (!active || spared.has(info.runId)) return true;
    spared.add(info.runId);
    return false;
  });
}

/** Runs whose last snapshots are `gone`: their trace has nothing left to continue from. */
export function abandonedRuns(
  infos: readonly SnapshotInfo[],
  gone: readonly SnapshotInfo[],
  runsInUse: ReadonlySet<string>,
): readonly string[] {
  const goneIds = new Set(gone.map((info) => info.id));
  const alive = new Set(infos.filter((info) => !goneIds.has(info.id)).map((info) => info.runId));
  return [...new Set(gone.map((info) => info.runId))].filter((runId) => !alive.has(runId) && !runsInUse.has(runId));
}

/** Of the abandoned runs those whose entry in the tree can go: without a name, and without children that stay. */
export function removableRuns(runs: readonly RunRecord[], abandoned: readonly string[]): readonly string[] {
  const removable = new Set(abandoned);
  for (const run of runs) if (run.name !== null) removable.delete(run.runId);
  let before = -1;
  while (removable.size !== before) {
    before = removable.size;
    for (const run of runs)
      if (run.parentRunId !== null && !removable.has(run.runId)) removable.delete(run.parentRunId);
  }
  return [...removable];
}

/** By wall clock, newest first; of equals the one just saved leads, then by id, so that the order is total. */
export function newestFirst(infos: readonly SnapshotInfo[], saved: SnapshotInfo | null): readonly SnapshotInfo[] {
  const first = (info: SnapshotInfo) => (saved !== null && info.id === saved.id ? 0 : 1);
  return [...infos].sort(
    (a, b) => b.savedAt - a.savedAt || first(a) - first(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
  );
}
