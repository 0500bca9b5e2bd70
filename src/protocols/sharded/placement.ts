/** Which shard keeps which account, and what a transaction wants of each shard. */
import type { NodeIndex } from '../../core/ids.ts';
import { hashValue } from '../../crypto/hash.ts';
import { ownerOf } from '../../ledger/ledger.ts';
import type { Batch, SignedBatch } from '../../ledger/types.ts';
import { chooseShard, shardRange } from '../../sharding/map/rendezvous.ts';
import type { NodeContext, Shards } from '../protocol.ts';

/** What accounts gain and lose in one transaction, and where they are. */
export interface Transaction {
  /** Number of the transaction in the whole testnet, from 1: the `sequence`-th of each client, in turn. */
  readonly slot: number;
  readonly digest: string;
  readonly signed: SignedBatch;
  /** Shards that take part, its coordinator first, the others ascending. */
  readonly shards: readonly NodeIndex[];
  /** Accounts of it that are not where they began, as its coordinator knew, ascending. */
  readonly moved: Moved;
}

/** Accounts and the shards that keep them. */
export type Moved = readonly (readonly [account: number, shard: NodeIndex])[];

/** Transfers of one transaction: all of them happen, or none. */
export const TRANSFERS_MAX = 8;

type Setting = Pick<NodeContext<unknown, never>, 'validatorCount' | 'clientCount' | 'workload' | 'stakes'> & {
  readonly shards?: Shards | null;
};

/** The shard that keeps an account at first. Where shards are single nodes, shard and node index are the same number. */
export function shardOf(account: number, { validatorCount, workload, shards }: Setting): NodeIndex {
  const home = shards?.home?.[account];
  if (home !== undefined) return home;
  const count = shards?.initialCount ?? shards?.count ?? validatorCount;
  if (shards?.strategy === 'range') return Math.floor((account * count) / workload.accountCount);
  return chooseShard('account', account, shardRange(count));
}

/** Reads what a client signed, or says why it is no transaction. `whereabouts`: the shard that keeps an account now. */
export function readTransaction(
  signed: SignedBatch,
  setting: Setting,
  whereabouts: (account: number) => NodeIndex = (account) => shardOf(account, setting),
): Transaction | { readonly refused: string } {
  const { client, transfers } = signed.batch;
  const { validatorCount, clientCount, workload } = setting;
  const position = client - validatorCount;
  if (position < 0 || position >= clientCount) return { refused: 'refused: no client of this testnet' };
  if (transfers.length > TRANSFERS_MAX) return { refused: 'refused: too many transfers in one transaction' };
  const slot = slotOf(signed.batch, setting);
  if (slot > 0x7fff_ffff) return { refused: 'refused: transaction numbers used up' };
  for (const { from, to } of transfers) {
    if (from >= workload.accountCount || to >= workload.accountCount) return { refused: 'refused: no such account' };
    if (ownerOf(from, clientCount) !== position) return { refused: "refused: pays from somebody else's account" };
  }
  const accounts = [...new Set(transfers.flatMap(({ from, to }) => [from, to]))];
  const places = [...new Set(accounts.map(whereabouts))];
  const coordinator = coordinatorAmong(places, setting);
  const others = places.filter((shard) => shard !== coordinator).sort((a, b) => a - b);
  const moved = accounts
    .sort((a, b) => a - b)
    .map((account) => [account, whereabouts(account)] as const)
    .filter(([account, shard]) => shard !== shardOf(account, setting));
  return { slot, digest: hashValue(signed.batch), signed, shards: [coordinator, ...others], moved };
}

/** Of the shards that take part, in the order in which a transaction names them: the first, or the one of highest reputation. */
export function coordinatorAmong(places: readonly NodeIndex[], { stakes, shards }: Setting): NodeIndex {
  const [first = 0] = places;
  if (shards?.coordinator !== 'reputation') return first;
  return places.reduce((best, shard) => {
    const gain = (stakes[shard] ?? 0) - (stakes[best] ?? 0);
    return gain > 0 || (gain === 0 && shard < best) ? shard : best;
  }, first);
}

export function slotOf({ client, sequence }: Batch, { validatorCount, clientCount }: Setting): number {
  return sequence * clientCount + (client - validatorCount) + 1;
}

/** The shard that keeps an account while this transaction runs. */
export function placeOf(account: number, { moved }: Pick<Transaction, 'moved'>, setting: Setting): NodeIndex {
  return moved.find(([known]) => known === account)?.[1] ?? shardOf(account, setting);
}

/** Net change of each account that a shard keeps, ascending by account. */
export function changesAt(
  shard: NodeIndex,
  transaction: Transaction,
  setting: Setting,
): [account: number, change: number][] {
  const changes = new Map<number, number>();
  const add = (account: number, amount: number): void => {
    if (placeOf(account, transaction, setting) === shard) changes.set(account, (changes.get(account) ?? 0) + amount);
  };
  for (const { from, to, amount } of transaction.signed.batch.transfers) {
    add(from, -amount);
    add(to, amount);
  }
  return [...changes].sort(([a], [b]) => a - b);
}
