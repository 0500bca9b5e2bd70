/**
 * Shards that are divided: a parent is a list of shards, its leaves. A transaction that stays inside one parent is coordinated there; of
 * one that leaves it, each parent is one participant of the upper level, and one of its leaves speaks for it: the head. So the commit is a
 * tree of two levels. Ref: Mohan, Lindsay, Obermarck, *Transaction Management in the R* Distributed Database Management
 * System*, ACM TODS 11(4), 1986, hierarchical 2P (a process that is neither root nor leaf).
 */
import type { NodeIndex } from '../../../core/ids.ts';
import { coordinatorAmong, type Transaction } from '../placement.ts';
import type { Ctx } from '../state.ts';

type Setting = Pick<Ctx, 'shards' | 'stakes' | 'validatorCount' | 'clientCount' | 'workload'>;
type Parties = Pick<Transaction, 'shards'>;

export const isNested = ({ shards }: Pick<Setting, 'shards'>): boolean => (shards?.nested ?? []).length > 0;

/** The parent of a shard, by its position in the list; null: it stands by itself. */
export function parentOf(shard: NodeIndex, { shards }: Pick<Setting, 'shards'>): number | null {
  const place = (shards?.nested ?? []).findIndex((leaves) => leaves.includes(shard));
  return place < 0 ? null : place;
}

/** Who coordinates the whole. */
export const rootOf = ({ shards }: Parties): NodeIndex => shards[0] ?? 0;

/**
 * Who asks a shard for its vote, as one that takes part: the root, where both are in one parent or the shard stands by itself; else the
 * head of its parent, which also asks itself.
 */
export function superiorOf(transaction: Parties, shard: NodeIndex, setting: Setting): NodeIndex {
  const root = rootOf(transaction);
  const parent = parentOf(shard, setting);
  if (parent === null || parent === parentOf(root, setting)) return root;
  return headOf(transaction, parent, setting);
}

/** Of the leaves of a parent that take part the one that coordinates there, as `shards.coordinator` says. */
function headOf({ shards }: Parties, parent: number, setting: Setting): NodeIndex {
  return coordinatorAmong(
    shards.filter((shard) => parentOf(shard, setting) === parent),
    setting,
  );
}

/** Whether a shard, not being the root, coordinates the part of its parent. */
export function isHead(transaction: Parties, shard: NodeIndex, setting: Setting): boolean {
  return shard !== rootOf(transaction) && superiorOf(transaction, shard, setting) === shard;
}

/** Whom a shard asks that coordinates: the root leaves, single shards and heads; a head the leaves of its parent, itself too. */
export function childrenOf(transaction: Parties, shard: NodeIndex, setting: Setting): readonly NodeIndex[] {
  const { shards } = transaction;
  if (!isNested(setting)) return shards;
  if (shard !== rootOf(transaction)) return shards.filter((other) => superiorOf(transaction, other, setting) === shard);
  return shards.filter(
    (other) => superiorOf(transaction, other, setting) === shard || isHead(transaction, other, setting),
  );
}

/** One order for all shards in which no parent is left and entered again: where locks are taken in order, it is this one. */
export function inOrder(shards: readonly NodeIndex[], setting: Pick<Setting, 'shards'>): NodeIndex[] {
  const first = (shard: NodeIndex): NodeIndex => {
    const parent = parentOf(shard, setting);
    return parent === null ? shard : Math.min(...(setting.shards?.nested?.[parent] ?? [shard]));
  };
  return [...shards].sort((a, b) => first(a) - first(b) || a - b);
}
