import {
  type Backend,
  type Change,
  isQuotaError,
  nameOf,
  QuotaError,
  UnavailableError,
  UnreadableError,
} from './backend.ts';
import { abortQuietly, connect, type ConnectionOptions } from './connection.ts';
import type { Database } from './schema.ts';
import type { Usage } from './types.ts';

/** What a lost connection looks like from a call: closed, aborted from outside, server process gone (Safari). */
const LOST: readonly string[] = ['InvalidStateError', 'AbortError', 'UnknownError', 'TransactionInactiveError'];
/** What a value looks like whose file in the profile is damaged or gone. */
const UNREADABLE: readonly string[] = ['DataError', 'NotReadableError', 'DataCloneError'];
/** Above this share of the quota an abort without a reason is taken for a full one. */
const NEARLY_FULL = 0.97;

/** Stores in IndexedDB. Rejects with `UnavailableError` when it cannot be opened. */
export async function openIndexedDb(
  options: ConnectionOptions & { readonly estimate: () => Promise<Usage> },
): Promise<Backend> {
  const connection = await connect(options);

  /** Runs work that may be repeated; once more on a new connection if the first was lost. */
  async function run<T>(work: (database: Database) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const database = await connection.database();
      try {
        return await work(database);
      } catch (error) {
        const lost = !isQuotaError(error) && LOST.includes(nameOf(error));
        if (lost) connection.drop(database);
        if (!lost || attempt > 0) throw await classify(error, options.estimate);
      }
    }
  }

  return {
    persistent: true,
    get: (store, key) => run((database) => database.get(store, keyOf(key))),
    values: (store) => run((database) => database.getAll(store)),
    traceKeys: (runId) =>
      // An empty array sorts after every number: all keys that begin with this run.
      run((database) => database.getAllKeys('trace', IDBKeyRange.bound([runId], [runId, []]))),
    chunkKeys: (shelf) =>
      run((database) => database.getAllKeys('chunks', shelf === null ? null : IDBKeyRange.bound([shelf], [shelf, []]))),
    write: (changes) => run((database) => writeAll(database, changes)),
    clear: () => run(clearAll),
    close: () => connection.close(),
  };
}

async function writeAll(database: Database, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const stores = [...new Set(changes.map((change) => change.store))];
  const transaction = database.transaction(stores, 'readwrite');
  let cause: unknown = null;
  const remember = (error: unknown) => {
    cause ??= error;
  };
  const done = transaction.done.catch((error: unknown) => {
    // A full disk shows as the request's error, the transaction's, or neither, depending on the browser.
    throw [cause, transaction.error, error].find(isQuotaError) ?? cause ?? error;
  });
  try {
    for (const change of changes) {
      const store = transaction.objectStore(change.store);
      const request =
        change.kind === 'put' ? store.put(change.value, keyOf(change.key)) : store.delete(keyOf(change.key));
      request.catch(remember);
    }
  } catch (error) {
    remember(error);
    abortQuietly(transaction);
  }
  await done;
}

async function clearAll(database: Database): Promise<void> {
  const stores = [...database.objectStoreNames];
  const transaction = database.transaction(stores, 'readwrite');
  for (const store of stores)
    transaction
      .objectStore(store)
      .clear()
      .catch(() => {});
  await transaction.done;
}

/** idb types each store's key apart; a `Change` pairs store and key already. */
function keyOf(key: Change['key']): IDBKeyRange & string & [string, number, number] & [string, number] {
  return key as IDBKeyRange & string & [string, number, number] & [string, number];
}

async function classify(error: unknown, estimate: () => Promise<Usage>): Promise<Error> {
  if (error instanceof UnavailableError) return error;
  const name = nameOf(error);
  if (isQuotaError(error)) return new QuotaError('no space left');
  if (UNREADABLE.includes(name)) return new UnreadableError(name);
  if (LOST.includes(name)) {
    const { usageBytes, quotaBytes } = await estimate();
    if (usageBytes !== null && quotaBytes !== null && usageBytes >= NEARLY_FULL * quotaBytes)
      return new QuotaError('no space left');
  }
  return new UnavailableError(
    `The browser's storage stopped working; the run goes on without being saved. [${name || 'unknown error'}]`,
  );
}
