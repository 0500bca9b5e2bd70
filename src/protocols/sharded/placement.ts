/** Which shard keeps which account, and what a transaction wants of each shard. */
import type { NodeIndex } from '../../core/ids.ts';
import { hashValue } from '../../crypto/hash.ts';
import { ownerOf } from '../../ledger/ledger.ts';
import type { Batch, SignedBatch } from '../../ledger/types.ts';
import type { NodeContext, Shards } from '../protocol.ts';

/** What accounts gain and lose in one transaction, and where they are. */
export interface Transaction {
  /** Number of the transaction in the whole testnet, from 1: the `sequence`-th of each client, in turn. */
  readonly slot: number;
  readonly digest: string;
  readonly signed: SignedBatch;
  /** Shards that take part, its coordinator (where the first input is) first, the others ascending. */
  readonly shards: readonly NodeIndex[];
}

/** Transfers of one transaction: all of them happen, or none. */
export const TRANSFERS_MAX = 8;

type Setting = Pick<NodeContext<unknown, never>, 'validatorCount' | 'clientCount' | 'workload'> & {
  readonly shards?: Shards | null;
};

/** The shard that keeps an account. A shard is one node: shard and node index are the same number. */
export function shardOf(account: number, { validatorCount, workload, shards }: Setting): NodeIndex {
  if (shards?.strategy === 'range') {
    return Math.floor((account * validatorCount) / workload.accountCount);
  }
  // Knuth's multiplicative hash (TAOCP 3, §6.4), its high bits.
  return (Math.imul(account + 1, 0x9e37_79b1) >>> 8) % validatorCount;
}

/** Reads what a client signed, or says why it is no transaction. */
export function readTransaction(signed: SignedBatch, setting: Setting): Transaction | { readonly refused: string } {
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
  const places = transfers.flatMap(({ from, to }) => [shardOf(from, setting), shardOf(to, setting)]);
  const [coordinator = 0] = places;
  const others = [...new Set(places)].filter((shard) => shard !== coordinator).sort((a, b) => a - b);
  return { slot, digest: hashValue(signed.batch), signed, shards: [coordinator, ...others] };
}

export function slotOf({ client, sequence }: Batch, { validatorCount, clientCount }: Setting): number {
  return sequence * clientCount + (client - validatorCount) + 1;
}

/** Net change of each account that a shard keeps, ascending by account. */
export function changesAt(
  shard: NodeIndex,
  { signed }: Transaction,
  setting: Setting,
): [account: number, change: number][] {
  const changes = new Map<number, number>();
  const add = (account: number, amount: number): void => {
    if (shardOf(account, setting) === shard) changes.set(account, (changes.get(account) ?? 0) + amount);
  };
  for (const { from, to, amount } of signed.batch.transfers) {
    add(from, -amount);
    add(to, amount);
  }
  return [...changes].sort(([a], [b]) => a - b);
}
