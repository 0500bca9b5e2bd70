/** The fold over marks of transactions: who holds, who waits, what is open. Entries are replaced, never changed. */
import type { NodeIndex } from '../../core/ids.ts';
import { quorumSize } from '../../core/quorum.ts';
import type { Micros } from '../../core/time.ts';
import type { TransactionStep } from '../../protocols/crossing.ts';
import type {
  HeldLock,
  LockWait,
  OpenTransaction,
  ShardMoment,
  ShardShape,
  ShardTotals,
  TransactionPart,
} from './crossing.ts';

/** A mark with its shard and, for steps, what its word means. */
export type ShardMark = { readonly at: Micros; readonly shard: number; readonly transaction: number } & (
  | { readonly kind: 'lock'; readonly account: string }
  | { readonly kind: 'unlock'; readonly account: string }
  | { readonly kind: 'wait'; readonly account: string; readonly holder: number }
  | { readonly kind: 'step'; readonly step: TransactionStep }
  /** A validator of the shard crashes, or comes back. */
  | { readonly kind: 'down'; readonly node: NodeIndex }
  | { readonly kind: 'up'; readonly node: NodeIndex }
);

const NONE: ShardTotals = {
  coordinated: 0,
  committed: 0,
  aborted: 0,
  decided: 0,
  crossing: 0,
  waits: 0,
  waitedMicros: 0,
};

export class ShardState {
  readonly #locks: Map<string, HeldLock>;
  readonly #waits: Map<string, LockWait>;
  readonly #open: Map<number, OpenTransaction>;
  readonly #totals: ShardTotals[];
  /** Since when locks were held that a restarted shard has not shown again yet. */
  readonly #before: Map<string, Micros>;
  /** Validators that are down: of which shard, since when. */
  readonly #down: Map<NodeIndex, { readonly shard: number; readonly since: Micros }>;
  readonly #shape: ShardShape;
  #moment: ShardMoment | null = null;

  constructor(shape: ShardShape, copied?: ShardState) {
    this.#shape = shape;
    this.#down = new Map(copied === undefined ? [] : copied.#down);
    this.#locks = new Map(copied === undefined ? [] : copied.#locks);
    this.#waits = new Map(copied === undefined ? [] : copied.#waits);
    this.#open = new Map(copied === undefined ? [] : copied.#open);
    this.#before = new Map(copied === undefined ? [] : copied.#before);
    this.#totals = copied === undefined ? new Array<ShardTotals>(shape.count).fill(NONE) : [...copied.#totals];
  }

  copy(): ShardState {
    return new ShardState(this.#shape, this);
  }

  get moment(): ShardMoment {
    this.#moment ??= {
      locks: [...this.#locks.values()],
      waits: [...this.#waits.values()].map((wait) => this.#present(wait)).filter(({ blockers }) => blockers.length > 0),
      open: [...this.#open.values()],
      totals: [...this.#totals],
      down: this.#downShards(),
    };
    return this.#moment;
  }

  apply(mark: ShardMark): void {
    this.#moment = null;
    if (mark.kind === 'step') this.#step(mark.at, mark.shard, mark.transaction, mark.step);
    else if (mark.kind === 'wait') this.#wait(mark);
    else if (mark.kind === 'lock') this.#lock(mark.at, mark.shard, mark.account, mark.transaction);
    else if (mark.kind === 'down') this.#goDown(mark.at, mark.shard, mark.node);
    else if (mark.kind === 'up') this.#comeUp(mark.shard, mark.node);
    else this.#unlock(mark.shard, mark.account, mark.transaction);
  }

  #lock(at: Micros, shard: number, account: string, transaction: number): void {
    const key = `${shard} ${account} ${transaction}`;
    const since = this.#locks.get(key)?.since ?? this.#before.get(key) ?? at;
    this.#before.delete(key);
    this.#locks.set(key, { shard, account, transaction, since });
    this.#endWaits(at, (wait) => wait.shard === shard && wait.account === account && wait.transaction === transaction);
  }

  #unlock(shard: number, account: string, transaction: number): void {
    this.#locks.delete(`${shard} ${account} ${transaction}`);
  }

  /** With a shard's only validator goes what was only in its memory: queues, and the locks of whoever had not promised. */
  #goDown(at: Micros, shard: number, node: NodeIndex): void {
    this.#down.set(node, { shard, since: at });
    if (this.#shape.validatorsPerShard > 1) return;
    this.#endWaits(at, (wait) => wait.shard === shard);
    for (const [key, lock] of this.#locks)
      if (lock.shard === shard && this.#stageAt(shard, lock.transaction) !== 'promised') this.#locks.delete(key);
  }

  /** It shows again what its log says it holds. */
  #comeUp(shard: number, node: NodeIndex): void {
    this.#down.delete(node);
    if (this.#shape.validatorsPerShard > 1) return;
    for (const key of [...this.#before.keys()]) if (key.startsWith(`${shard} `)) this.#before.delete(key);
    for (const [key, lock] of this.#locks) {
      if (lock.shard !== shard) continue;
      this.#before.set(key, lock.since);
      this.#locks.delete(key);
    }
  }

  /** A shard is down from the moment on at which it lost its last quorum. */
  #downShards(): ShardMoment['down'] {
    if (this.#down.size === 0) return [];
    const { count, validatorsPerShard } = this.#shape;
    const spare = validatorsPerShard === 1 ? 0 : validatorsPerShard - quorumSize(validatorsPerShard);
    return Array.from({ length: count }, (_, shard) => shard).flatMap((shard) => {
      const times = [...this.#down.values()].filter((down) => down.shard === shard).map(({ since }) => since);
      const since = times.sort((a, b) => a - b)[spare];
      return since === undefined ? [] : [{ shard, since }];
    });
  }

  #stageAt(shard: number, transaction: number): TransactionPart['stage'] | null {
    return this.#open.get(transaction)?.parts.find((part) => part.shard === shard)?.stage ?? null;
  }

  #wait({ at, shard, account, transaction, holder }: ShardMark & { readonly kind: 'wait' }): void {
    const key = `${shard} ${account} ${transaction}`;
    const known = this.#waits.get(key);
    if (known?.blockers.includes(holder) === true) return;
    this.#waits.set(key, {
      shard,
      account,
      transaction,
      blockers: [...(known?.blockers ?? []), holder],
      since: known?.since ?? at,
    });
    if (known !== undefined) return;
    this.#count(shard, (totals) => ({ waits: totals.waits + 1 }));
    if (this.#stageAt(shard, transaction) === null) this.#part(at, transaction, { shard, stage: 'waiting', since: at });
  }

  /** Whom a wait is for now: whoever holds the account, then those it was told of that still stand in the queue. */
  #present(wait: LockWait): LockWait {
    const { shard, account, transaction } = wait;
    const isThere = (lock: HeldLock): boolean => lock.shard === shard && lock.account === account;
    const holders = [...this.#locks.values()].filter(isThere).map((lock) => lock.transaction);
    const queued = wait.blockers.filter((other) => this.#waits.has(`${shard} ${account} ${other}`));
    const blockers = [...new Set([...holders, ...queued])].filter((other) => other !== transaction);
    return { ...wait, blockers };
  }

  #endWaits(at: Micros, isOver: (wait: LockWait) => boolean): void {
    for (const [key, wait] of this.#waits) {
      if (!isOver(wait)) continue;
      this.#waits.delete(key);
      this.#count(wait.shard, (totals) => ({ waitedMicros: totals.waitedMicros + at - wait.since }));
    }
  }

  #step(at: Micros, shard: number, transaction: number, { means, outcome = 'abort' }: TransactionStep): void {
    if (means === 'begin') return this.#begin(at, shard, transaction);
    if (means === 'decide') return this.#decide(at, shard, transaction, outcome);
    if (means === 'gather') return this.#gather(shard, transaction);
    this.#endWaits(at, (wait) => wait.shard === shard && wait.transaction === transaction);
    if (means === 'promise') return this.#part(at, transaction, { shard, stage: 'promised', since: at });
    const entry = this.#open.get(transaction);
    this.#count(shard, (totals) => ({
      committed: totals.committed + (outcome === 'commit' ? 1 : 0),
      aborted: totals.aborted + (outcome === 'commit' ? 0 : 1),
      decided: totals.decided + (outcome === 'commit' && isDecidedHere(entry, shard) ? 1 : 0),
      crossing: totals.crossing + (isCrossing(entry, shard) ? 1 : 0),
    }));
    // What ends here without having been heard of needs nobody's attention.
    if (entry === undefined) return;
    this.#part(at, transaction, { shard, stage: outcome, since: at });
    this.#closeIfDone(transaction);
  }

