/** The tree of branches, from what storage keeps of runs and snapshots. Pure. */
import { type Micros, msFromMicros } from '../../core/time.ts';
import type { RunRecord, SnapshotInfo } from '../../storage/types.ts';
import type { BranchInfo } from './types.ts';

/** The run at hand, which may be ahead of its newest snapshot. */
export interface CurrentRun {
  readonly runId: string;
  readonly scenarioName: string;
  readonly atMicros: Micros;
  readonly height: number;
}

/** The newest snapshot of a run, by when it was saved; null without any. */
export function newestOf(runId: string, snapshots: readonly SnapshotInfo[]): SnapshotInfo | null {
  let newest: SnapshotInfo | null = null;
  for (const info of snapshots)
    if (info.runId === runId && (newest === null || info.savedAt > newest.savedAt)) newest = info;
  return newest;
}

/** Runs that can be gone on with, parents before their children; `removed` ones and those without a snapshot are left out. */
export function branchTree(
  runs: readonly RunRecord[],
  snapshots: readonly SnapshotInfo[],
  current: CurrentRun | null,
  removed: ReadonlySet<string>,
): readonly BranchInfo[] {
  const records = new Map(runs.map((run) => [run.runId, run]));
  const shown = runs.filter((run) => {
    if (run.runId === current?.runId) return true;
    return !removed.has(run.runId) && newestOf(run.runId, snapshots) !== null;
  });
  const isShown = new Set(shown.map(({ runId }) => runId));
  const parents = new Map(shown.map((run) => [run.runId, shownParent(run, records, isShown)]));
  const rootOf = (runId: string): string => {
    let root = runId;
    for (let up = parents.get(root); up != null; up = parents.get(root)) root = up;
    return root;
  };
  const currentRoot = current === null ? null : rootOf(current.runId);
  const listed: BranchInfo[] = [];
  const visit = (parent: string | null, depth: number): void => {
    for (const run of shown) {
      if (parents.get(run.runId) !== parent) continue;
      const isInCurrentTree = rootOf(run.runId) === currentRoot;
      listed.push({ ...describe(run, snapshots, current), parentRunId: parent, depth, isInCurrentTree });
      visit(run.runId, depth + 1);
    }
  };
  visit(null, 0);
  return listed;
}

/** The nearest listed ancestor. A damaged database may hold a circle: whoever is met twice is the end. */
function shownParent(
  run: RunRecord,
  records: ReadonlyMap<string, RunRecord>,
  isShown: ReadonlySet<string>,
): string | null {
  const met = new Set([run.runId]);
  for (let up = run.parentRunId; up !== null && !met.has(up); up = records.get(up)?.parentRunId ?? null) {
    if (isShown.has(up) && !leadsTo(up, run.runId, records)) return up;
    met.add(up);
  }
  return null;
}

/** Whether `runId` is among the ancestors of `from`: then neither can be the other's parent. */
function leadsTo(from: string, runId: string, records: ReadonlyMap<string, RunRecord>): boolean {
  const met = new Set<string>();
  for (let up: string | null = from; up !== null && !met.has(up); up = records.get(up)?.parentRunId ?? null) {
    if (up === runId) return true;
    met.add(up);
  }
  return false;
}

function describe(run: RunRecord, snapshots: readonly SnapshotInfo[], current: CurrentRun | null) {
  const newest = newestOf(run.runId, snapshots);
  const live = current?.runId === run.runId ? current : null;
  return {
    runId: run.runId,
    forkedAtMs: run.forkedAtMicros === null ? null : msFromMicros(run.forkedAtMicros),
    name: run.name,
    scenarioName: live?.scenarioName ?? newest?.scenarioName ?? '',
    atMs: live === null ? (newest?.atMs ?? 0) : msFromMicros(live.atMicros),
    height: live?.height ?? newest?.height ?? 0,
    createdAt: run.createdAt,
    isCurrent: live !== null,
  };
}
