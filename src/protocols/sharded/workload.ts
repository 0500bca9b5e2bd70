/** What a client of a sharded testnet wants: a share of its transactions crosses shards, a share of its accounts is hot. */
import type { NodeIndex } from '../../core/ids.ts';
import { draw, scale } from '../../core/prng.ts';
import type { Transfer } from '../../ledger/types.ts';
import { AMOUNT_MAX, ownAccountCount, type Share } from '../client/workload.ts';
import type { NodeContext } from '../protocol.ts';
import type { ShardedConfig } from './config.ts';
import type { Message } from './messages.ts';

/** Draws of one transaction: number i owns the counters from OWN_DRAWS + DRAWS · i on; arrivals draw below. */
const DRAWS = 64;
const OWN_DRAWS = 0x8000_0000;

/** The transfers of transaction `number`: 1 to `transfersMax`, from own accounts; crossing shards or staying, as the share says. */
export function makeTransfers(
  share: Share,
  number: number,
  shardOf: (account: number) => NodeIndex,
  ctx: NodeContext<ShardedConfig, Message>,
): Transfer[] {
  let counter = OWN_DRAWS + number * DRAWS;
  const next = (bound: number): number => scale(draw(ctx.random, counter++), bound);
  const crosses = next(1_000_000) < (ctx.workload.crossShardPpm ?? 0);
  const count = 1 + next(ctx.config.transfersMax);
  const spot = ctx.workload.hotspot;
  const isHot = (): boolean => spot !== undefined && next(1_000_000) < spot.ppm;
  // At least one: a client that owns no hot account pays from its first.
  const hotOwn = Math.max(1, Math.ceil(((spot?.accountCount ?? 0) - share.position) / share.clientCount));
  const own = (): number => share.position + share.clientCount * next(isHot() ? hotOwn : ownAccountCount(share));
  const any = (): number => next(isHot() ? (spot?.accountCount ?? 1) : share.accountCount);
  const first = own();
  const home = shardOf(first);
  const transfers: Transfer[] = [];
  for (let i = 0; i < count; i++) {
    const start = i === 0 ? first : own();
    const stays = (account: number): boolean => shardOf(account) === home;
    const from = i === 0 || crosses ? start : (seek(start, share.clientCount, share.accountCount, stays) ?? first);
    const wanted = (account: number): boolean => account !== from && stays(account) !== crosses;
    const to = seek(any(), 1, share.accountCount, wanted) ?? (from + 1) % share.accountCount;
    transfers.push({ from, to, amount: 1 + next(AMOUNT_MAX) });
  }
  return transfers;
}

/** The first account from `start` on, in steps and round the end, that is wanted; null where there is none. */
function seek(start: number, by: number, count: number, wanted: (account: number) => boolean): number | null {
  for (let account = start; account < count; account += by) if (wanted(account)) return account;
  for (let account = start % by; account < start; account += by) if (wanted(account)) return account;
  return null;
}
