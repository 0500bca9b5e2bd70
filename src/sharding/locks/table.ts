/**
 * The lock table of a shard. Every transition answers with what happened. Strict two-phase locking: a transaction claims
 * everything at once, takes it lock by lock, and gives all of it back together (Gray & Reuter, "Transaction Processing", §7.8).
 */
import { assert, required } from '../../core/assert.ts';
import type { Micros } from '../../core/time.ts';
import type { AccountIndex } from '../../ledger/types.ts';
import { compareText, type TransactionId } from '../types.ts';
import type {
  AccountLock,
  Claimant,
  LockClaim,
  LockEvent,
  LockExpiry,
  LockHolder,
  LockMode,
  LockPolicy,
  LockTable,
  LockWant,
  UnlockReason,
} from './types.ts';

/** Waiters an account may have unless the table says otherwise. */
export const WAITER_COUNT_MAX = 1024;

export interface LockTableOptions {
  readonly expiry?: LockExpiry;
  readonly waiterCountMax?: number;
}

/** An empty table. Without options nothing expires. */
export function createLockTable(policy: LockPolicy, options: LockTableOptions = {}): LockTable {
  const { expiry = { kind: 'none' }, waiterCountMax = WAITER_COUNT_MAX } = options;
  return { policy, expiry, waiterCountMax, accounts: new Map(), transactions: new Map() };
}

/**
 * Claims locks: takes what is free, then waits. A transaction that is in the table already changes nothing and gets no
 * events, so that a repeated PREPARE is harmless; whoever dropped out must be kept out by the protocol, which has voted no.
 */
export function acquire(table: LockTable, claim: LockClaim, now: Micros): LockEvent[] {
  const { transaction, timestampMicros } = claim;
  if (table.transactions.has(transaction)) return [];
  const wants = orderWants(claim.wants, table.policy);
  table.transactions.set(transaction, { timestampMicros, wants, heldCount: 0, movedMicros: now, isPrepared: false });
  const run: Run = { table, now, events: [], unsettled: [] };
  advance(run, transaction);
  return finish(run);
}

/** Ends a transaction: all its locks go to those who wait. Unknown transactions change nothing: a repeated COMMIT is harmless. */
export function release(table: LockTable, transaction: TransactionId, now: Micros): LockEvent[] {
  const run: Run = { table, now, events: [], unsettled: [] };
  if (table.transactions.has(transaction)) remove(run, transaction, 'released');
  return finish(run);
}

/** Notes that the shard voted yes: from now on nobody takes these locks away. Only for a transaction that holds all. */
export function markPrepared(table: LockTable, transaction: TransactionId): void {
  const claimant = required(table.transactions.get(transaction), `the claim of ${transaction}`);
  assert(claimant.heldCount === claimant.wants.length, `${transaction} holds all its locks before it is prepared`);
  claimant.isPrepared = true;
}

/** Drops whoever stood still longer than the table allows; nothing when its expiry is `none`. */
export function expire(table: LockTable, now: Micros): LockEvent[] {
  const { expiry } = table;
  const run: Run = { table, now, events: [], unsettled: [] };
  if (expiry.kind === 'none') return run.events;
  for (const [transaction, claimant] of [...table.transactions]) {
    if (!mayExpire(claimant, expiry.isInDoubtSafe) || claimant.movedMicros + expiry.afterMicros > now) continue;
    run.events.push({ kind: 'dropped', transaction, reason: 'expired', inDoubt: claimant.isPrepared });
    remove(run, transaction, 'expired');
  }
  return finish(run);
}

/** When `expire` next has something to do, virtual µs; null when never. For the protocol's timer. */
export function nextExpiryMicros(table: LockTable): Micros | null {
  const { expiry } = table;
  if (expiry.kind === 'none') return null;
  let next: Micros | null = null;
  for (const claimant of table.transactions.values()) {
    const at = claimant.movedMicros + expiry.afterMicros;
    if (mayExpire(claimant, expiry.isInDoubtSafe) && (next === null || at < next)) next = at;
  }
  return next;
}

