import { PackError, pack } from '../core/pack.ts';
import { describeProblem, type Problem } from '../core/problem.ts';
import { unpack } from '../core/unpack.ts';
import { type Change, QuotaError, UnavailableError, UnreadableError } from './backend.ts';
import { type Context, failure, failureOf, orThrow } from './context.ts';
import { infoOf, readRecord } from './records.ts';
import { newestFirst, surplus } from './retention.ts';
import { SEAL_KIND, type SealKind, sealMuch, type UnsealResult, unseal, unsealMuch } from './seal.ts';
import type { LoadResult, SaveResult, SnapshotInfo, SnapshotRecord, Storage } from './types.ts';

type SnapshotCalls = Pick<Storage, 'saveSnapshot' | 'listSnapshots' | 'loadSnapshot' | 'deleteSnapshot'>;

export function snapshotCalls(context: Context): SnapshotCalls {
  const { backend } = context;
  return {
    saveSnapshot: (record) => {
      // Packed before the queue: the run goes on and changes its state as soon as this call returned.
      const packed = packRecord(record);
      if (!packed.ok) return Promise.resolve(failure('invalid', `The snapshot cannot be saved: ${packed.message}.`));
      const sealing = sealMuch(SEAL_KIND.snapshot, packed.bytes);
      return context.enqueue(async () => {
        const sealed = await sealing;
        return save(context, infoOf(record, sealed.length), sealed);
      });
    },
    listSnapshots: () => orThrow(context.infos().then((infos) => newestFirst(infos, null))),
    loadSnapshot: (id) => load(context, id),
    deleteSnapshot: (id) =>
      context.enqueue(() =>
        orThrow(
          (async () => {
            const info = (await context.infos()).find((candidate) => candidate.id === id);
            const exists = info !== undefined || (await backend.get('snapshotBytes', id)) !== undefined;
            if (info !== undefined) await backend.write(await context.removalsOf([info]));
            else if (exists) await backend.write([{ kind: 'remove', store: 'snapshotBytes', key: id }]);
            return exists;
          })(),
        ),
      ),
  };
}

async function save(context: Context, info: SnapshotInfo, sealed: Uint8Array): Promise<SaveResult> {
  context.setCurrentRun(info.runId);
  try {
    const infos = (await context.infos()).filter((other) => other.id !== info.id);
    const gone = surplus([...infos, info], info, await context.runsInUse(), context.retention);
    const changes: Change[] = [
      ...(await context.removalsOf(gone)),
      { kind: 'put', store: 'snapshots', key: info.id, value: info },
      { kind: 'put', store: 'snapshotBytes', key: info.id, value: sealed },
    ];
    if ((await context.backend.get('runs', info.runId)) === undefined) changes.push(rootRun(info));
    const written = await context.commit(changes, { runId: info.runId, savingId: info.id });
    return written.ok ? { ok: true, info, pruned: [...gone.map(({ id }) => id), ...written.pruned] } : written;
  } catch (error) {
    return failureOf(context, error);
  }
}

/** A run that nobody registered as a fork is a root of the tree. */
function rootRun({ runId, savedAt }: SnapshotInfo): Change {
  return {
    kind: 'put',
    store: 'runs',
    key: runId,
    value: { runId, parentRunId: null, forkedAtMicros: null, name: null, createdAt: savedAt },
  };
}

async function load(context: Context, id: string): Promise<LoadResult> {
  try {
    const sealed = await context.backend.get('snapshotBytes', id);
    if (sealed === undefined) {
      const listed = (await context.infos()).some((info) => info.id === id);
      if (listed) return { ok: false, reason: 'damaged', message: 'The snapshot is listed, but its content is gone.' };
      return { ok: false, reason: 'missing', message: `There is no snapshot ${id}.` };
    }
    if (!(sealed instanceof Uint8Array)) return damaged('found another kind of value');
    const opened = recordIn(await unsealMuch(SEAL_KIND.snapshot, sealed));
    if (opened.ok) return opened.record.id === id ? opened : damaged('found another snapshot in its place');
    if (opened.reason === 'damaged') return damaged(opened.problems.map(describeProblem).join('; '));
    return {
      ok: false,
      reason: 'version',
      message: 'The snapshot was saved by another release of the playground, which this one cannot read.',
    };
  } catch (error) {
    if (error instanceof UnreadableError) return damaged(`the browser cannot read it back (${error.message})`);
    if (error instanceof UnavailableError || error instanceof QuotaError)
      return { ok: false, reason: 'unavailable', message: error.message };
    throw error;
  }
}

function damaged(detail: string): LoadResult {
  return { ok: false, reason: 'damaged', message: `The snapshot is damaged and cannot be restored: ${detail}.` };
}

/** The bytes of a record, or why it is not storable. */
export function packRecord(
  record: SnapshotRecord,
): { readonly ok: true; readonly bytes: Uint8Array<ArrayBuffer> } | { readonly ok: false; readonly message: string } {
  const checked = readRecord(record);
  if (!checked.ok) return { ok: false, message: checked.problems.map(describeProblem).join('; ') };
  try {
    return { ok: true, bytes: pack(record) };
  } catch (error) {
    if (error instanceof PackError) return { ok: false, message: error.message };
    throw error;
  }
}

export type OpenResult =
  | { readonly ok: true; readonly record: SnapshotRecord }
  | { readonly ok: false; readonly reason: 'damaged' | 'version'; readonly problems: readonly Problem[] };

/** The record behind sealed bytes, or everything that is wrong with them. Never throws. */
export function openRecord(kind: SealKind, sealed: Uint8Array): OpenResult {
  return recordIn(unseal(kind, sealed));
}

function recordIn(unsealed: UnsealResult): OpenResult {
  if (!unsealed.ok) return { ok: false, reason: unsealed.reason, problems: [unsealed.problem] };
  const unpacked = unpack(unsealed.content);
  if (!unpacked.ok) return { ok: false, reason: 'damaged', problems: [unpacked.problem] };
  const record = readRecord(unpacked.value);
  return record.ok ? record : { ok: false, reason: 'damaged', problems: record.problems };
}
