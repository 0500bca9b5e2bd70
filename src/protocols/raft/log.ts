/** The replicated log: entries after a base that a snapshot stands for. Plain data; indices begin at 1. */
import { GENESIS_HASH, blockHash } from '../../ledger/block.ts';
import type { Configuration, Entry } from './messages.ts';

/** The last entry that is no longer kept; index 0 and term 0 while nothing was discarded. */
export interface Base {
  readonly index: number;
  readonly term: number;
  /** Hash of its block. */
  readonly digest: string;
  /** In force after it. */
  readonly configuration: Configuration;
}

export interface Log {
  base: Base;
  /** The one at position i has index `base.index` + 1 + i. */
  entries: Entry[];
}

export function createLog(configuration: Configuration): Log {
  return { base: { index: 0, term: 0, digest: GENESIS_HASH, configuration }, entries: [] };
}

export function lastIndex({ base, entries }: Log): number {
  return base.index + entries.length;
}

export function lastTerm({ base, entries }: Log): number {
  return entries.at(-1)?.block.epoch ?? base.term;
}

/** Hash of the last block: parent of the next one. */
export function lastDigest({ base, entries }: Log): string {
  const last = entries.at(-1);
  return last === undefined ? base.digest : blockHash(last.block);
}

/** Null for what was discarded or is not there yet. */
export function entryAt({ base, entries }: Log, index: number): Entry | null {
  return entries[index - base.index - 1] ?? null;
}

/** Term of the entry at `index`; null where it is not known. */
export function termAt(log: Log, index: number): number | null {
  if (index === log.base.index) return log.base.term;
  return entryAt(log, index)?.block.epoch ?? null;
}

/** At most `count` entries from `index` on, which must be above the base. */
export function entriesFrom({ base, entries }: Log, index: number, count: number): readonly Entry[] {
  return entries.slice(index - base.index - 1, index - base.index - 1 + count);
}

/** Removes the entries from `index` on and returns them. */
export function truncateFrom({ base, entries }: Log, index: number): Entry[] {
  return entries.splice(Math.max(0, index - base.index - 1));
}

/** First index of the run of entries that share the term of the one at `index`, not below the base's successor. */
export function firstOfTerm(log: Log, index: number): number {
  const term = termAt(log, index);
  let first = index;
  while (first - 1 > log.base.index && termAt(log, first - 1) === term) first--;
  return first;
}

/** Last index up to `from` whose term is `term`; null when there is none. Terms never fall along a log. */
export function lastOfTerm(log: Log, term: number, from: number): number | null {
  for (let index = Math.min(from, lastIndex(log)); index > log.base.index; index--) {
    const here = termAt(log, index) ?? 0;
    if (here === term) return index;
    if (here < term) return null;
  }
  return null;
}

/** The configuration after the entry at `index`, and the index it stands at: the latest in the log up to there. */
export function configurationAt(
  log: Log,
  index: number,
): { readonly configuration: Configuration; readonly index: number } {
  for (let at = Math.min(index, lastIndex(log)); at > log.base.index; at--) {
    const configuration = entryAt(log, at)?.configuration ?? null;
    if (configuration !== null) return { configuration, index: at };
  }
  return { configuration: log.base.configuration, index: log.base.index };
}

/** Forgets the entries up to `index`. */
export function discardTo(log: Log, index: number): void {
  const last = entryAt(log, index);
  if (last === null) return;
  const { configuration } = configurationAt(log, index);
  log.entries.splice(0, index - log.base.index);
  log.base = { index, term: last.block.epoch, digest: blockHash(last.block), configuration };
}

/** Puts back entries that end where the log begins; those that end elsewhere are of no use. */
export function putBefore(log: Log, base: Base, entries: readonly Entry[]): void {
  if (base.index + entries.length !== log.base.index) return;
  log.entries.unshift(...entries);
  log.base = base;
}