/** Whether the transaction holds everything it claimed; false for unknown ones. */
export function isReady(table: LockTable, transaction: TransactionId): boolean {
  const claimant = table.transactions.get(transaction);
  return claimant !== undefined && claimant.heldCount === claimant.wants.length;
}

/** Whom the transaction waits for here, without repetition; empty when it waits for nobody. */
export function blockersOf(table: LockTable, transaction: TransactionId): TransactionId[] {
  const claimant = table.transactions.get(transaction);
  const want = claimant?.wants[claimant.heldCount];
  const lock = want === undefined ? undefined : table.accounts.get(want.account);
  if (want === undefined || lock === undefined) return [];
  const position = lock.waiters.findIndex((waiter) => waiter.transaction === transaction);
  const ahead = position === -1 ? [] : lock.waiters.slice(0, position);
  const blocking = [...lock.holders, ...ahead].filter(({ mode }) => conflicts(mode, want.mode));
  return [...new Set(blocking.map((holder) => holder.transaction))];
}

/** Two transactions may hold these together only if both read. */
export function conflicts(a: LockMode, b: LockMode): boolean {
  return a === 'exclusive' || b === 'exclusive';
}

/** One transition in progress: what it says, and the accounts whose queues may move. */
interface Run {
  readonly table: LockTable;
  readonly now: Micros;
  readonly events: LockEvent[];
  readonly unsettled: AccountIndex[];
}

/** One want an account, the stronger mode of several; in account order where the policy orders. */
function orderWants(wants: readonly LockWant[], policy: LockPolicy): LockWant[] {
  const modes = new Map<AccountIndex, LockMode>();
  for (const { account, mode } of wants) if (mode === 'exclusive' || !modes.has(account)) modes.set(account, mode);
  const merged = [...modes].map(([account, mode]) => ({ account, mode }));
  return policy === 'ordered' ? merged.sort((a, b) => a.account - b.account) : merged;
}

/** Asks for the next lock until one must be waited for, or all are held. */
function advance(run: Run, transaction: TransactionId): void {
  const claimant = required(run.table.transactions.get(transaction), `the claim of ${transaction}`);
  const want = claimant.wants[claimant.heldCount];
  if (want === undefined) {
    run.events.push({ kind: 'ready', transaction });
    return;
  }
  const lock = lockOf(run.table, want.account);
  lock.waiters.splice(placeInQueue(run.table, lock, transaction), 0, {
    transaction,
    mode: want.mode,
    sinceMicros: run.now,
  });
  if (mayGrant(lock, transaction)) run.unsettled.push(want.account);
  else block(run, transaction, want, lock);
}

/** The front of the queue is compatible with all holders. */
function mayGrant(lock: AccountLock, transaction: TransactionId): boolean {
  const [first] = lock.waiters;
  return first?.transaction === transaction && lock.holders.every((holder) => !conflicts(holder.mode, first.mode));
}

/** It cannot have the lock now: wounds whoever is younger where the policy says so, else waits; a full queue turns it away. */
function block(run: Run, transaction: TransactionId, want: LockWant, lock: AccountLock): void {
  const { table, events } = run;
  if (table.policy === 'wound-wait') woundYounger(run, transaction, want, lock);
  if (mayGrant(lock, transaction)) {
    run.unsettled.push(want.account);
  } else if (lock.waiters.length > table.waiterCountMax) {
    events.push({ kind: 'dropped', transaction, reason: 'refused', inDoubt: false });
    remove(run, transaction, 'refused');
  } else {
    events.push({ kind: 'wait', transaction, ...want, blockers: blockersOf(table, transaction) });
  }
}

function woundYounger(run: Run, by: TransactionId, want: LockWant, lock: AccountLock): void {
  for (const { transaction, mode } of [...lock.holders]) {
    if (!conflicts(mode, want.mode) || !isOlder(run.table, by, transaction)) continue;
    const { isPrepared } = required(run.table.transactions.get(transaction), `the claim of ${transaction}`);
    run.events.push({ kind: 'wound', transaction, by, account: want.account, isPrepared });
    if (!isPrepared) remove(run, transaction, 'wounded');
  }
}

