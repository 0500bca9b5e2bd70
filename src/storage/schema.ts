/** How the database grew, one step a version. A new profile runs all of them, an old one those it has not seen. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import { readInfo } from './records.ts';

interface Records extends DBSchema {
  /** Snapshot id → SnapshotInfo. */
  snapshots: { key: string; value: unknown };
  /** Snapshot id → sealed pack of a SnapshotRecord, one value each: many keys are 3–4 times slower. */
  snapshotBytes: { key: string; value: unknown };
  /** `lastSession`, `preference:<key>` → sealed pack. */
  settings: { key: string; value: unknown };
  /** Scenario id → ScenarioEntry. */
  scenarios: { key: string; value: unknown };
  /** Run id → RunRecord. */
  runs: { key: string; value: unknown };
  /** [run id, from, to] → sealed bytes of the caller. */
  trace: { key: [string, number, number]; value: unknown };
  /** [shelf, number of the chunk] → sealed words of a trace that is open in some tab. */
  chunks: { key: [string, number]; value: unknown };
}

export type { Records };
export type Database = IDBPDatabase<Records>;
export type Upgrade = IDBPTransaction<Records, StoreNames<Records>[], 'versionchange'>;

type Step = (database: Database, upgrade: Upgrade) => Promise<void>;

/** Step i leads from version i to i + 1. Never change one that was released; append. */
const STEPS: readonly Step[] = [
  async (database) => {
    for (const store of ['snapshots', 'snapshotBytes', 'settings', 'scenarios'] as const)
      database.createObjectStore(store);
  },
  async (database, upgrade) => {
    database.createObjectStore('trace');
    const runs = database.createObjectStore('runs');
    // Snapshots from before the tree of branches: each of their runs is a root, as old as its oldest snapshot.
    const createdAt = new Map<string, number>();
    for (const value of await upgrade.objectStore('snapshots').getAll()) {
      const info = readInfo(value);
      if (info !== null) createdAt.set(info.runId, Math.min(info.savedAt, createdAt.get(info.runId) ?? Infinity));
    }
    for (const [runId, at] of createdAt) {
      await runs.put({ runId, parentRunId: null, forkedAtMicros: null, name: null, createdAt: at }, runId);
    }
  },
  async (database) => {
    database.createObjectStore('chunks');
  },
];

export const DATABASE_VERSION = STEPS.length;

/** Brings a database from one version to another, inside its upgrade transaction. */
export async function upgradeDatabase(database: Database, from: number, to: number, upgrade: Upgrade): Promise<void> {
  for (const step of STEPS.slice(from, to)) await step(database, upgrade);
}
