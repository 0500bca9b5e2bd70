import { describeProblem } from '../core/problem.ts';
import { type Change, QuotaError, UnavailableError, UnreadableError } from './backend.ts';
import { type Context, failure, failureOf } from './context.ts';
import { SEAL_KIND, sealMuch, unseal } from './seal.ts';
import type { Done, Storage, TraceResult, TraceSegment } from './types.ts';

export function traceCalls(context: Context): Pick<Storage, 'appendTrace' | 'readTrace'> {
  return {
    appendTrace: (runId, from, to, bytes) => {
      // Copied before the queue: the caller may reuse its buffer as soon as this call returned.
      const sealing = sealMuch(SEAL_KIND.trace, bytes);
      return context.enqueue(async () => append(context, runId, from, to, await sealing));
    },
    readTrace: (runId, from = 0, to = Infinity) => read(context, runId, from, to),
  };
}

async function append(context: Context, runId: string, from: number, to: number, sealed: Uint8Array): Promise<Done> {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from < to)) {
    return failure('order', `A trace segment from ${from} to ${to} is not a stretch of a trace.`);
  }
  context.setCurrentRun(runId);
  try {
    const keys = await context.backend.traceKeys(runId);
    const last = keys.filter((key) => key[1] < from).at(-1);
    if (last !== undefined && last[2] !== from) {
      return failure(
        'order',
        `The stored trace of this run ends at ${last[2]}; a segment from ${from} does not continue it.`,
      );
    }
    const changes: Change[] = keys
      .filter((key) => key[1] >= from)
      .map((key) => ({ kind: 'remove', store: 'trace', key }));
    changes.push({ kind: 'put', store: 'trace', key: [runId, from, to], value: sealed });
    const written = await context.commit(changes, { runId, savingId: null });
    return written.ok ? { ok: true } : written;
  } catch (error) {
    return failureOf(context, error);
  }
}

async function read(context: Context, runId: string, from: number, to: number): Promise<TraceResult> {
  try {
    const segments: TraceSegment[] = [];
    for (const key of await context.backend.traceKeys(runId)) {
      if (key[2] <= from || key[1] >= to) continue;
      const before = segments.at(-1);
      if (before !== undefined && before.to !== key[1])
        return damaged(`nothing is stored from ${before.to} to ${key[1]}`);
      const sealed = await context.backend.get('trace', key);
      if (!(sealed instanceof Uint8Array)) return damaged(`the segment from ${key[1]} is gone`);
      const opened = unseal(SEAL_KIND.trace, sealed);
      if (!opened.ok)
        return { ...damaged(`segment from ${key[1]}: ${describeProblem(opened.problem)}`), reason: opened.reason };
      segments.push({ from: key[1], to: key[2], bytes: opened.content.slice() });
    }
    return { ok: true, segments };
  } catch (error) {
    if (error instanceof UnreadableError) return damaged(`the browser cannot read it back (${error.message})`);
    if (error instanceof UnavailableError || error instanceof QuotaError)
      return { ok: false, reason: 'unavailable', message: error.message };
    throw error;
  }
}

function damaged(detail: string): Extract<TraceResult, { ok: false }> {
  return { ok: false, reason: 'damaged', message: `The stored trace cannot be read: ${detail}.` };
}
