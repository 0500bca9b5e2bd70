/**
 * Accounts that move from shard to shard while transactions run: a split sends half of them away, a merge all. The moves
 * themselves are those of `sharding/reshard`; here are the messages, the disk, and who knows where an account went.
 */
import type { NodeIndex } from '../../core/ids.ts';
import {
  accessOf,
  freezeAccount,
  giveAway,
  type Parcel,
  type Receipt,
  settleReceipt,
  takeIn,
} from '../../sharding/reshard/move.ts';
import {
  type AccountMove,
  createMigration,
  finishMove,
  isMigrated,
  movesOf,
  takeMoves,
} from '../../sharding/reshard/plan.ts';
import type { AccountMoved } from './messages.ts';
import { NOTE } from './notes.ts';
import { shardOf, type Transaction } from './placement.ts';
import { type Ctx, type Out, type State, tell } from './state.ts';

/** Where an account is, as this shard knows: the youngest news counts. */
export interface Whereabouts {
  readonly shard: NodeIndex;
  /** How often it had moved. */
  readonly version: number;
}

/** Whether accounts of this testnet ever move. */
export const isMoving = ({ shards, config }: Pick<Ctx, 'shards' | 'config'>): boolean =>
  config.council === true || (shards !== undefined && (shards.isDynamic === true || (shards.changes ?? []).length > 0));

export function whereIs(state: State, account: number, ctx: Ctx): Whereabouts {
  const { held, gone } = state.accounts;
  const here = held.get(account);
  const left = gone.get(account);
  const heard = state.known.get(account);
  let best: Whereabouts = { shard: shardOf(account, ctx), version: 0 };
  if (heard !== undefined && heard.version > best.version) best = heard;
  if (left !== undefined && left.version >= best.version) best = { shard: left.to, version: left.version };
  if (here !== undefined && here.version >= best.version) best = { shard: state.self, version: here.version };
  return best;
}

/** Whether this shard can lock all that a transaction wants here. */
export function isAtHome(state: State, accounts: readonly number[]): boolean {
  return accounts.every((account) => accessOf(state.accounts, account).kind === 'here');
}

/** Whether it still has what it has locked: frozen accounts stay until nobody holds them. */
export function isStillHere(state: State, accounts: readonly number[]): boolean {
  return accounts.every((account) => state.accounts.held.has(account));
}

/** What this shard knows of the accounts of a transaction that have moved; null where none has. */
export function newsOf(state: State, transaction: Transaction, ctx: Ctx): AccountMoved | null {
  const accounts = new Set(transaction.signed.batch.transfers.flatMap(({ from, to }) => [from, to]));
  const moves = [...accounts]
    .sort((a, b) => a - b)
    .map((account) => ({ account, ...whereIs(state, account, ctx) }))
    .filter(({ version }) => version > 0);
  return moves.length === 0 ? null : { type: 'account-moved', moves };
}

export function onAccountMoved(known: Map<number, Whereabouts>, { moves }: AccountMoved): void {
  for (const { account, shard, version } of moves)
    if (version > (known.get(account)?.version ?? 0)) known.set(account, { shard, version });
}

/** Begins a split or merge, unless one is under way or this one was begun before. */
export function beginChange(
  state: State,
  { id, kind, into }: { readonly id: string; readonly kind: 'split' | 'merge'; readonly into: NodeIndex },
  out: Out,
  ctx: Ctx,
): 'begun' | 'known' | 'busy' {
  if (state.changes.has(id)) return 'known';
  if (state.migration !== null) return 'busy';
  const home = Array.from({ length: ctx.workload.accountCount }, (_, account) =>
    state.accounts.held.has(account) ? state.self : -1,
  );
  // One that nobody has used counts too: else all of them would stay.
  const load = home.map((_, account) => 1 + (state.usage.get(account) ?? 0));
  const plan = { kind, shard: state.self, into } as const;
  const moves = movesOf(plan, { shardCount: state.shardCount, home }, load);
  out.persist({ kind: 'migration', id, moves });
  out.note(kind === 'split' ? NOTE.splits : NOTE.merges);
  startMigration(state, id, moves, ctx);
  advance(state, out);
  return 'begun';
}

export function startMigration(state: State, id: string, moves: readonly AccountMove[], ctx: Ctx): void {
  state.changes.add(id);
  state.migration = createMigration(moves, ctx.config.movesMax);
}

/** The log is read to its end: what was given away and has not arrived is still under way. */
export function resumeMigration({ migration, accounts }: State): void {
  if (migration === null) return;
  const left = migration.waiting.filter(({ account }) => accounts.held.has(account));
  const going = migration.waiting.filter(({ account }) => accounts.parcels.has(account));
  migration.doneCount = migration.waiting.length - left.length - going.length;
  migration.waiting.splice(0, migration.waiting.length, ...left);
  migration.active.push(...going);
}

/** Freezes the next accounts and gives away those that nobody holds. Called whenever a transaction has ended. */
export function advance(state: State, out: Out): void {
  const { migration, accounts } = state;
  if (migration === null && accounts.frozen.size === 0) return;
  if (migration !== null) for (const move of takeMoves(migration)) freezeAccount(accounts, move);
  for (const account of [...accounts.frozen.keys()]) {
    const parcel = giveAway(accounts, account, state.locks.accounts.has(account));
    if (parcel === null) continue;
    out.persist({ kind: 'given', parcel });
    out.mark?.('commit2pc', 0, `a${account} leaves`);
    sendParcel(state, parcel, out);
  }
  if (migration !== null && isMigrated(migration)) state.migration = null;
}

export function sendParcel(state: State, parcel: Parcel, out: Out): void {
  tell(state, parcel.to, parcel, out);
  out.setTimer({ kind: 'parcel', account: parcel.account }, state.parcelRetryMicros);
}

/** After a restart: what nobody has confirmed is on its way again. */
export function sendParcels(state: State, out: Out): void {
  for (const parcel of state.accounts.parcels.values()) sendParcel(state, parcel, out);
}

export function onParcelTimer(state: State, account: number, out: Out): void {
  const parcel = state.accounts.parcels.get(account);
  if (parcel !== undefined) sendParcel(state, parcel, out);
}

/** A shard of one node is trusted: its signature under the message certifies the root. */
export function onParcel(state: State, from: NodeIndex, parcel: Parcel, out: Out): void {
  const known = whereIsHeld(state, parcel.account);
  const taken = takeIn(state.accounts, parcel, () => parcel.from === from);
  if ('refused' in taken) return out.note(NOTE.badParcel);
  if (parcel.version > known) {
    out.persist({ kind: 'taken', parcel });
    out.mark?.('commit2pc', 0, `a${parcel.account} arrives`);
  }
  tell(state, from, taken.receipt, out);
}

function whereIsHeld({ accounts }: State, account: number): number {
  return Math.max(accounts.held.get(account)?.version ?? -1, accounts.gone.get(account)?.version ?? -1);
}

/** The account has arrived: everybody may know. */
export function onReceipt(state: State, from: NodeIndex, receipt: Receipt, out: Out): void {
  const { account, version } = receipt;
  if (state.accounts.parcels.get(account)?.to !== from || !settleReceipt(state.accounts, receipt)) return;
  out.persist({ kind: 'settled', account, version });
  out.cancelTimer({ kind: 'parcel', account });
  out.broadcast({ type: 'account-moved', moves: [{ account, shard: from, version }] });
  if (state.migration !== null) finishMove(state.migration, account);
  advance(state, out);
}
