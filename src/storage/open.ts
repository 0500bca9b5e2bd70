import { type Backend, UnavailableError } from './backend.ts';
import { createContext, createNotice, type Environment, type Notice, orThrow } from './context.ts';
import { openIndexedDb } from './indexedDb.ts';
import { chunkCalls } from './chunks.ts';
import { libraryCalls } from './library.ts';
import { memoryBackend } from './memory.ts';
import { RETENTION, type Retention } from './retention.ts';
import { snapshotCalls } from './snapshots.ts';
import { runsWithLock } from './tabLock.ts';
import { traceCalls } from './traces.ts';
import type { Storage, Usage } from './types.ts';

export const DATABASE_NAME = 'testnet-playground';

export interface OpenOptions {
  /** Name of the database; `testnet-playground` if not given. */
  readonly name?: string;
  /** The browser's if not given; null for none. */
  readonly indexedDB?: IDBFactory | null;
  /** Wall-clock ms to wait for the database before going on in memory. */
  readonly openTimeoutMs?: number;
  readonly retention?: Retention;
  readonly environment?: Partial<Environment>;
}

const ABSENT = 'This browser offers no storage here. Snapshots are kept in memory and are gone when the page closes.';

/** Storage in IndexedDB, or in memory with a notice when that is missing, denied, blocked or too slow. Never rejects. */
export async function openStorage(options: OpenOptions = {}): Promise<Storage> {
  const environment: Environment = {
    now: () => Date.now(),
    estimate: estimateUsage,
    lockedRuns: runsWithLock,
    ...options.environment,
  };
  const notice = createNotice();
  const factory = options.indexedDB === undefined ? ambientFactory() : options.indexedDB;
  const backend = await openBackend(factory, options, environment, notice);
  return assemble(backend, environment, options.retention ?? RETENTION, notice);
}

async function openBackend(
  factory: IDBFactory | null,
  options: OpenOptions,
  environment: Environment,
  notice: Notice,
): Promise<Backend> {
  if (factory === null) {
    notice.set('connection', ABSENT);
    return memoryBackend();
  }
  try {
    return await openIndexedDb({
      factory,
      name: options.name ?? DATABASE_NAME,
      openTimeoutMs: options.openTimeoutMs ?? 4000,
      onSuperseded: (message) => notice.set('connection', message),
      estimate: environment.estimate,
    });
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    notice.set('connection', error.message);
    return memoryBackend();
  }
}

function assemble(backend: Backend, environment: Environment, retention: Retention, notice: Notice): Storage {
  const context = createContext(backend, environment, retention, notice);
  return {
    persistent: backend.persistent,
    get notice() {
      return notice.text;
    },
    onNotice: (listener) => notice.listen(listener),
    ...snapshotCalls(context),
    ...traceCalls(context),
    ...chunkCalls(context),
    ...libraryCalls(context),
    usage: () => environment.estimate(),
    clear: () =>
      context.enqueue(() => {
        context.traceEnds.clear();
        return orThrow(backend.clear());
      }),
    close: () => backend.close(),
  };
}

/** Reading the property alone can throw where site data is blocked. */
function ambientFactory(): IDBFactory | null {
  try {
    return globalThis.indexedDB ?? null;
  } catch {
    return null;
  }
}

async function estimateUsage(): Promise<Usage> {
  try {
    const estimate = await globalThis.navigator?.storage?.estimate();
    return { usageBytes: estimate?.usage ?? null, quotaBytes: estimate?.quota ?? null };
  } catch {
    return { usageBytes: null, quotaBytes: null };
  }
}

/** 128 random bits in hex, for the ids of runs and snapshots. */
export function newId(): string {
  const words = crypto.getRandomValues(new Uint32Array(4));
  return [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
}
