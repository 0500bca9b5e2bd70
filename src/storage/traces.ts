import { describeProblem } from '../core/problem.ts';
import { type Change, QuotaError, UnavailableError, UnreadableError } from './backend.ts';
import { type Context, failure, failureOf } from './context.ts';
import { SEAL_KIND, sealMuch, unsealMuch } from './seal.ts';
import type { Done, Storage, TraceResult, TraceSegment } from './types.ts';

/** Copied in one go, so that a long trace is never in memory as a whole. */
const COPIED_TOGETHER = 16;

type TraceCalls = Pick<Storage, 'appendTrace' | 'readTrace' | 'readPiece' | 'copyTrace'>;

export function traceCalls(context: Context): TraceCalls {
  return {
    appendTrace: (runId, from, pieces) => {
      // Copied before the queue: the caller may reuse its buffer as soon as this call returned.
      const sealing = pieces.map((piece) => sealMuch(SEAL_KIND.trace, piece));
      return context.enqueue(async () => append(context, runId, from, await Promise.all(sealing)));
    },
    readTrace: (runId, from = 0, to = Infinity) => read(context, runId, from, to),
    readPiece: async (runId, position) => {
      const result = await read(context, runId, position, position + 1, [[runId, position, position + 1]]);
      return result.ok ? (result.segments[0]?.bytes ?? null) : null;
    },
    copyTrace: (fromRunId, toRunId, count) => context.enqueue(() => copy(context, fromRunId, toRunId, count)),
  };
}

async function append(context: Context, runId: string, from: number, sealed: readonly Uint8Array[]): Promise<Done> {
  if (!Number.isSafeInteger(from) || from < 0) {
    return failure('order', `${from} is no place in a trace.`);
  }
  context.setCurrentRun(runId);
  try {
    const changes: Change[] = [];
    if (context.traceEnds.get(runId) !== from) {
      const keys = await context.backend.traceKeys(runId);
      const end = keys.filter((key) => key[1] < from).at(-1)?.[2] ?? from;
      if (end !== from) {
        return failure(
          'order',
          `The stored trace of this run ends at ${end}; a piece at ${from} does not continue it.`,
        );
      }
      for (const key of keys) if (key[1] >= from) changes.push({ kind: 'remove', store: 'trace', key });
    }
    sealed.forEach((value, i) => {
      changes.push({ kind: 'put', store: 'trace', key: [runId, from + i, from + i + 1], value });
    });
    context.traceEnds.delete(runId);
    const written = await context.commit(changes, { runId, savingId: null });
    if (!written.ok) return written;
    context.traceEnds.set(runId, from + sealed.length);
    return { ok: true };
  } catch (error) {
    return failureOf(context, error);
  }
}

/** Sealed as they are: what is damaged stays so. */
async function copy(context: Context, fromRunId: string, toRunId: string, count: number): Promise<Done> {
  const { backend } = context;
  context.traceEnds.delete(toRunId);
  try {
    const old = await backend.traceKeys(toRunId);
    const changes: Change[] = old.map((key) => ({ kind: 'remove', store: 'trace', key }));
    for (let position = 0; position < count; position++) {
      const value = await backend.get('trace', [fromRunId, position, position + 1]);
      if (value === undefined) return failure('order', `The trace to be copied has no piece at ${position}.`);
      changes.push({ kind: 'put', store: 'trace', key: [toRunId, position, position + 1], value });
      if (changes.length < COPIED_TOGETHER && position + 1 < count) continue;
      const written = await context.commit(changes.splice(0), { runId: toRunId, savingId: null });
      if (!written.ok) return written;
    }
    return { ok: true };
  } catch (error) {
    return failureOf(context, error);
  }
}

type TraceKey = readonly [string, number, number];

/** `keys`: where to look, if that is known. */
async function read(
  context: Context,
  runId: string,
  from: number,
  to: number,
  keys?: readonly TraceKey[],
): Promise<TraceResult> {
  try {
    const segments: TraceSegment[] = [];
    for (const key of keys ?? (await context.backend.traceKeys(runId))) {
      if (key[2] <= from || key[1] >= to) continue;
      const before = segments.at(-1);
      if (before !== undefined && before.to !== key[1])
        return damaged(`nothing is stored from ${before.to} to ${key[1]}`);
      const sealed = await context.backend.get('trace', key);
      if (!(sealed instanceof Uint8Array)) return damaged(`the segment from ${key[1]} is gone`);
      const opened = await unsealMuch(SEAL_KIND.trace, sealed);
      if (!opened.ok)
        return { ...damaged(`segment from ${key[1]}: ${describeProblem(opened.problem)}`), reason: opened.reason };
      segments.push({ from: key[1], to: key[2], bytes: opened.content });
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
