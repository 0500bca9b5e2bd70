/** Readings of shards at a moment, for every view of them: who holds, who waits for whom, who is in doubt. Pure. */
import type { Micros } from '../../core/time.ts';
import type { Declaration } from '../../protocols/protocol.ts';
import type {
  Flight,
  Frame,
  HeldLock,
  LockWait,
  OpenTransaction,
  ShardMoment,
  ShardShape,
  TransactionPart,
  TraceView,
} from '../../session/view.ts';

/**
 * Between a YES and the decision every shard is in doubt for a moment; longer than this, somebody should look. Shards of several
 * validators agree among themselves on every step, which takes its time.
 */
const DOUBT_SHOWN: Micros = 500_000;
const DOUBT_SHOWN_REPLICATED: Micros = 2_500_000;

export const shardName = (shard: number): string => `s${shard}`;

/** Shards among these that speak for their parent in some open transaction, ascending. */
export function headsIn(shards: readonly number[], open: readonly OpenTransaction[]): readonly number[] {
  const heads = open.flatMap(({ heads: found = [] }) => found.filter((shard) => shards.includes(shard)));
  return [...new Set(heads)].sort((a, b) => a - b);
}

/** The parent of a shard by name; null where it stands by itself. */
export function parentName({ parents = [] }: Pick<ShardShape, 'parents'>, shard: number | null): string | null {
  if (shard === null) return null;
  return parents.find(({ shards }) => shards.includes(shard))?.name ?? null;
}

/** `transaction 7`, `transactions 7, 8 and 9`. */
export function transactionsText(transactions: readonly number[]): string {
  const last = transactions.at(-1);
  if (transactions.length < 2) return `transaction ${last ?? '–'}`;
  return `transactions ${transactions.slice(0, -1).join(', ')} and ${last}`;
}

/** `, in a bundle`: how a message travels that does not by itself; else ''. */
export function insideText({ carrier }: Pick<Flight, 'carrier'>, { messages }: Pick<Declaration, 'messages'>): string {
  return carrier === undefined ? '' : `, in a ${messages[carrier]?.label.toLowerCase() ?? 'message'}`;
}

/** The nodes of every shard, by shard. */
export function membersOf({ count, validatorsPerShard }: ShardShape): readonly (readonly number[])[] {
  return Array.from({ length: count }, (_, shard) =>
    Array.from({ length: validatorsPerShard }, (_, place) => shard * validatorsPerShard + place),
  );
}

export function shardOfNode({ count, validatorsPerShard }: ShardShape, node: number): number | null {
  const shard = Math.floor(node / validatorsPerShard);
  return shard < count ? shard : null;
}

/** Since when a shard is down; null while it works. */
export function downSince({ down }: Pick<ShardMoment, 'down'>, shard: number): Micros | null {
  return down.find((entry) => entry.shard === shard)?.since ?? null;
}

/** A shard that has promised and waits to hear how the transaction ends. The coordinator's own part is in no doubt. */
export function isDoubtful({ coordinator }: OpenTransaction, { shard, stage }: TransactionPart): boolean {
  return stage === 'promised' && shard !== coordinator;
}

export interface Doubt {
  readonly transaction: OpenTransaction;
  readonly shard: number;
  /** When it promised. */
  readonly since: Micros;
  /** Since when the shard itself is down; null while it is up. */
  readonly selfDownSince: Micros | null;
  /** Since when its coordinator is down; null while it is up, or not known. */
  readonly downSince: Micros | null;
  readonly isCutOff: boolean;
  readonly held: readonly string[];
  /** Who waits for what it holds. */
  readonly waiting: readonly number[];
}

/** Shards that have been in doubt for long, or whose coordinator cannot tell them: those that are up first, then the longest. */
export function doubtsOf(
  trace: Pick<TraceView, 'shape' | 'cutsAt'>,
  moment: ShardMoment,
  at: Micros,
): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const cuts = cutShards(trace, at);
  const patience = trace.shape?.validatorsPerShard === 1 ? DOUBT_SHOWN : DOUBT_SHOWN_REPLICATED;
  for (const transaction of moment.open) {
    const { coordinator } = transaction;
    for (const part of transaction.parts) {
      if (!isDoubtful(transaction, part)) continue;
      const since = coordinator === null ? null : downSince(moment, coordinator);
      const isCutOff = coordinator !== null && cuts.has(`${coordinator} ${part.shard}`);
      if (since === null && !isCutOff && at - part.since < patience) continue;
      const selfDownSince = downSince(moment, part.shard);
      const mine = holdings(moment, transaction.transaction, part);
      doubts.push({ transaction, selfDownSince, downSince: since, isCutOff, ...mine });
    }
  }
  const isDown = ({ selfDownSince }: Doubt): number => (selfDownSince === null ? 0 : 1);
  return doubts.sort((a, b) => isDown(a) - isDown(b) || a.since - b.since || a.shard - b.shard);
}

