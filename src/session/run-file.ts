/** A run as a file: its scenario, where it stands, and the trace that led there. */
import { TestnetError } from '../core/problem.ts';
import { exportRun, importRun } from '../storage/runFile.ts';
import type { SnapshotRecord } from '../storage/types.ts';
import { type FilePayload, readTrace } from './payload.ts';
import { ReviveError, readSaved, revive } from './revive.ts';
import { type OpenExecutor, type Run, recordOf } from './run.ts';
import { PROTOCOLS } from '../protocols/registry.ts';

/** The run at its horizon. */
export async function writeRunFile(run: Run): Promise<Uint8Array<ArrayBuffer>> {
  const saved = await run.save();
  const payload: FilePayload = { ...saved, batches: 1, trace: [await run.wholeTrace()] };
  return exportRun(recordOf(run, { id: `${run.runId}@${run.horizon}`, name: null, automatic: false, payload }));
}

/**
 * The run in a file that anybody may have made, as a run of its own.
 * @throws TestnetError `bad-input` with every problem, `worker` when no testnet can be opened
 */
export async function readRunFile(bytes: Uint8Array, runId: string, openExecutor: OpenExecutor): Promise<Run> {
  if (!(bytes instanceof Uint8Array))
    throw damaged([{ path: '', found: typeof bytes, expected: 'bytes of a run file' }]);
  const imported = importRun(bytes);
  if (!imported.ok) throw damaged(imported.problems);
  try {
    return await revive(imported.record, traceOf(imported.record), runId, openExecutor);
  } catch (error) {
    throw error instanceof ReviveError ? damaged(error.problems) : error;
  }
}

function traceOf(record: SnapshotRecord): FilePayload['trace'] {
  const { scenario, payload } = readSaved(record);
  const fields = PROTOCOLS.get(scenario.protocol.name)?.declaration.fields ?? [];
  const { trace } = payload as FilePayload;
  const read = readTrace(trace, { fields, batches: payload.batches, at: record.atMicros });
  if ('problems' in read) throw new ReviveError(read.problems);
  return read.trace;
}

function damaged(problems: ReviveError['problems']): TestnetError {
  return new TestnetError('bad-input', `this run file cannot be read: ${new ReviveError(problems).message}`, problems);
}
