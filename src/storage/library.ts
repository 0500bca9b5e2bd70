/** The small things: the user's scenarios, the tree of runs, preferences and where the last session stood. */
import { PackError, pack } from '../core/pack.ts';
import { unpack } from '../core/unpack.ts';
import { type Change, type StoreName, UnreadableError } from './backend.ts';
import { type Context, failure, orThrow } from './context.ts';
import { readLastSession, readRun, readScenario } from './records.ts';
import { SEAL_KIND, seal, unseal } from './seal.ts';
import type { Done, Storage } from './types.ts';

type LibraryCalls = Pick<
  Storage,
  | 'saveScenario'
  | 'listScenarios'
  | 'deleteScenario'
  | 'saveRun'
  | 'listRuns'
  | 'deleteRun'
  | 'savePreference'
  | 'loadPreference'
  | 'saveLastSession'
  | 'loadLastSession'
>;

const LAST_SESSION = 'lastSession';
const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export function libraryCalls(context: Context): LibraryCalls {
  const { backend } = context;
  const put = (store: StoreName, key: string, value: unknown, runId: string | null): Promise<Done> =>
    context.enqueue(async () => {
      const written = await context.commit([{ kind: 'put', store, key, value }], { runId, savingId: null });
      return written.ok ? { ok: true } : written;
    });
  const saveSetting = (key: string, value: unknown, runId: string | null): Promise<Done> => {
    try {
      return put('settings', key, seal(SEAL_KIND.setting, pack(value)), runId);
    } catch (error) {
      if (error instanceof PackError) return Promise.resolve(failure('invalid', error.message));
      throw error;
    }
  };
  return {
    saveScenario: (entry) => {
      const complete = readScenario({ ...entry, savedAt: entry.savedAt ?? context.environment.now() });
      if (complete === null)
        return Promise.resolve(
          failure('invalid', 'The scenario has no id, or its name is longer than 1,000 characters.'),
        );
      return put('scenarios', complete.id, complete, null);
    },
    listScenarios: () =>
      orThrow(
        backend.values('scenarios').then((values) =>
          values
            .map(readScenario)
            .filter((entry) => entry !== null)
            .sort((a, b) => byText(a.name, b.name) || byText(a.id, b.id)),
        ),
      ),
    deleteScenario: (id) =>
      context.enqueue(() =>
        orThrow(
          (async () => {
            const entry = readScenario(await backend.get('scenarios', id));
            await backend.write([{ kind: 'remove', store: 'scenarios', key: id }]);
            return entry;
          })(),
        ),
      ),

    saveRun: (run) => {
      const complete = readRun(run);
      if (complete === null)
        return Promise.resolve(failure('invalid', 'The run has no id, or its name is longer than 1,000 characters.'));
      return put('runs', complete.runId, complete, complete.runId);
    },
    listRuns: () =>
      orThrow(
        context.runs().then((runs) => [...runs].sort((a, b) => a.createdAt - b.createdAt || byText(a.runId, b.runId))),
      ),
    deleteRun: (runId) => context.enqueue(() => orThrow(deleteRun(context, runId))),

    savePreference: (key, value) => saveSetting(`preference:${key}`, value, null),
    loadPreference: (key) => orThrow(loadSetting(context, `preference:${key}`)),
    saveLastSession: (last) => saveSetting(LAST_SESSION, last, last?.runId ?? null),
    loadLastSession: () => orThrow(loadSetting(context, LAST_SESSION).then(readLastSession)),
  };
}

async function loadSetting(context: Context, key: string): Promise<unknown> {
  const sealed = await context.backend.get('settings', key).catch((error: unknown) => {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  });
  if (!(sealed instanceof Uint8Array)) return undefined;
  const unsealed = unseal(SEAL_KIND.setting, sealed);
  if (!unsealed.ok) return undefined;
  const unpacked = unpack(unsealed.content);
  return unpacked.ok ? unpacked.value : undefined;
}

async function deleteRun(context: Context, runId: string): Promise<void> {
  const changes: Change[] = [{ kind: 'remove', store: 'runs', key: runId }];
  context.traceEnds.delete(runId);
  for (const info of await context.infos()) {
    if (info.runId !== runId) continue;
    changes.push(
      { kind: 'remove', store: 'snapshots', key: info.id },
      { kind: 'remove', store: 'snapshotBytes', key: info.id },
    );
  }
  for (const key of await context.backend.traceKeys(runId)) changes.push({ kind: 'remove', store: 'trace', key });
  for (const run of await context.runs()) {
    if (run.parentRunId !== runId) continue;
    changes.push({
      kind: 'put',
      store: 'runs',
      key: run.runId,
      value: { ...run, parentRunId: null, forkedAtMicros: null },
    });
  }
  await context.backend.write(changes);
}
