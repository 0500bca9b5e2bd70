/** Checks what comes back from the database or a file: both can hold anything. */
import { z } from 'zod';
import type { Problem } from '../core/problem.ts';
import { msFromMicros } from '../core/time.ts';
import type { LastSession, RunRecord, ScenarioEntry, SnapshotInfo, SnapshotRecord } from './types.ts';

const id = z.string().min(1).max(200);
const label = z.string().max(1000);
const micros = z.int().nonnegative();
const count = z.int().nonnegative();
/** Wall-clock ms; within what a Date can show. */
const wallMs = z.number().min(0).max(8.64e15);

const snapshotRecord = z.strictObject({
  id,
  name: label.nullable(),
  runId: id,
  scenarioName: label,
  scenario: z.unknown(),
  atMicros: micros,
  height: count,
  savedAt: wallMs,
  automatic: z.boolean(),
  payload: z.unknown(),
});

const snapshotInfo = z.strictObject({
  id,
  name: label.nullable(),
  runId: id,
  scenarioName: label,
  atMs: z.number().nonnegative(),
  height: count,
  savedAt: wallMs,
  automatic: z.boolean(),
  sizeBytes: count,
});

const scenarioEntry = z.strictObject({ id, name: label, text: z.string(), savedAt: wallMs });

const runRecord = z.strictObject({
  runId: id,
  parentRunId: id.nullable(),
  forkedAtMicros: micros.nullable(),
  name: label.nullable(),
  createdAt: wallMs,
});

const lastSession = z.strictObject({
  runId: id,
  snapshotId: id,
  scenario: z.unknown(),
  playing: z.boolean(),
  speed: z.union([z.number().positive(), z.literal('max')]),
});

export type RecordResult =
  | { readonly ok: true; readonly record: SnapshotRecord }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A snapshot record, or everything that is wrong with the value. */
export function readRecord(value: unknown): RecordResult {
  const parsed = snapshotRecord.safeParse(value);
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map((issue) => problemOf(issue, value)) };
  // Not the parsed copy: the value itself keeps payloads as they are.
  return { ok: true, record: value as SnapshotRecord };
}

export function readInfo(value: unknown): SnapshotInfo | null {
  return snapshotInfo.safeParse(value).data ?? null;
}

export function readScenario(value: unknown): ScenarioEntry | null {
  return scenarioEntry.safeParse(value).data ?? null;
}

export function readRun(value: unknown): RunRecord | null {
  return runRecord.safeParse(value).data ?? null;
}

export function readLastSession(value: unknown): LastSession | null {
  return lastSession.safeParse(value).data ?? null;
}

/** What a list shows of a record whose sealed form has this size. */
export function infoOf(record: SnapshotRecord, sizeBytes: number): SnapshotInfo {
  const { id: snapshotId, name, runId, scenarioName, atMicros, height, savedAt, automatic } = record;
  return {
    id: snapshotId,
    name,
    runId,
    scenarioName,
    atMs: msFromMicros(atMicros),
    height,
    savedAt,
    automatic,
    sizeBytes,
  };
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): Problem {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return { path, found: `unknown fields ${issue.keys.join(', ')}`, expected: 'only known ones' };
  let found: unknown = value;
  for (const step of issue.path) found = (found as Record<PropertyKey, unknown> | null | undefined)?.[step];
  return { path, found: summaryOf(found), expected: issue.message };
}

function summaryOf(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 60 ? `a text of ${value.length} characters` : JSON.stringify(value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'undefined')
    return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
