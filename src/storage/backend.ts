/** A few named key-value stores with all-or-nothing writes: what IndexedDB and the in-memory fallback both offer. */

/** `trace` has the keys [runId, from, to], `chunks` [shelf, number], every other store a string. */
export type Key = string | readonly [string, number, number] | readonly [string, number];

export type StoreName = 'snapshots' | 'snapshotBytes' | 'settings' | 'scenarios' | 'runs' | 'trace' | 'chunks';

export type Change =
  | { readonly kind: 'put'; readonly store: StoreName; readonly key: Key; readonly value: unknown }
  | { readonly kind: 'remove'; readonly store: StoreName; readonly key: Key };

/** Every call may reject with `QuotaError`, `UnavailableError` or `UnreadableError`, and with nothing else. */
export interface Backend {
  readonly persistent: boolean;
  /** Undefined when there is none. */
  get(store: StoreName, key: Key): Promise<unknown>;
  /** In key order. */
  values(store: StoreName): Promise<readonly unknown[]>;
  /** Keys of the trace of one run, ascending by `from`. */
  traceKeys(runId: string): Promise<readonly (readonly [string, number, number])[]>;
  /** Keys of the chunks on one shelf, or on all, ascending. */
  chunkKeys(shelf: string | null): Promise<readonly (readonly [string, number])[]>;
  /** All of them or none. */
  write(changes: readonly Change[]): Promise<void>;
  clear(): Promise<void>;
  close(): void;
}

/** No space left for this site. */
export class QuotaError extends Error {
  override readonly name = 'QuotaError';
}

/** The database cannot be reached; the message is for people. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}

/** The browser has a value but cannot read it back. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

const QUOTA_NAMES: readonly string[] = [
  'QuotaExceededError',
  'NS_ERROR_DOM_QUOTA_REACHED',
  'NS_ERROR_DOM_INDEXEDDB_QUOTA_ERR',
];

/** The browser's word for a full disk or quota, also where it is the cause of an aborted transaction. */
export function isQuotaError(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth++) {
    if (QUOTA_NAMES.includes(nameOf(current))) return true;
    current = 'cause' in current ? current.cause : 'error' in current ? current.error : null;
  }
  return false;
}

/** `name` of an error-like value, or ''. */
export function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error && typeof error.name === 'string'
    ? error.name
    : '';
}
