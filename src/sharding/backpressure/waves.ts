/** Which transactions can run side by side: the ones that touch no account in common, unless both only read it. */
import type { AccountIndex } from '../../ledger/types.ts';
import type { LockWant } from '../locks/types.ts';
import type { ShardIndex, TransactionId } from '../types.ts';

/** A transaction as scheduling sees it. */
export interface Schedulable {
  readonly id: TransactionId;
  /** One entry an account. */
  readonly wants: readonly LockWant[];
  /** The shards it touches, ascending. */
  readonly shards: readonly ShardIndex[];
}

/**
 * Waves of transactions: within a wave all are independent, and of two that conflict the earlier one is in an earlier wave. As few
 * waves as that allows: their number is the longest chain of conflicts.
 */
export function wavesOf<T extends Schedulable>(transactions: readonly T[]): T[][] {
  const waves: T[][] = [];
  const lastWrite = new Map<AccountIndex, number>();
  const lastUse = new Map<AccountIndex, number>();
  for (const transaction of transactions) {
    let wave = 0;
    for (const { account, mode } of transaction.wants) {
      const after = (mode === 'exclusive' ? lastUse : lastWrite).get(account) ?? -1;
      wave = Math.max(wave, after + 1);
    }
    for (const { account, mode } of transaction.wants) {
      lastUse.set(account, Math.max(wave, lastUse.get(account) ?? 0));
      if (mode === 'exclusive') lastWrite.set(account, wave);
    }
    const members = waves[wave] ?? [];
    waves[wave] = members;
    members.push(transaction);
  }
  return waves;
}

/** What goes into one message a shard: the transactions of a batch that touch it, in their order; ascending shards. */
export function byShard<T extends Schedulable>(
  batch: readonly T[],
): { readonly shard: ShardIndex; readonly transactions: T[] }[] {
  const shards = [...new Set(batch.flatMap((transaction) => transaction.shards))].sort((a, b) => a - b);
  return shards.map((shard) => ({ shard, transactions: batch.filter((one) => one.shards.includes(shard)) }));
}

/** Accounts in use, with the strongest mode and how many use them. */
export class Usage {
  readonly #users = new Map<AccountIndex, { readers: number; writers: number }>();

  isFreeFor({ wants }: Schedulable): boolean {
    return wants.every(({ account, mode }) => {
      const users = this.#users.get(account);
      return users === undefined || (users.writers === 0 && (mode === 'shared' || users.readers === 0));
    });
  }

  add({ wants }: Schedulable): void {
    for (const { account, mode } of wants) {
      const users = this.#users.get(account) ?? { readers: 0, writers: 0 };
      if (mode === 'exclusive') users.writers++;
      else users.readers++;
      this.#users.set(account, users);
    }
  }
}
