/** Asking for decided blocks and sending them: the same two messages wherever blocks are decided one height after the other. */
import { blockHash } from '../../../ledger/block.ts';
import { parseLedger } from '../../../ledger/parse.ts';
import type { Block } from '../../../ledger/types.ts';
import { has, isList, isNumber } from '../shape.ts';
import type { Snapshot } from './snapshot.ts';

export interface SyncRequest {
  readonly type: 'sync-request';
  /** First height wanted. */
  readonly height: number;
}

export interface SyncResponse<E> {
  readonly type: 'sync-response';
  /** Consecutive, ascending; each proves itself by its certificate. */
  readonly entries: readonly E[];
  /** Instead of blocks that are no longer kept. */
  readonly snapshot?: Snapshot<E>;
}

/** Blocks in one SYNC-RESPONSE, whatever the sender's configuration. */
export const MAX_SYNC_ENTRIES = 64;

export function isSyncRequest(value: unknown): value is SyncRequest {
  return has(value, ['type', 'height']) && isNumber(value.height, 1);
}

export function isSyncResponse<E>(value: object, isEntry: (entry: unknown) => entry is E): value is SyncResponse<E> {
  const hasSnapshot = has(value, ['type', 'entries', 'snapshot']);
  if (!hasSnapshot && !has(value, ['type', 'entries'])) return false;
  if (!isList((value as { readonly entries: unknown }).entries, MAX_SYNC_ENTRIES, isEntry)) return false;
  return !hasSnapshot || isSnapshot(value.snapshot, isEntry);
}

export function isSnapshot<E>(value: unknown, isEntry: (entry: unknown) => entry is E): value is Snapshot<E> {
  return has(value, ['entry', 'ledger']) && isEntry(value.entry) && parseLedger(value.ledger) !== null;
}

/** Every block with its proof in an answer, that of the snapshot first. */
export function entriesIn<E>({ entries, snapshot }: Omit<SyncResponse<E>, 'type'>): readonly E[] {
  return snapshot === undefined ? entries : [snapshot.entry, ...entries];
}

/** What its signature covers: certificates prove themselves, and the block of a snapshot names the root of its accounts. */
export function syncStatement<E extends { readonly block: Block }>(message: SyncResponse<E>): unknown {
  const { type, entries, snapshot } = message;
  const digests = entries.map(({ block }) => blockHash(block));
  return snapshot === undefined ? { type, digests } : { type, digests, snapshot: blockHash(snapshot.entry.block) };
}
