/** Reads an exported audit log and says where it was first tampered with. */
import type { Problem } from '../../core/problem.ts';
import {
  AUDIT_FORMAT,
  type AuditEntry,
  type AuditLog,
  DETAIL_DEPTH_MAX,
  entryHash,
  firstHash,
  isDetail,
} from './log.ts';

/** `index`: the first entry that cannot be trusted, by its place since the first start; null when it is the head or the beginning. */
export type AuditVerdict =
  | { readonly verdict: 'intact'; readonly entryCount: number; readonly head: string }
  | { readonly verdict: 'tampered'; readonly index: number | null; readonly why: string };

/**
 * Follows the chain. The first entry whose hash does not follow from the one before is the answer.
 * @param trustedHead a head that was noted elsewhere: shows a log that was cut or rewritten to its end
 */
export function verifyAudit(log: AuditLog, trustedHead: string | null = null): AuditVerdict {
  if (log.firstIndex === 0 && log.base !== firstHash(log.chainId, log.node)) {
    return {
      verdict: 'tampered',
      index: null,
      why: `the log does not begin as one of ${log.node} on ${log.chainId} does`,
    };
  }
  let previous = log.base;
  let time = 0;
  for (const [position, entry] of log.entries.entries()) {
    const index = log.firstIndex + position;
    const why = entryProblem(entry, index, previous, time);
    if (why !== null) return { verdict: 'tampered', index, why };
    previous = entry.hash;
    time = entry.timeMicros;
  }
  if (log.head !== previous) {
    return { verdict: 'tampered', index: null, why: 'the head is not the hash of the last entry' };
  }
  if (trustedHead !== null && trustedHead !== log.head) return afterTrusted(log, trustedHead);
  return { verdict: 'intact', entryCount: log.entries.length, head: log.head };
}

function entryProblem(entry: AuditEntry, index: number, previous: string, time: number): string | null {
  if (entry.index !== index) return `found entry ${entry.index}, expected ${index}`;
  if (entryHash(previous, entry) !== entry.hash)
    return 'its hash does not follow from its content and the entry before';
  return entry.timeMicros < time ? `its time ${entry.timeMicros} µs is before the entry before` : null;
}

/** The chain is whole, but it is not the one that was noted: longer, shorter or another. */
function afterTrusted(log: AuditLog, trustedHead: string): AuditVerdict {
  const known = log.entries.findIndex(({ hash }) => hash === trustedHead);
  if (known !== -1) {
    const entry = log.firstIndex + known;
    return {
      verdict: 'tampered',
      index: entry + 1,
      why: `the trusted head is entry ${entry}: what follows is newer or made up`,
    };
  }
  return { verdict: 'tampered', index: null, why: 'the trusted head is not in the log: it was cut off or rewritten' };
}

/** One log, or a list of them. Paths of problems in a list begin with its position. Never throws. */
export function readAudits(value: unknown): { readonly logs: readonly AuditLog[] } | { readonly problem: Problem } {
  const isList = Array.isArray(value);
  const logs: AuditLog[] = [];
  for (const [position, item] of (isList ? (value as unknown[]) : [value]).entries()) {
    const read = readAudit(item);
    if ('log' in read) logs.push(read.log);
    else if (!isList) return read;
    else return { problem: { ...read.problem, path: `[${position}].${read.problem.path}`.replace(/\.$/, '') } };
  }
  return { logs };
}

const HASH = /^[0-9a-f]{64}$/;

/** The log in a parsed JSON document, or the first thing that is no log. Never throws. */
export function readAudit(value: unknown): { readonly log: AuditLog } | { readonly problem: Problem } {
  if (!isRecord(value)) return wrong('', value, 'an audit log');
  const { format, chainId, node, entryCountMax, firstIndex, base, entries, head } = value;
  if (format !== AUDIT_FORMAT) return wrong('format', format, JSON.stringify(AUDIT_FORMAT));
  if (typeof chainId !== 'string') return wrong('chainId', chainId, 'a text');
  if (typeof node !== 'string') return wrong('node', node, 'a text');
  if (!isCount(firstIndex)) return wrong('firstIndex', firstIndex, 'a count');
  if (!isCount(entryCountMax) || entryCountMax === 0) return wrong('entryCountMax', entryCountMax, 'a positive count');
  if (!isHash(base)) return wrong('base', base, '64 hex digits');
  if (!isHash(head)) return wrong('head', head, '64 hex digits');
  if (!Array.isArray(entries)) return wrong('entries', entries, 'a list');
  const read: AuditEntry[] = [];
  for (const [position, entry] of entries.entries()) {
    const problem = shapeProblem(entry, `entries[${position}]`);
    if (problem !== null) return problem;
    read.push(entry as AuditEntry);
  }
  return { log: { format, chainId, node, entryCountMax, firstIndex, base, entries: read, head } };
}

function shapeProblem(entry: unknown, path: string): { readonly problem: Problem } | null {
  if (!isRecord(entry)) return wrong(path, entry, 'an entry');
  if (!isCount(entry['index'])) return wrong(`${path}.index`, entry['index'], 'a count');
  if (!isCount(entry['timeMicros'])) return wrong(`${path}.timeMicros`, entry['timeMicros'], 'a count of µs');
  if (typeof entry['kind'] !== 'string') return wrong(`${path}.kind`, entry['kind'], 'a text');
  if (!isHash(entry['hash'])) return wrong(`${path}.hash`, entry['hash'], '64 hex digits');
  const expected = `texts, integers, lists and records, ${DETAIL_DEPTH_MAX} deep at most`;
  return isDetail(entry['detail']) ? null : wrong(`${path}.detail`, entry['detail'], expected);
}

function wrong(path: string, found: unknown, expected: string): { readonly problem: Problem } {
  return { problem: { path, found: shortly(found), expected } };
}

function shortly(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a record';
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && HASH.test(value);
}
