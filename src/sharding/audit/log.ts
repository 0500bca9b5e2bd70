/**
 * A node's tamper-evident log: every entry is hashed together with the hash of the one before (Haber & Stornetta 1991, §5.1), with
 * SHA3-256 (FIPS 202). Whoever changes, drops, adds or reorders an entry breaks the chain from there on. Who rewrites everything
 * after an entry makes a valid chain with another head: only a head noted elsewhere before shows that.
 */
import { assert } from '../../core/assert.ts';
import { encode, toHex } from '../../core/encoding.ts';
import type { Micros } from '../../core/time.ts';
import { sha3 } from '../../crypto/hash.ts';

export const AUDIT_FORMAT = 'testnet-audit/1';

/** Levels of lists and records inside an entry's detail. */
export const DETAIL_DEPTH_MAX = 8;

/** What an entry tells, in values that JSON keeps exactly. */
export type AuditDetail =
  | null
  | boolean
  | string
  /** A safe integer. */
  | number
  | readonly AuditDetail[]
  | { readonly [key: string]: AuditDetail };

export interface AuditEntry {
  /** 0, 1, 2, … since the node's first start. */
  readonly index: number;
  readonly timeMicros: Micros;
  /** What happened: `lock`, `vote`, `decision`, … */
  readonly kind: string;
  readonly detail: AuditDetail;
  /** 64 lower-case hex digits: over the entry and the hash of the one before. */
  readonly hash: string;
}

/** Plain data. Entries before `firstIndex` were let go; `base` is the hash of the last of them, or the log's first hash. */
export interface AuditLog {
  readonly format: typeof AUDIT_FORMAT;
  readonly chainId: string;
  /** Name of the node, `v3`. */
  readonly node: string;
  /** Entries kept; older ones are let go one by one. */
  readonly entryCountMax: number;
  firstIndex: number;
  base: string;
  readonly entries: AuditEntry[];
  /** Hash of the last entry, or `base`. */
  head: string;
}

/** The entries a node keeps unless it says otherwise. */
export const ENTRY_COUNT_MAX = 4096;

export function createAuditLog(chainId: string, node: string, entryCountMax = ENTRY_COUNT_MAX): AuditLog {
  assert(entryCountMax >= 1, 'a log keeps at least one entry');
  const base = firstHash(chainId, node);
  return { format: AUDIT_FORMAT, chainId, node, entryCountMax, firstIndex: 0, base, entries: [], head: base };
}

/** Appends what happened and returns its entry. A time before the last entry's, or a detail that JSON would change, is our bug. */
export function appendAudit(log: AuditLog, timeMicros: Micros, kind: string, detail: AuditDetail): AuditEntry {
  const last = log.entries.at(-1);
  assert(last === undefined || timeMicros >= last.timeMicros, `the log's time does not run backwards to ${timeMicros}`);
  assert(isDetail(detail), `the detail of ${kind} is made of texts, integers, lists and records`);
  const index = log.firstIndex + log.entries.length;
  const content = { index, timeMicros, kind, detail };
  const entry: AuditEntry = { ...content, hash: entryHash(log.head, content) };
  log.entries.push(entry);
  log.head = entry.hash;
  if (log.entries.length > log.entryCountMax) letGo(log);
  return entry;
}

/** The whole log as a JSON document that `readAudit` and `npm run check -- audit` understand. */
export function exportAudit(log: AuditLog): string {
  return `${JSON.stringify(log, null, 1)}\n`;
}

/** Where a log of this node begins: two nodes or chains have no entry hash in common. */
export function firstHash(chainId: string, node: string): string {
  return toHex(sha3(encode([AUDIT_FORMAT, chainId, node])));
}

/** The hash of an entry that follows the one with hash `previous`. */
export function entryHash(previous: string, { index, timeMicros, kind, detail }: Omit<AuditEntry, 'hash'>): string {
  return toHex(sha3(encode([previous, index, timeMicros, kind, detail])));
}

/** Whether a value can stand in an entry: nothing that JSON loses, and not too deep. Never throws. */
export function isDetail(value: unknown, depth = 0): value is AuditDetail {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return true;
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || depth >= DETAIL_DEPTH_MAX) return false;
  if (Array.isArray(value)) return value.every((item) => isDetail(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((item) => isDetail(item, depth + 1));
}

function letGo(log: AuditLog): void {
  const gone = log.entries.shift();
  if (gone === undefined) return;
  log.firstIndex++;
  log.base = gone.hash;
}
