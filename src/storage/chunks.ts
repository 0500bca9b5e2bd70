/**
 * Parts of the open trace that left memory. A shelf lives as long as the tab that holds its lock has the run open; what tabs
 * that died left behind is cleared by whoever writes next.
 */
import { type Change, QuotaError, UnavailableError, UnreadableError } from './backend.ts';
import type { Context } from './context.ts';
import { SEAL_KIND, sealMuch, unsealMuch } from './seal.ts';
import type { Done, Storage } from './types.ts';

export function chunkCalls(context: Context): Pick<Storage, 'writeChunks' | 'readChunks' | 'dropChunks'> {
  let swept = false;
  return {
    writeChunks: (shelf, chunks) => {
      // Copied before the queue: the caller may cut the trace as soon as this call returned.
      const sealing = chunks.map(async ({ chunk, words }): Promise<Change> => {
        const value = await sealMuch(SEAL_KIND.chunk, new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
        return { kind: 'put', store: 'chunks', key: [shelf, chunk], value };
      });
      return context.enqueue(async () => {
        const changes = await Promise.all(sealing);
        const gone = swept ? [] : await abandoned(context, shelf);
        swept = true;
        return write(context, [...gone, ...changes]);
      });
    },
    readChunks: (shelf, chunks) => Promise.all(chunks.map((chunk) => read(context, shelf, chunk))),
    dropChunks: (shelf, before = Infinity) => context.enqueue(() => drop(context, shelf, before)),
  };
}

/** Not `commit`: no snapshot is deleted to make room for what can be had again by running, and no notice is set. */
async function write({ backend }: Context, changes: readonly Change[]): Promise<Done> {
  try {
    await backend.write(changes);
    return { ok: true };
  } catch (error) {
    if (error instanceof QuotaError) {
      const message = "The browser's space for this site is used up.";
      return { ok: false, reason: 'quota', message, usageBytes: null, quotaBytes: null };
    }
    if (!isOperating(error)) throw error;
    return { ok: false, reason: 'unavailable', message: error.message, usageBytes: null, quotaBytes: null };
  }
}

async function read({ backend }: Context, shelf: string, chunk: number): Promise<Uint32Array | null> {
  try {
    const sealed = await backend.get('chunks', [shelf, chunk]);
    if (!(sealed instanceof Uint8Array)) return null;
    const opened = await unsealMuch(SEAL_KIND.chunk, sealed);
    if (!opened.ok) return null;
    const { buffer, byteOffset, byteLength } = opened.content;
    return new Uint32Array(buffer, byteOffset, byteLength >>> 2);
  } catch (error) {
    if (!isOperating(error) && !(error instanceof QuotaError)) throw error;
    return null;
  }
}

async function drop({ backend }: Context, shelf: string, before: number): Promise<void> {
  try {
    const keys = (await backend.chunkKeys(shelf)).filter(([, chunk]) => chunk < before);
    await backend.write(keys.map((key) => ({ kind: 'remove', store: 'chunks', key })));
  } catch (error) {
    if (!isOperating(error) && !(error instanceof QuotaError)) throw error;
  }
}

/** Chunks on shelves that no tab holds. Where locks cannot be listed, our own does not show either: then none are known to be. */
async function abandoned({ backend, environment }: Context, own: string): Promise<readonly Change[]> {
  try {
    const held = await environment.lockedRuns();
    if (!held.has(own)) return [];
    const keys = (await backend.chunkKeys(null)).filter(([shelf]) => !held.has(shelf));
    return keys.map((key) => ({ kind: 'remove', store: 'chunks', key }));
  } catch (error) {
    if (!isOperating(error) && !(error instanceof QuotaError)) throw error;
    return [];
  }
}

function isOperating(error: unknown): error is UnavailableError | UnreadableError {
  return error instanceof UnavailableError || error instanceof UnreadableError;
}
