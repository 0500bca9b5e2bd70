/** One connection to the database: opened with a time limit, reopened after a loss, given up when another tab upgrades. */
import { wrap } from 'idb';
import { nameOf, UnavailableError } from './backend.ts';
import { type Database, DATABASE_VERSION, type Upgrade, upgradeDatabase } from './schema.ts';

export interface ConnectionOptions {
  readonly factory: IDBFactory;
  readonly name: string;
  /** Wall-clock ms until opening is given up: a tab with an older release can block it without end. */
  readonly openTimeoutMs: number;
  /** A sentence for the user when the connection is gone for good. */
  readonly onSuperseded: (message: string) => void;
}

export interface Connection {
  /** Rejects with `UnavailableError`. Opens again after a loss. */
  database(): Promise<Database>;
  /** Says that a call on this database failed as if the connection were gone. */
  drop(database: Database): void;
  close(): void;
}

const SUPERSEDED =
  'Another tab runs a newer release of the playground and has taken over its storage. Reload this page to keep saving.';
const BLOCKED =
  'Another tab still runs an older release of the playground. Close it and reload this page to keep runs.';
const SLOW = 'The browser did not open its storage in time. This session is kept in memory only; reload to try again.';
const IN_MEMORY = 'This session is kept in memory only.';
const CLOSED = 'Storage was closed.';

/** Connects for the first time; rejects with `UnavailableError`. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  let current: Promise<Database> | null = null;
  let closed = false;

  const forget = (opened: Promise<Database> | undefined) => {
    if (current === opened) current = null;
  };
  const openingOf = new WeakMap<Database, Promise<Database>>();
  const start = (): Promise<Database> => {
    const opened: Promise<Database> = openDatabase(options).then((database) => {
      if (closed) {
        database.close();
        throw new UnavailableError(CLOSED);
      }
      openingOf.set(database, opened);
      database.addEventListener('close', () => forget(opened));
      database.addEventListener('versionchange', (event) => {
        database.close();
        forget(opened);
        // A null version means that somebody deletes the database: the next call makes a new one.
        if (event.newVersion !== null) options.onSuperseded(SUPERSEDED);
      });
      return database;
    });
    opened.catch(() => forget(opened));
    current = opened;
    return opened;
  };

  await start();
  return {
    database: () => (closed ? Promise.reject(new UnavailableError(CLOSED)) : (current ?? start())),
    drop: (database) => {
      database.close();
      forget(openingOf.get(database));
    },
    close: () => {
      closed = true;
      current?.then(
        (database) => database.close(),
        () => {},
      );
      current = null;
    },
  };
}

function openDatabase({ factory, name, openTimeoutMs }: ConnectionOptions): Promise<Database> {
  return new Promise((resolve, reject) => {
    let blocked = false;
    let late = false;
    const timeout = setTimeout(() => {
      late = true;
      reject(new UnavailableError(blocked ? BLOCKED : SLOW));
    }, openTimeoutMs);
    const fail = (error: unknown) => {
      clearTimeout(timeout);
      reject(new UnavailableError(openFailure(error)));
    };
    try {
      const request = factory.open(name, DATABASE_VERSION);
      request.onblocked = () => {
        blocked = true;
      };
      request.onupgradeneeded = (event) => {
        const upgrade = request.transaction;
        if (upgrade === null) return;
        const to = event.newVersion ?? DATABASE_VERSION;
        const wrapped = wrap(upgrade) as unknown as Upgrade;
        // Its failure arrives as the request's error; unheard it would count as an unhandled rejection too.
        wrapped.done.catch(() => {});
        upgradeDatabase(wrap(request.result) as unknown as Database, event.oldVersion, to, wrapped).catch(() =>
          abortQuietly(upgrade),
        );
      };
      wrap(request).then((opened) => {
        const database = opened as unknown as Database;
        clearTimeout(timeout);
        if (late) database.close();
        else resolve(database);
      }, fail);
    } catch (error) {
      fail(error);
    }
  });
}

/** Aborts a transaction that may have ended by itself already. */
export function abortQuietly(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // Nothing left to abort.
  }
}

function openFailure(error: unknown): string {
  switch (nameOf(error)) {
    case 'VersionError':
      return SUPERSEDED;
    case 'SecurityError':
      return `The browser does not let this page store anything (cookies or site data are blocked). ${IN_MEMORY}`;
    case 'QuotaExceededError':
      return `The disk or the browser's space for this site is full. ${IN_MEMORY}`;
    default:
      return `The browser's storage cannot be opened (private window?). ${IN_MEMORY} [${nameOf(error) || 'unknown error'}]`;
  }
}
