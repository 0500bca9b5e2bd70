/** A run as a file, `*.testnet-run`: one snapshot record, packed and sealed (see seal.ts). */
import type { Problem } from '../core/problem.ts';
import { TestnetError } from '../core/problem.ts';
import { SEAL_KIND, seal } from './seal.ts';
import { openRecord, packRecord } from './snapshots.ts';
import type { SnapshotRecord } from './types.ts';

export type ImportResult =
  | { readonly ok: true; readonly record: SnapshotRecord }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** @throws TestnetError `internal` when the record is not plain data */
export function exportRun(record: SnapshotRecord): Uint8Array<ArrayBuffer> {
  const packed = packRecord(record);
  if (!packed.ok) throw new TestnetError('internal', `The run cannot be exported: ${packed.message}.`);
  return seal(SEAL_KIND.runFile, packed.bytes);
}

/**
 * The record in a file that anybody may have made. Never throws; time and memory are linear in the file's size. What it says
 * of itself (scenario, payload) is not looked into: validate it before use, and give it an id of your own before saving.
 */
export function importRun(bytes: Uint8Array): ImportResult {
  const opened = openRecord(SEAL_KIND.runFile, bytes);
  return opened.ok ? opened : { ok: false, problems: opened.problems };
}
