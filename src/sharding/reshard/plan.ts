/** Which accounts a split or a merge moves, a few at a time, so that most of the shard goes on working. */
import { assert } from '../../core/assert.ts';
import type { AccountIndex } from '../../ledger/types.ts';
import type { Placement } from '../map/accounts.ts';
import type { ShardIndex } from '../types.ts';
import type { ReshardPlan } from './policy.ts';

export interface AccountMove {
  readonly account: AccountIndex;
  readonly from: ShardIndex;
  readonly to: ShardIndex;
}

/** A plan being carried out. Plain data. */
export interface Migration {
  /** Moves under way at a time: their accounts are frozen. */
  readonly concurrentMax: number;
  readonly waiting: AccountMove[];
  readonly active: AccountMove[];
  doneCount: number;
}

/**
 * The moves of a plan, ascending accounts. A merge moves all. A split deals the accounts, heaviest first, to the half that has
 * less, the first to the old shard: neither half gets more than half of the load and one account.
 * @param load by account, non-negative integers; absent: all alike
 */
export function movesOf(plan: ReshardPlan, placement: Placement, load?: readonly number[]): AccountMove[] {
  const { shard: from, into: to } = plan;
  const residents = placement.home.flatMap((shard, account) => (shard === from ? [account] : []));
  const leaving = plan.kind === 'merge' ? residents : lighterHalf(residents, load);
  return leaving.map((account) => ({ account, from, to }));
}

export function createMigration(moves: readonly AccountMove[], concurrentMax: number): Migration {
  assert(concurrentMax >= 1, 'at least one account moves at a time');
  return { concurrentMax, waiting: [...moves], active: [], doneCount: 0 };
}

/** Takes the next moves that may begin now; they are under way from here on. */
export function takeMoves(migration: Migration): AccountMove[] {
  const taken = migration.waiting.splice(0, migration.concurrentMax - migration.active.length);
  migration.active.push(...taken);
  return taken;
}

/** The account arrived at its new shard; a second report changes nothing. */
export function finishMove(migration: Migration, account: AccountIndex): void {
  const at = migration.active.findIndex((move) => move.account === account);
  if (at === -1) return;
  migration.active.splice(at, 1);
  migration.doneCount++;
}

export function isMigrated(migration: Migration): boolean {
  return migration.waiting.length + migration.active.length === 0;
}

/** The placement after a move. */
export function movedTo(placement: Placement, { account, to }: AccountMove): Placement {
  const home = placement.home.with(account, to);
  return { shardCount: Math.max(placement.shardCount, to + 1), home };
}

function lighterHalf(residents: readonly AccountIndex[], load: readonly number[] | undefined): AccountIndex[] {
  const loadOf = (account: AccountIndex): number => load?.[account] ?? 1;
  const leaving: AccountIndex[] = [];
  let [stays, leaves] = [0, 0];
  for (const account of [...residents].sort((a, b) => loadOf(b) - loadOf(a) || a - b)) {
    if (stays <= leaves) stays += loadOf(account);
    else {
      leaves += loadOf(account);
      leaving.push(account);
    }
  }
  return leaving.sort((a, b) => a - b);
}
