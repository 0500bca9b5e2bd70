/** What the padlock of a shard says and where it hangs; the region that makes a shard of its nodes. Pure. */
import type { Micros } from '../../../core/time.ts';
import type { ShardShape } from '../../../session/view.ts';
import { plural } from '../../lib/format.ts';
import { ageLevel, type LockedAccount, membersOf, shardName } from '../../lib/shards.ts';
import type { Point, Scale } from './geometry.ts';

export interface ShardSign {
  readonly shard: number;
  /** Accounts. */
  readonly lockCount: number;
  /** Of the one held longest. */
  readonly age: 0 | 1 | 2 | 3;
  /** Transactions. */
  readonly waitCount: number;
  /** Accounts whose holder is in doubt. */
  readonly doubtCount: number;
}

export function signOf(shard: number, accounts: readonly LockedAccount[], at: Micros): ShardSign {
  const holders = accounts.flatMap((account) => account.holders);
  const waiters = accounts.flatMap((account) => account.waiters.map(({ transaction }) => transaction));
  return {
    shard,
    lockCount: accounts.length,
    age: ageLevel(Math.max(0, ...holders.map(({ since }) => at - since))),
    waitCount: new Set(waiters).size,
    doubtCount: accounts.filter((account) => account.holders.some(({ isInDoubt }) => isInDoubt)).length,
  };
}

/** `Locks of s1: 3 accounts, 2 transactions wait, 1 in doubt`. */
export function signName({ shard, lockCount, waitCount, doubtCount }: ShardSign): string {
  const parts = [plural(lockCount, 'account')];
  if (waitCount > 0) parts.push(`${plural(waitCount, 'transaction')} ${waitCount === 1 ? 'waits' : 'wait'}`);
  if (doubtCount > 0) parts.push(`${doubtCount} in doubt`);
  return `Locks of ${shardName(shard)}: ${parts.join(', ')}`;
}

/** The rounded box around a shard's nodes, layout units. */
export interface Region {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How far a region reaches beyond its nodes' discs, in radii: room for rings and, above, crowns. */
const REACH = 1.55;

export function regionsOf(shape: ShardShape, positions: readonly Point[], { radius }: Scale): readonly Region[] {
  return membersOf(shape).flatMap((members, shard) => {
    const points = members.flatMap((node) => positions[node] ?? []);
    if (points.length === 0) return [];
    const xs = points.map(({ x }) => x);
    const ys = points.map(({ y }) => y);
    const reach = radius * REACH;
    const [left, top] = [Math.min(...xs) - reach, Math.min(...ys) - reach];
    const width = Math.max(...xs) + reach - left;
    return [{ name: shardName(shard), x: left, y: top, width, height: Math.max(...ys) + reach - top }];
  });
}

/** At the lower right of the shard's region. Null while its nodes have no place. */
export function signPlace(
  { validatorsPerShard }: ShardShape,
  shard: number,
  positions: readonly Point[],
  scale: Scale,
): Point | null {
  const members = { count: 1, validatorsPerShard };
  const mine = positions.slice(shard * validatorsPerShard, (shard + 1) * validatorsPerShard);
  const [region] = regionsOf(members, mine, scale);
  if (region === undefined) return null;
  const inset = scale.radius * 0.35;
  return { x: region.x + region.width - inset, y: region.y + region.height - inset };
}
