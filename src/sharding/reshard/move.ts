/**
 * Moves one account from shard to shard while transactions run. The source freezes it (no new locks), lets transactions that
 * hold it finish, then gives it away in a parcel with a proof and keeps the parcel until the target has it; from then on
 * it sends askers on. Messages may be lost, repeated and overtaken. At every moment an account is owned by one shard or by one parcel:
 * no balance is lost or doubled.
 */
import { assert, required } from '../../core/assert.ts';
import { encode } from '../../core/encoding.ts';
import { type InclusionProof, merkleProof, merkleRoot, verifyMerkleProof } from '../../crypto/merkle.ts';
import type { AccountIndex } from '../../ledger/types.ts';
import type { ShardIndex } from '../types.ts';
import type { AccountMove } from './plan.ts';

/** An account where it lives. */
export interface HeldAccount {
  readonly balance: number;
  /** How often it has moved: an older parcel is a repetition. */
  readonly version: number;
}

/** A balance on its way. The shard's consensus certifies `root`; the proof says that the content stands below it. */
export interface Parcel extends HeldAccount {
  readonly type: 'account-parcel';
  readonly account: AccountIndex;
  readonly from: ShardIndex;
  readonly to: ShardIndex;
  readonly root: string;
  readonly proof: InclusionProof;
}

/** The target has it: the source may forget the parcel. */
export interface Receipt {
  readonly type: 'account-receipt';
  readonly account: AccountIndex;
  readonly version: number;
}

/** The accounts of one shard. Plain data. */
export interface ShardAccounts {
  readonly shard: ShardIndex;
  /** `migration-double`: known to be broken, gives an account away although transactions hold it. */
  readonly mutant: 'migration-double' | null;
  readonly held: Map<AccountIndex, HeldAccount>;
  /** On its way out: where to. Nobody may lock it any more. */
  readonly frozen: Map<AccountIndex, ShardIndex>;
  /** Given away, no receipt yet: sent again until there is one. */
  readonly parcels: Map<AccountIndex, Parcel>;
  /** Where an account went that was here, and as which version. */
  readonly gone: Map<AccountIndex, { readonly to: ShardIndex; readonly version: number }>;
}

/** Whether a transaction may lock an account here. `frozen`: try again soon. */
export type Access =
  | { readonly kind: 'here' }
  | { readonly kind: 'frozen' }
  | { readonly kind: 'moved'; readonly to: ShardIndex }
  | { readonly kind: 'unknown' };

export function createShardAccounts(
  shard: ShardIndex,
  balances: Iterable<readonly [AccountIndex, number]>,
  mutant: ShardAccounts['mutant'] = null,
): ShardAccounts {
  const held = new Map([...balances].map(([account, balance]) => [account, { balance, version: 0 }]));
  return { shard, mutant, held, frozen: new Map(), parcels: new Map(), gone: new Map() };
}

export function accessOf(accounts: ShardAccounts, account: AccountIndex): Access {
  if (accounts.frozen.has(account)) return { kind: 'frozen' };
  if (accounts.held.has(account)) return { kind: 'here' };
  const gone = accounts.gone.get(account);
  return gone === undefined ? { kind: 'unknown' } : { kind: 'moved', to: gone.to };
}

/** First step of a move. False, and nothing happens, when the account is not here (any more) or on its way already. */
export function freezeAccount(accounts: ShardAccounts, { account, from, to }: AccountMove): boolean {
  assert(from === accounts.shard && to !== from, `a move from ${from} to ${to} begins at its source`);
  if (accessOf(accounts, account).kind !== 'here') return false;
  accounts.frozen.set(account, to);
  return true;
}

/**
 * Second step, tried whenever a transaction ended: gives the account away, or null as long as transactions hold it.
 * @param isHeld whether a transaction holds or awaits a lock on it (`table.accounts.has(account)`)
 */
