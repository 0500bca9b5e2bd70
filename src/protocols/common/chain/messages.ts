/** Asking for decided blocks and sending them: the same two messages wherever blocks are decided one height after the other. */
import { blockHash } from '../../../ledger/block.ts';
import { isDigest, parseBlock, parseLedger } from '../../../ledger/parse.ts';
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

/** A vote of one view of a height. */
export interface HeightVote {
  readonly type: string;
  readonly height: number;
  readonly view: number;
  readonly digest: string;
}

export function isHeightVote(value: object): value is HeightVote {
  return (
    has(value, ['type', 'height', 'view', 'digest']) &&
    isNumber(value.height, 1) &&
    isNumber(value.view) &&
    isDigest(value.digest)
  );
}

/** A proposal for one view of a height: with a justification from view 1 on and only there, its block of that height and no later view. */
export function isHeightProposal(value: object, isJustification: (value: unknown) => boolean): boolean {
  if (!has(value, ['type', 'height', 'view', 'block', 'justification'])) return false;
  if (!isNumber(value.height, 1) || !isNumber(value.view)) return false;
  if (value.view === 0 ? value.justification !== null : !isJustification(value.justification)) return false;
  const block = parseBlock(value.block);
  return block !== null && block.height === value.height && block.epoch <= value.view;
}