/** Serves the queues, and withdraws the `ready` of whoever was wounded later in the same transition: nobody may act on it. */
function finish(run: Run): LockEvent[] {
  settleAll(run);
  return run.events.filter((event) => event.kind !== 'ready' || isReady(run.table, event.transaction));
}

/** Serves queues until none moves. Every round grants, so that the rounds are bounded by the wants in the table. */
function settleAll(run: Run): void {
  for (let account = run.unsettled.shift(); account !== undefined; account = run.unsettled.shift()) {
    const lock = run.table.accounts.get(account);
    if (lock === undefined) continue;
    const [first] = lock.waiters;
    if (first !== undefined && mayGrant(lock, first.transaction)) {
      run.unsettled.unshift(account);
      grant(run, account, lock, first);
    } else if (lock.holders.length === 0) {
      run.table.accounts.delete(account);
    }
  }
}

function grant(
  run: Run,
  account: AccountIndex,
  lock: AccountLock,
  { transaction, mode, sinceMicros }: LockHolder,
): void {
  const claimant = required(run.table.transactions.get(transaction), `the claim of ${transaction}`);
  lock.waiters.shift();
  lock.holders.push({ transaction, mode, sinceMicros: run.now });
  claimant.heldCount++;
  claimant.movedMicros = run.now;
  run.events.push({ kind: 'lock', transaction, account, mode, waitedMicros: run.now - sinceMicros });
  advance(run, transaction);
}

/** Takes a transaction out of the table: its locks in the order in which it got them, and its place in a queue. */
function remove(run: Run, transaction: TransactionId, reason: UnlockReason): void {
  const claimant = required(run.table.transactions.get(transaction), `the claim of ${transaction}`);
  for (const { account, mode } of claimant.wants.slice(0, claimant.heldCount)) {
    const { holders } = lockOf(run.table, account);
    const at = holders.findIndex((holder) => holder.transaction === transaction);
    const [holder] = holders.splice(at, 1);
    const heldMicros = run.now - required(holder, `the lock of ${transaction}`).sinceMicros;
    const inDoubt = reason === 'expired' && claimant.isPrepared;
    run.events.push({ kind: 'unlock', transaction, account, mode, heldMicros, reason, inDoubt });
    run.unsettled.push(account);
  }
  const waited = claimant.wants[claimant.heldCount];
  if (waited !== undefined) {
    const { waiters } = lockOf(run.table, waited.account);
    const at = waiters.findIndex((waiter) => waiter.transaction === transaction);
    if (at !== -1) waiters.splice(at, 1);
    run.unsettled.push(waited.account);
  }
  run.table.transactions.delete(transaction);
}

/** First come first served; under wound-wait by age, so that nobody waits for a younger one in the queue. */
function placeInQueue(table: LockTable, lock: AccountLock, transaction: TransactionId): number {
  if (table.policy !== 'wound-wait') return lock.waiters.length;
  const at = lock.waiters.findIndex((waiter) => isOlder(table, transaction, waiter.transaction));
  return at === -1 ? lock.waiters.length : at;
}

function isOlder(table: LockTable, a: TransactionId, b: TransactionId): boolean {
  const ageOf = (id: TransactionId): Micros =>
    required(table.transactions.get(id), `the claim of ${id}`).timestampMicros;
  const difference = ageOf(a) - ageOf(b);
  return difference < 0 || (difference === 0 && compareText(a, b) < 0);
}

function mayExpire(claimant: Claimant, isInDoubtSafe: boolean): boolean {
  return !(isInDoubtSafe && claimant.isPrepared);
}

function lockOf(table: LockTable, account: AccountIndex): AccountLock {
  const known = table.accounts.get(account);
  if (known !== undefined) return known;
  const fresh: AccountLock = { holders: [], waiters: [] };
  table.accounts.set(account, fresh);
  return fresh;
}