export function giveAway(accounts: ShardAccounts, account: AccountIndex, isHeld: boolean): Parcel | null {
  const to = accounts.frozen.get(account);
  if (to === undefined || (isHeld && accounts.mutant !== 'migration-double')) return null;
  const { balance, version } = required(accounts.held.get(account), `the frozen account ${account}`);
  const content = { account, balance, version: version + 1, from: accounts.shard, to };
  const ids = [...accounts.held.keys()].sort((a, b) => a - b);
  const leaves = ids.map((id) => (id === account ? leafOf(content) : encode([id, accounts.held.get(id)])));
  const proof = merkleProof(leaves, ids.indexOf(account));
  const parcel: Parcel = { type: 'account-parcel', ...content, root: merkleRoot(leaves), proof };
  replayGiven(accounts, parcel);
  return parcel;
}

/** The account of this parcel was given away: what `giveAway` does, and whoever reads its log again. */
export function replayGiven(accounts: ShardAccounts, parcel: Parcel): void {
  const { account, to, version } = parcel;
  accounts.held.delete(account);
  accounts.frozen.delete(account);
  accounts.parcels.set(account, parcel);
  accounts.gone.set(account, { to, version });
}

/**
 * Third step, at the target: takes the account, once. Answers a repeated parcel with its receipt again.
 * @param isCertified whether the source's consensus certified this root
 */
export function takeIn(
  accounts: ShardAccounts,
  parcel: Parcel,
  isCertified: (root: string) => boolean,
): { readonly receipt: Receipt } | { readonly refused: string } {
  const { account, balance, version, to } = parcel;
  if (to !== accounts.shard) return { refused: `the parcel is for shard ${to}` };
  if (!isCount(account) || !isCount(balance) || !isCount(version)) return { refused: 'the parcel is malformed' };
  if (!isCertified(parcel.root)) return { refused: 'the source never certified this root' };
  if (!verifyMerkleProof(parcel.root, leafOf(parcel), parcel.proof))
    return { refused: 'the proof does not lead to the root' };
  if (version > newestVersion(accounts, account)) {
    accounts.held.set(account, { balance, version });
    accounts.gone.delete(account);
  }
  return { receipt: { type: 'account-receipt', account, version } };
}

/** Last step, at the source. Repeated receipts and those for older moves change nothing. */
export function settleReceipt(accounts: ShardAccounts, { account, version }: Receipt): boolean {
  return accounts.parcels.get(account)?.version === version && accounts.parcels.delete(account);
}

/**
 * Executes a committed transaction's change of a balance. That the account is here and suffices was promised with its lock; where a
 * protocol is broken it may fall below nothing, for checks to see.
 */
export function applyChange(accounts: ShardAccounts, account: AccountIndex, units: number): void {
  // The mutant writes what it remembers of an account that left, or finds nothing to write to.
  const held = accounts.held.get(account) ?? (accounts.mutant === null ? undefined : accounts.parcels.get(account));
  if (held === undefined && accounts.mutant !== null) return;
  const { balance, version } = required(held, `account ${account} on shard ${accounts.shard}`);
  accounts.held.set(account, { balance: balance + units, version });
}

/** All units there are: those in shards, and those in parcels that their targets have not taken. Never changes but by a bug. */
export function totalUnits(shards: readonly ShardAccounts[]): number {
  let total = 0;
  for (const { held, parcels } of shards) {
    for (const { balance } of held.values()) total += balance;
    for (const { account, balance, version, to } of parcels.values()) {
      const target = shards.find(({ shard }) => shard === to);
      if (target === undefined || newestVersion(target, account) < version) total += balance;
    }
  }
  return total;
}

/** The latest version of an account that this shard has seen. */
function newestVersion({ held, gone }: ShardAccounts, account: AccountIndex): number {
  return Math.max(held.get(account)?.version ?? -1, gone.get(account)?.version ?? -1);
}

function leafOf({ account, balance, version, from, to }: Omit<Parcel, 'type' | 'root' | 'proof'>): Uint8Array {
  return encode(['parcel', account, balance, version, from, to]);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