  #begin(at: Micros, shard: number, transaction: number): void {
    this.#count(shard, (totals) => ({ coordinated: totals.coordinated + 1 }));
    const known = this.#open.get(transaction);
    if (known !== undefined) this.#open.set(transaction, { ...known, coordinator: shard });
    else this.#open.set(transaction, { transaction, coordinator: shard, begunAt: at, decided: null, parts: [] });
  }

  #gather(shard: number, transaction: number): void {
    const entry = this.#open.get(transaction);
    if (entry === undefined || entry.heads?.includes(shard) === true) return;
    this.#open.set(transaction, { ...entry, heads: [...(entry.heads ?? []), shard] });
  }

  #decide(at: Micros, shard: number, transaction: number, outcome: 'commit' | 'abort'): void {
    const entry = this.#open.get(transaction);
    if (entry === undefined) return;
    this.#open.set(transaction, { ...entry, coordinator: entry.coordinator ?? shard, decided: { outcome, at } });
    this.#closeIfDone(transaction);
  }

  #part(at: Micros, transaction: number, part: TransactionPart): void {
    const entry = this.#open.get(transaction) ?? {
      transaction,
      coordinator: null,
      begunAt: at,
      decided: null,
      parts: [],
    };
    const place = entry.parts.findIndex(({ shard }) => shard === part.shard);
    const parts = place < 0 ? [...entry.parts, part] : entry.parts.with(place, part);
    this.#open.set(transaction, { ...entry, parts });
  }

  #closeIfDone(transaction: number): void {
    const entry = this.#open.get(transaction);
    // Who answers a coordinator that has given the transaction up long ago has nothing to wait for.
    if (entry === undefined || (entry.decided === null && entry.coordinator !== null)) return;
    if (entry.parts.every(({ stage }) => stage === 'commit' || stage === 'abort')) this.#open.delete(transaction);
  }

  #count(shard: number, change: (totals: ShardTotals) => Partial<ShardTotals>): void {
    const totals = this.#totals[shard];
    if (totals !== undefined) this.#totals[shard] = { ...totals, ...change(totals) };
  }
}

function isCrossing(entry: OpenTransaction | undefined, shard: number): boolean {
  if (entry === undefined) return false;
  return entry.parts.some((part) => part.shard !== shard) || (entry.coordinator ?? shard) !== shard;
}

/** A shard that has all of its accounts decides by itself, without a word of it; else whoever coordinates. */
function isDecidedHere(entry: OpenTransaction | undefined, shard: number): boolean {
  return entry === undefined || (entry.coordinator ?? shard) === shard;
}