/** Pairs of shards of which the first cannot be heard by the second. */
function cutShards(trace: Pick<TraceView, 'shape' | 'cutsAt'>, at: Micros): ReadonlySet<string> {
  const { shape } = trace;
  const cuts = new Set<string>();
  if (shape === null) return cuts;
  for (const { from, to } of trace.cutsAt(at)) cuts.add(`${shardOfNode(shape, from)} ${shardOfNode(shape, to)}`);
  return cuts;
}

function holdings({ locks, waits }: ShardMoment, transaction: number, { shard, since }: TransactionPart) {
  const mine = locks.filter((lock) => lock.shard === shard && lock.transaction === transaction);
  const held = mine.map(({ account }) => account);
  const behind = waits.filter((wait) => wait.shard === shard && held.includes(wait.account));
  return { shard, since, held, waiting: [...new Set(behind.map((wait) => wait.transaction))] };
}

/** An account that somebody holds, with everybody who wants it. */
export interface LockedAccount {
  readonly shard: number;
  readonly account: string;
  readonly holders: readonly (HeldLock & { readonly isInDoubt: boolean })[];
  readonly waiters: readonly LockWait[];
}

/** Locked accounts by shard, those held longest first. */
export function lockedAccounts(
  moment: ShardMoment,
  doubts: readonly Doubt[],
  shardCount: number,
): readonly (readonly LockedAccount[])[] {
  const byShard = Array.from({ length: shardCount }, () => new Map<string, LockedAccount>());
  const doubtful = new Set(doubts.map(({ shard, transaction }) => `${shard} ${transaction.transaction}`));
  for (const lock of moment.locks) {
    const accounts = byShard[lock.shard];
    const entry = accounts?.get(lock.account) ?? { ...lock, holders: [], waiters: [] };
    const isInDoubt = doubtful.has(`${lock.shard} ${lock.transaction}`);
    const { shard, account, waiters } = entry;
    accounts?.set(account, { shard, account, waiters, holders: [...entry.holders, { ...lock, isInDoubt }] });
  }
  for (const wait of moment.waits) {
    const entry = byShard[wait.shard]?.get(wait.account);
    if (entry !== undefined) byShard[wait.shard]?.set(wait.account, { ...entry, waiters: [...entry.waiters, wait] });
  }
  return byShard.map((accounts) => [...accounts.values()].sort((a, b) => sinceOf(a) - sinceOf(b)));
}

const sinceOf = ({ holders }: LockedAccount): Micros => Math.min(...holders.map(({ since }) => since));

/** An arrow from who waits to whom it waits for. */
export interface WaitEdge {
  readonly from: number;
  readonly to: number;
  /** For which accounts, at which shards: `a3 at s1`. */
  readonly places: readonly { readonly shard: number; readonly account: string }[];
}

export interface WaitGraph {
  /** Everybody who waits or is waited for, ascending. */
  readonly transactions: readonly number[];
  readonly edges: readonly WaitEdge[];
  /** Transactions that wait for each other in a circle: each a deadlock, from its lowest number on. */
  readonly circles: readonly (readonly number[])[];
}

export function waitGraph({ waits }: Pick<ShardMoment, 'waits'>): WaitGraph {
  const edges = new Map<string, WaitEdge>();
  for (const { transaction, blockers, shard, account } of waits) {
    for (const to of blockers) {
      const key = `${transaction} ${to}`;
      const known = edges.get(key) ?? { from: transaction, to, places: [] };
      edges.set(key, { ...known, places: [...known.places, { shard, account }] });
    }
  }
  const list = [...edges.values()];
  const transactions = [...new Set(list.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  return { transactions, edges: list, circles: circlesOf(transactions, list) };
}

/** A shortest circle through each transaction that is in one, each circle once. */
function circlesOf(transactions: readonly number[], edges: readonly WaitEdge[]): readonly (readonly number[])[] {
  const next = new Map<number, number[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const seen = new Set<number>();
  const circles: number[][] = [];
  for (const start of transactions) {
    if (seen.has(start)) continue;
    const circle = shortestBack(start, next);
    if (circle === null) continue;
    for (const member of circle) seen.add(member);
    circles.push(circle);
  }
  return circles;
}

function shortestBack(start: number, next: ReadonlyMap<number, readonly number[]>): number[] | null {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (let i = 0; i < queue.length; i++) {
    const here = queue[i] as number;
    for (const there of next.get(here) ?? []) {
      if (there === start) return wayFrom(start, here, cameFrom);
      if (cameFrom.has(there)) continue;
      cameFrom.set(there, here);
      queue.push(there);
    }
  }
  return null;
}

function wayFrom(start: number, end: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const way = [end];
  for (let here = end; here !== start; ) {
    here = cameFrom.get(here) ?? start;
    way.unshift(here);
  }
  return way;
}

/** How deep a padlock is coloured: 0 just taken … 3 held for seconds. */
export function ageLevel(micros: Micros): 0 | 1 | 2 | 3 {
  if (micros < 200_000) return 0;
  if (micros < 1_000_000) return 1;
  return micros < 4_000_000 ? 2 : 3;
}

/** Configuration of the scenario's protocol, as far as it was set. */
export function configOf({ scenario }: Pick<Frame, 'scenario'>): Readonly<Record<string, unknown>> {
  return scenario.protocol.config;
}
